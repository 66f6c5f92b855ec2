"""What 11.1 and 11.4 check: request-level conditions with their codes, Device-level conditions with their lists."""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode


class RequestFault(StrEnum):
    """What refuses the whole request."""

    UNREADABLE = "the image is not a readable OTA file, or too large"
    VERSION = "FirmwareVersion differs from the OTA header"
    NOT_ON_CPL = "no CPL entry for this Device Type, model and version"
    HASH = "the Manufacturer Image hash differs from the CPL entry's"
    MIXED = "Devices of different types or models, or of a type that this request does not serve"
    NONE_LEFT = "no Device in the list passes"


class DeviceFault(StrEnum):
    """What leaves one Device out; the values are the warning's element names in the order of DUIS."""

    INVALID = "invalid_device_id_list"
    NOT_COMMISSIONED = "not_commissioned_device_id_list"
    NOT_APPLICABLE = "not_applicable_firmware_device_id_list"
    IN_PROGRESS = "other_request_in_progress_list"
    GBCS_VERSION = "invalid_gbcs_version_list"


@dataclass(frozen=True, slots=True)
class UpdateFirmwareRules:
    """The codes of one of the two requests."""

    srv: str
    codes: dict[RequestFault, ResponseCode]
    warning: ResponseCode
    source: str
    mark: Mark


_C = ResponseCode

UPDATE_FIRMWARE = {
    "11.1": UpdateFirmwareRules(
        "11.1",
        {
            RequestFault.UNREADABLE: _C.E110105,
            RequestFault.VERSION: _C.E110102,
            RequestFault.NOT_ON_CPL: _C.E110102,
            RequestFault.HASH: _C.E110101,
            RequestFault.MIXED: _C.E110106,
            RequestFault.NONE_LEFT: _C.E110103,
        },
        _C.W110101,
        "codes of DUIS 5.4, meanings chosen here",
        Mark.CHOICE,
    ),
    "11.4": UpdateFirmwareRules(
        "11.4",
        {
            RequestFault.UNREADABLE: _C.E110405,
            RequestFault.VERSION: _C.E110402,
            RequestFault.NOT_ON_CPL: _C.E110402,
            RequestFault.HASH: _C.E110401,
            RequestFault.MIXED: _C.E110403,  # 11.4 has no code 06
            RequestFault.NONE_LEFT: _C.E110403,
        },
        _C.W110401,
        "codes of DUIS 5.4, meanings chosen here",
        Mark.CHOICE,
    ),
}
