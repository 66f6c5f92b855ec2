"""Which Device Types the firmware requests 11.1 to 11.4 serve; SECMP0007 lengthened the list."""

from dataclasses import dataclass

from smart_metering.device_types import METERS, DeviceType
from smart_metering.marks import Mark
from smart_metering.service_requests import ServiceRequestDefinition


@dataclass(frozen=True, slots=True)
class FirmwareDeviceTypes:
    """`srv` serves Devices of these types. A firmware request without a row is not in DUIS yet."""

    srv: str
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


FIRMWARE_SRVS = frozenset({"11.1", "11.2", "11.3", "11.4"})

_CHF, _GPF = frozenset({DeviceType.CHF}), frozenset({DeviceType.GPF})

BASE_FIRMWARE_DEVICE_TYPES = (
    #                   SRV     Device Types  source                        mark
    FirmwareDeviceTypes("11.1", METERS,       "SECMP0105 report",           Mark.CERTAIN),
    FirmwareDeviceTypes("11.2", METERS,       "SECMP0105 report",           Mark.CERTAIN),
    FirmwareDeviceTypes("11.2", _GPF,         "SECMP0105 report, on N52",   Mark.CERTAIN),
    FirmwareDeviceTypes("11.2", _CHF,         "GBCS use case table",        Mark.LIKELY),
    FirmwareDeviceTypes("11.3", METERS,       "SECMP0105 report",           Mark.CERTAIN),
)  # fmt: skip

NOT_IN_DUIS = "choice G65"
NOT_SERVED = "SECMP0105 report, on SECMP0007; choice G66"


def is_in_duis(rows: tuple[FirmwareDeviceTypes, ...], srv: str) -> bool:
    """Whether DUIS has this SRV: every one is there, but for a firmware request that serves nobody."""
    return srv not in FIRMWARE_SRVS or any(row.srv == srv for row in rows)


def device_types_of(
    rows: tuple[FirmwareDeviceTypes, ...], definition: ServiceRequestDefinition
) -> frozenset[DeviceType]:
    """What a request may be for: a firmware request by its rows, every other by its use cases."""
    if definition.srv not in FIRMWARE_SRVS:
        return definition.device_types
    return frozenset[DeviceType]().union(*(row.device_types for row in rows if row.srv == definition.srv))
