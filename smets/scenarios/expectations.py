"""What a scenario expects: of Devices, on both sides; of what a User received; of the faults that were drawn."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smets.fleet.model import Described
from smets.fleet.texts import (
    ManufacturerText,
    ModelText,
    PartyName,
    SrvText,
    VariantText,
    VersionText,
    one_of,
)
from smets.scenarios.selectors import Selector

NO_RESPONSE = "none"
_DEVICE_ALERT_DIGITS = 4


def _check_alert(text: str) -> str:
    if len(text) == _DEVICE_ALERT_DIGITS and all(digit in "0123456789ABCDEF" for digit in text.upper()):
        return text.upper()
    try:
        return one_of("DCC Alert", text, [code.value for code in DccAlertCode])
    except ValueError as error:
        raise ValueError(f"{error}, or the four hex digits of a Device Alert, like 8F66") from None


def _check_code(text: str) -> str:
    return one_of("Response Code", text, [code.value for code in ResponseCode])


def _check_response(text: str) -> str:
    return text if text == NO_RESPONSE else _check_code(text)


AlertText = Annotated[str, AfterValidator(_check_alert)]
CodeText = Annotated[str, AfterValidator(_check_code)]
ResponseText = Annotated[str, AfterValidator(_check_response)]
ShareText = Annotated[str, Field(pattern=r"^(100|[0-9]{1,2})%$")]


class AnswerModel(Described):
    """What must come of each request that a step sends."""

    answer: CodeText | None = None
    """The DSP's, at once: I0, I99, E5."""
    response: ResponseText | None = None
    """The Service Response that came in time; `none`: none did. Of a request that is answered at once it is that."""
    says: str | None = None
    """What stands in the Response as people read it, or a part of it: firmware 00000002."""
    share: ShareText | None = None
    """It need be so of a part only: 80% at least."""

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set - {"share"}:
            raise ValueError("expected answer, response or says")
        return self


class ExpectationModel(Described):
    """What must be so: of Devices (`devices`), of what a party received or sees (`user`), or of a fault (`fault`)."""

    devices: Selector | None = None
    """Of which Devices it must be so: of all of them, unless `share` or `count` say."""
    status: SmiStatus | None = None
    """Their SMI Status."""
    smi_firmware_version: VersionText | None = None
    """The firmware that the SMI believes in."""
    smi_esme_variant: VariantText | None = None
    """The ESME Variant that the SMI believes in."""
    smi_manufacturer: ManufacturerText | None = None
    """The manufacturer that the SMI says."""
    smi_model: ModelText | None = None
    """The model that the SMI says."""
    firmware_version: VersionText | None = None
    """The firmware that the Device runs."""
    pending_version: VersionText | None = None
    """The firmware that the Device holds, to be activated."""
    esme_variant: VariantText | None = None
    """The ESME Variant that the Device is."""
    agree: bool | None = None
    """Whether SMI and Device say the same of firmware and variant."""
    history: tuple[SmiStatus, ...] = ()
    """The last SMI Statuses, the latest last."""
    share: ShareText | None = None
    """It must be so of this part at least: 80%."""
    count: Annotated[int, Field(ge=0)] | None = None
    """It must be so of exactly this many."""

    user: PartyName | None = None
    """The party that received something, or sees it: once or more, unless `times`, `at_least` or `at_most` say."""
    alert: AlertText | None = None
    """A DCC Alert (N29) or a Device Alert (8F72)."""
    response: CodeText | None = None
    """A Service Response with this code."""
    sees: Literal["titles", "own"] | None = None
    """Records of the Service Audit Trail about Devices: its `own`, or `titles` of what others exchanged with them."""
    srv: SrvText | None = None
    """Only Responses, or records, of this SRV."""
    about: Selector | None = None
    """Only what is about these Devices."""

    fault: str | None = None
    """The fault that was drawn: once or more, unless `times`, `at_least` or `at_most` say."""

    times: Annotated[int, Field(ge=0)] | None = None
    """Exactly so often."""
    at_least: Annotated[int, Field(ge=0)] | None = None
    """So often, or more."""
    at_most: Annotated[int, Field(ge=0)] | None = None
    """So often, or less."""

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        kinds = [key for key in KEYS if getattr(self, key) is not None]
        if len(kinds) != 1:
            raise ValueError(f"expected exactly one of: {', '.join(KEYS)}")
        (kind,) = kinds
        if foreign := self.model_fields_set - {kind, *KEYS[kind]}:
            raise ValueError(f"{', '.join(sorted(foreign))}: has no meaning beside {kind}")
        if kind == "devices" and not self.model_fields_set - {"devices", "share", "count"}:
            raise ValueError(f"devices: expected what must be so of them: {', '.join(OF_DEVICES)}")
        if self.share is not None and self.count is not None:
            raise ValueError("expected share or count, not both")
        if kind == "user":
            self._is_of_one_thing()
        if self.times is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("expected times, or at_least and at_most")
        return self

    def _is_of_one_thing(self) -> None:
        """Raises ValueError."""
        if [self.alert, self.response, self.sees].count(None) != 2:
            raise ValueError("user: expected exactly one of: alert, response, sees")
        if self.alert is not None and self.srv is not None:
            raise ValueError("srv: an alert is of no SRV")
        if self.sees is not None and self.about is None:
            raise ValueError("sees: expected about: the Devices whose records are looked up")

    @property
    def bounds(self) -> tuple[int, int | None]:
        """How often at least, and at most; None: without end."""
        if self.times is not None:
            return self.times, self.times
        if self.at_least is None and self.at_most is None:
            return 1, None
        return self.at_least or 0, self.at_most


OF_DEVICES = (
    "status", "smi_firmware_version", "smi_esme_variant", "smi_manufacturer", "smi_model",
    "firmware_version", "pending_version", "esme_variant", "agree", "history",
)  # fmt: skip
TIMES = ("times", "at_least", "at_most")
KEYS = {
    "devices": (*OF_DEVICES, "share", "count"),
    "user": ("alert", "response", "sees", "srv", "about", *TIMES),
    "fault": ("about", *TIMES),
}


def share_of(text: str | None, total: int) -> int:
    """How many of a total a share is at least; without one, all."""
    if text is None:
        return total
    return -(-int(text.removesuffix("%")) * total // 100)
