"""Service Requests to a Device, beside those about firmware: bodies as records, under DUIS 5.4's element names."""

from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import Record


class ReadInstantaneousImportRegisters(Record, frozen=True, kw_only=True):
    """SR 4.1.1."""

    execution_date_time: Instant | None = None


class ReadInstantaneousPrepayValues(Record, frozen=True, kw_only=True):
    """SR 4.3."""

    execution_date_time: Instant | None = None


class ReadLogPeriod(Record, frozen=True, kw_only=True):
    """From `start_date_time` to `end_date_time`, both within."""

    start_date_time: Instant
    end_date_time: Instant


class ReadActiveImportProfileData(Record, frozen=True, kw_only=True):
    """SR 4.8.1. The certificate (DER) is that of a party that the Device does not know, to encrypt the answer for."""

    execution_date_time: Instant | None = None
    read_log_period: ReadLogPeriod
    ka_public_security_credentials: bytes = b""


class ReadDeviceConfigurationIdentityExcMpxn(Record, frozen=True, kw_only=True):
    """SR 6.2.4."""


class TopUpDevice(Record, frozen=True, kw_only=True):
    """SR 2.2. `utrn` has 20 digits; it arrives unjudged."""

    utrn: str


class ClearEventLog(Record, frozen=True, kw_only=True):
    """SR 3.3. `esme_event_log_type` is ESME or ALCS, or empty for a GSME."""

    esme_event_log_type: str = ""


class ReadSupplyStatus(Record, frozen=True, kw_only=True):
    """SR 7.4."""


class CommissionDeviceSynchroniseClock(Record, frozen=True, kw_only=True):
    """SR 8.1.1, Command Variant 4: the time to set, right within `tolerance_period` seconds (0 to 86,400)."""

    current_date_time: Instant
    tolerance_period: int


class JoinServiceCritical(Record, frozen=True, kw_only=True):
    """SR 8.7.1, Command Variant 4."""

    other_device_id: Eui


class JoinServiceNonCritical(Record, frozen=True, kw_only=True):
    """SR 8.7.2."""

    other_device_id: Eui


class ReadDeviceLog(Record, frozen=True, kw_only=True):
    """SR 8.9. `read_security_details` asks a CHF how its Devices are connected."""

    execution_date_time: Instant | None = None
    read_security_details: bool = False


class AddDeviceToChfWhitelist(Record, frozen=True, kw_only=True):
    """What 8.11 says of a Device to add: seconds it has to join (1 to 3,600), its install code (6 to 16 octets), and
    the points of supply that it measures. Texts and numbers arrive unjudged."""

    join_time_period: int
    install_code: bytes
    import_mpxn: str = ""
    secondary_import_mpan: str = ""
    export_mpan: str = ""


class UpdateHanDeviceLog(Record, frozen=True, kw_only=True):
    """SR 8.11, to a CHF, about the Device that it names. `request_type` is Add or Remove."""

    execution_date_time: Instant | None = None
    device_id: Eui
    request_type: str
    add_device_to_chf_whitelist: AddDeviceToChfWhitelist | None = None


class UpdateSecurityCredentialsCos(Record, frozen=True, kw_only=True):
    """SR 6.23, of the gaining supplier: certificates are DER, floors the lowest counters that the Device shall take."""

    execution_date_time: Instant | None = None
    supplier_floor_seq_number: int
    supplier_prepayment_top_up_floor_seq_number: int | None = None
    digital_signing_certificate: bytes
    key_agreement_certificate: bytes = b""
    key_agreement_top_up_certificate: bytes = b""
    certification_path_certificates: tuple[bytes, ...]
    apply_time_based_cpv_checks: bool = False
    import_mpxn: str


class RetrieveDeviceSecurityCredentialsKrp(Record, frozen=True, kw_only=True):
    """SR 6.24.1. Roles are Root, Recovery, Supplier, NetworkOperator, ACB, TransCoS, LoadController; unjudged."""

    remote_party_roles: tuple[str, ...]


DeviceRequestBody = (
    ReadInstantaneousImportRegisters
    | ReadInstantaneousPrepayValues
    | ReadActiveImportProfileData
    | ReadDeviceConfigurationIdentityExcMpxn
    | TopUpDevice
    | ClearEventLog
    | ReadSupplyStatus
    | CommissionDeviceSynchroniseClock
    | JoinServiceCritical
    | JoinServiceNonCritical
    | ReadDeviceLog
    | UpdateHanDeviceLog
    | UpdateSecurityCredentialsCos
    | RetrieveDeviceSecurityCredentialsKrp
)
