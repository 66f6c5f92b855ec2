"""Bodies of Service Requests that ask for nothing but what their SRV says."""

from smart_metering.duis.device_requests import (
    ClearEventLog,
    ReadDeviceConfigurationIdentityExcMpxn,
    ReadDeviceLog,
    ReadInstantaneousImportRegisters,
    ReadInstantaneousPrepayValues,
    ReadSupplyStatus,
)
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion

EMPTY_BODIES: dict[str, Body] = {
    "3.3": ClearEventLog(esme_event_log_type="ESME"),
    "4.1.1": ReadInstantaneousImportRegisters(),
    "4.3": ReadInstantaneousPrepayValues(),
    "6.2.4": ReadDeviceConfigurationIdentityExcMpxn(),
    "7.4": ReadSupplyStatus(),
    "8.9": ReadDeviceLog(),
    "11.2": ReadFirmwareVersion(),
}
"""By SRV. That 3.3 is about the ESME's own log is chosen here: no ALCS is emulated."""
