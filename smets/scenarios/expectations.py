"""What a scenario expects: of Devices, on both sides; of what a User received; of the faults that were drawn."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smets.fleet.model import Strict
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


class AnswerModel(Strict):
    """Of each request that a step sends: the DSP's `answer` at once, the Response that came in time (`none`: none did),
    and what the Device says in it. `share`: of so many at least; else of all."""

    answer: CodeText | None = None
    response: ResponseText | None = None
    says: str | None = None
    share: ShareText | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.model_fields_set - {"share"}:
            raise ValueError("expected answer, response or says")
        return self


class ExpectationModel(Strict):
    """One of three kinds, by its first key.

    `devices`: what the SMI believes (`status`, `smi_...`), what the Devices are (`firmware_version`,
    `esme_variant`), and whether both `agree`; of all of them, of a `share` at least, or of exactly `count`.
    `user`: how often it received an `alert`, or a `response`: once or more, unless `times`, `at_least` or
    `at_most` say.
    `fault`: how often the rule of that name was drawn.
    """

    devices: Selector | None = None
    status: SmiStatus | None = None
    smi_firmware_version: VersionText | None = None
    smi_esme_variant: VariantText | None = None
    smi_manufacturer: ManufacturerText | None = None
    smi_model: ModelText | None = None
    firmware_version: VersionText | None = None
    pending_version: VersionText | None = None
    esme_variant: VariantText | None = None
    agree: bool | None = None
    history: tuple[SmiStatus, ...] = ()
    share: ShareText | None = None
    count: Annotated[int, Field(ge=0)] | None = None

    user: PartyName | None = None
    alert: AlertText | None = None
    response: CodeText | None = None
    srv: SrvText | None = None
    about: Selector | None = None

    fault: str | None = None

    times: Annotated[int, Field(ge=0)] | None = None
    at_least: Annotated[int, Field(ge=0)] | None = None
    at_most: Annotated[int, Field(ge=0)] | None = None

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
        if kind == "user" and (self.alert is None) == (self.response is None):
            raise ValueError("user: expected an alert or a response")
        if self.times is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("expected times, or at_least and at_most")
        return self

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
    "user": ("alert", "response", "srv", "about", *TIMES),
    "fault": ("about", *TIMES),
}


def share_of(text: str | None, total: int) -> int:
    """How many of a total a share is at least; without one, all."""
    if text is None:
        return total
    return -(-int(text.removesuffix("%")) * total // 100)
