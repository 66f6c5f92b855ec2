"""Bodies of Service Requests to a Device, from words."""

from smart_metering.device_types import METERS
from smart_metering.duis import device_requests as duis
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smets.client.making import MakeBody
from smets.client.records import SmiDevice
from smets.requests.errors import WrongRequest
from smets.requests.making import Making

TOLERANCE_SECONDS = 60
JOIN_TIME_SECONDS = 300
INSTALL_CODE = bytes(range(16))
ROLES = "Supplier,NetworkOperator,ACB,TransCoS"


async def top_up(making: Making) -> Body | MakeBody:
    """Without a UTRN it is the counter of the RequestID in twenty digits: no two requests have the same."""
    if "utrn" in making.fields:
        return duis.TopUpDevice(utrn=making.fields["utrn"])
    return lambda request_id: duis.TopUpDevice(utrn=utrn_of(request_id))


def utrn_of(request_id: RequestId) -> str:
    """Twenty digits, as many as the largest counter has."""
    return f"{request_id.counter:020d}"


async def clear_event_log(making: Making) -> Body:
    return duis.ClearEventLog(esme_event_log_type=making.fields.get("log", "ESME"))


async def read_import_registers(making: Making) -> Body:
    return duis.ReadInstantaneousImportRegisters(execution_date_time=making.execution)


async def read_prepay_values(making: Making) -> Body:
    return duis.ReadInstantaneousPrepayValues(execution_date_time=making.execution)


async def read_device_log(making: Making) -> Body:
    return duis.ReadDeviceLog(execution_date_time=making.execution)


async def read_firmware_version(making: Making) -> Body:
    return ReadFirmwareVersion(execution_date_time=making.execution)


async def read_profile(making: Making) -> Body:
    """The last day, unless the fields say otherwise."""
    until = making.moment("to", making.now)
    since = making.moment("from", Instant(until - DAY_MS))
    return duis.ReadActiveImportProfileData(
        execution_date_time=making.execution,
        read_log_period=duis.ReadLogPeriod(start_date_time=since, end_date_time=until),
        ka_public_security_credentials=own_key(making),
    )


def own_key(making: Making) -> bytes:
    """The certificate by which a Device that does not know the sender encrypts for it; certificate=no leaves it out."""
    wanted = making.choice("certificate", ("yes", "no"), "yes") == "yes"
    return making.certificate(KeyUsage.KEY_AGREEMENT) if wanted else b""


async def retrieve_credentials(making: Making) -> Body:
    roles = making.fields.get("roles", ROLES)
    return duis.RetrieveDeviceSecurityCredentialsKrp(
        remote_party_roles=tuple(role.strip() for role in roles.split(",") if role.strip())
    )


async def commission(making: Making) -> Body:
    return duis.CommissionDeviceSynchroniseClock(
        current_date_time=making.moment("time", making.now),
        tolerance_period=making.number("tolerance_period", TOLERANCE_SECONDS),
    )


async def join_critical(making: Making) -> Body:
    return duis.JoinServiceCritical(other_device_id=await making.device_named("other"))


async def join_non_critical(making: Making) -> Body:
    return duis.JoinServiceNonCritical(other_device_id=await making.device_named("other"))


async def update_han_device_log(making: Making) -> Body:
    device = await making.device_named("device")
    request = making.fields.get("request", "Add")
    addition = duis.AddDeviceToChfWhitelist(
        join_time_period=making.number("join_time", JOIN_TIME_SECONDS),
        install_code=making.octets("install_code") if "install_code" in making.fields else INSTALL_CODE,
        import_mpxn=making.fields.get("import_mpxn", ""),
        secondary_import_mpan=making.fields.get("secondary_import_mpan", ""),
        export_mpan=making.fields.get("export_mpan", ""),
    )
    return duis.UpdateHanDeviceLog(
        execution_date_time=making.execution,
        device_id=device,
        request_type=request,
        add_device_to_chf_whitelist=None if request == "Remove" else addition,
    )


async def change_supplier(making: Making) -> Body:
    """The sender's certificates take the place of those of the Device's supplier, and counters begin at nothing."""
    signing = making.certificate(KeyUsage.DIGITAL_SIGNING)
    if not signing:
        raise WrongRequest(
            f"SRV 6.23 needs the certificates of {making.sender.eui}, and the state folder has none"
        )
    meter = await _meter_of(making)
    is_meter = meter is not None and meter.device.device_id == making.device
    known_mpxn = meter.device.import_mpxn if meter is not None else ""
    return duis.UpdateSecurityCredentialsCos(
        execution_date_time=making.execution,
        supplier_floor_seq_number=making.number("floor", 0),
        supplier_prepayment_top_up_floor_seq_number=making.number("top_up_floor", 0) if is_meter else None,
        digital_signing_certificate=signing,
        key_agreement_certificate=making.certificate(KeyUsage.KEY_AGREEMENT),
        key_agreement_top_up_certificate=making.certificate(KeyUsage.PREPAYMENT_KEY_AGREEMENT)
        if is_meter
        else b"",
        certification_path_certificates=making.sender.repository.certification_path(making.sender.eui),
        import_mpxn=making.fields.get("import_mpxn", known_mpxn),
    )


async def _meter_of(making: Making) -> SmiDevice | None:
    """The meter whose point of supply the SMI gives for the Device: itself, or the one it belongs to."""
    target = await making.administration.read_device(making.device)
    if target.device.device_type in METERS:
        return target
    if target.associated_device is None:
        return None
    return await making.administration.read_device(target.associated_device)
