"""Service Requests for tests that search: bodies in order, bent in a field or two as far as the contract lets them."""

from hypothesis import strategies as st

from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import ReturnLocalCommandResponse
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.gbcs.date_times import LAST_GBZ_INSTANT
from smart_metering.identifiers import Eui
from smart_metering.instants import CANCELLATION, DAY_MS, HOUR_MS, LAST_INSTANT, Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from tests.support.any_values import EUIS, TEXTS, VALUES, Values, fields_of
from tests.support.dsp_premises import (
    IMPORT_MPAN,
    MPRN,
    NOWHERE,
    OTHER_SUPPLIER,
    ROLES,
    START,
    SUPPLIER,
    V2,
)
from tests.support.hand_made_device import ACB, SEED, device_credentials
from tests.support.story_requests import BODIES, Told
from tests.support.story_words import words_of
from tests.support.world_premises import GAS, ORDER, eui_of, image_hash

EMULATED = (*BODIES, "8.13", "11.1", "11.2", "11.3", "11.4")
"""The SRVs whose bodies are read."""
ABOUT = {
    "8.11": frozenset(ORDER) - {DeviceType.CHF, DeviceType.GPF},
    "11.4": frozenset({DeviceType.PPMID}),
    **dict.fromkeys(("8.14.1", "8.14.2", "8.14.3", "8.14.4"), frozenset({DeviceType.CHF})),
}
"""Which Devices a body may name, where the target does not tell."""
INSTANTS = (
    0,
    *(START + later for later in (-DAY_MS, -1, 0, 1, HOUR_MS, DAY_MS, 30 * DAY_MS, 30 * DAY_MS + 1)),
    *(CANCELLATION + later for later in (-1, 0, 1)),
    LAST_GBZ_INSTANT + 1,
    LAST_INSTANT,
)
WORDS = (
    "",
    *("Add", "Remove", "ESME", "ALCS", "ADE", "Daily", "Yearly", "Supplier", "LoadController"),
    *("4.8.1", "11.2", "14.1", IMPORT_MPAN, MPRN, "0" * 13, "9" * 20),
    *SmiStatus,
    *DeviceType,
)
CERTIFICATES = tuple(
    credential.certificate
    for credentials in (
        DevelopmentPki(SEED).organisation(SUPPLIER, "02"),
        DevelopmentPki(SEED).organisation(OTHER_SUPPLIER, "02"),
        device_credentials(eui_of(DeviceType.ESME)),
    )
    for credential in credentials.values()
)
EXTREMES: Values = {
    **VALUES,
    str: st.sampled_from(WORDS) | TEXTS,
    bytes: st.sampled_from((b"", bytes(16), bytes(32), *CERTIFICATES)) | st.binary(max_size=40),
    Eui: st.sampled_from((*map(eui_of, ORDER), *ROLES, ACB, NOWHERE)) | EUIS,
    Instant: st.sampled_from(INSTANTS) | st.integers(0, LAST_INSTANT),
}
"""What stands at the edges of a rule more often than not."""


def body_in_order(srv: str, kind: DeviceType, user: Eui, file: str) -> Body:
    """A body about such a Device of the premises; of 11.1 and 11.4, for this file of V2."""
    match srv:
        case "8.13":
            return ReturnLocalCommandResponse(device_gbcs_response=b"\xdf")
        case "11.1":
            return UpdateFirmware(firmware_file=file, firmware_version=V2, device_id_list=(eui_of(kind),))
        case "11.2":
            return ReadFirmwareVersion()
        case "11.3":
            return ActivateFirmware(firmware_hash=image_hash(kind, V2))
        case "11.4":
            return UpdatePpmidFirmware(
                firmware_file=file, firmware_version=V2, device_id_list=(eui_of(kind),)
            )
        case "8.4":
            words = words_of("send 8.4 variant=ADE")
        case _:
            words = words_of(f"send {srv} with=PPMID mpxn={MPRN if kind in GAS else IMPORT_MPAN}")
    body = BODIES[srv](Told(words=words, kind=kind, user=user, now=START))
    return changed(body, device_id=NOWHERE) if srv == "12.2" else body


@st.composite
def bent(draw: st.DrawFn, body: Body) -> Body:
    """The body with up to two of its fields replaced by whatever the contract lets in."""
    fields = fields_of(type(body), EXTREMES)
    most = min(len(fields), draw(st.sampled_from([0, 1, 1, 1, 2, 2])))
    names = draw(st.permutations(sorted(fields)))[:most]
    return changed(body, **{name: draw(fields[name]) for name in names})
