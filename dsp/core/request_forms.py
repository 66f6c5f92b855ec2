"""What a Service Request to a Device must be beside its schema: checked before a Command is made of it.

Where the SEC's own code is not known, an ill-formed body is answered with E100 (choice G4); the six-digit codes exist,
but what they mean is chosen here.
"""

from collections.abc import Callable

from dsp.core import change_of_supplier
from dsp.core.asking import Asking
from dsp.core.device_log_form import fault_of_device_log
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import SmiDevice
from dsp.core.transform import REMOTE_PARTY_ROLES
from smart_metering.device_types import DeviceType
from smart_metering.duis import device_requests as duis
from smart_metering.duis.service_requests import ActivateFirmware, Body
from smart_metering.duis.service_responses import NotEmulated
from smart_metering.gbcs.date_times import FIRST_GBZ_INSTANT, LAST_GBZ_INSTANT
from smart_metering.instants import DAY_MS, LAST_INSTANT, SECOND_MS
from smart_metering.marks import Mark
from smart_metering.pki.certificates import is_key_agreement_certificate_of
from smart_metering.response_codes import ResponseCode

LONGEST_PROFILE_MS = 400 * DAY_MS  # what a meter keeps, 13 months, and more than any schedule may ask for
LONGEST_TOLERANCE_SECONDS = 86_400
LONGEST_PATH = 3  # DUIS 5.4: CertificationPathCertificates
LOAD_CONTROLLER = "LoadController"  # a role of DUIS whose number in GBCS no public document tells


def fault_of(asking: Asking, target: SmiDevice) -> Outcome | None:
    """What is wrong with the body, if anything is."""
    body = asking.received.request.body
    check = FORMS.get(type(body))
    return check(asking, target, body) if check is not None else None


def _activate_firmware(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, ActivateFirmware)
    if len(body.firmware_hash) == 32:
        return None
    return _ill_formed(f"FirmwareHash of {len(body.firmware_hash)} octets, expected 32")


def _top_up(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.TopUpDevice)
    if len(body.utrn) == 20 and body.utrn.isascii() and body.utrn.isdecimal():
        return None
    return _ill_formed(f"UTRN {body.utrn!r}, expected 20 digits")


def _profile(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.ReadActiveImportProfileData)
    start, end = body.read_log_period.start_date_time, body.read_log_period.end_date_time
    if start > end:
        return _ill_formed("ReadLogPeriod ends before it starts")
    if end - start > LONGEST_PROFILE_MS:
        return _ill_formed(f"ReadLogPeriod of more than {LONGEST_PROFILE_MS // DAY_MS} days")
    credentials = body.ka_public_security_credentials
    if credentials and not is_key_agreement_certificate_of(asking.received.caller, credentials):
        return _ill_formed(
            "KAPublicSecurityCredentials, expected a certificate of the User for key agreement"
        )
    gas = target.device.device_type in (DeviceType.GSME, DeviceType.GPF)
    if gas and not FIRST_GBZ_INSTANT <= start <= end <= LAST_GBZ_INSTANT:
        return _ill_formed("ReadLogPeriod beyond the clock of a gas meter, which runs from 2000 to 2136")
    return None


def _clear_event_log(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.ClearEventLog)
    if body.esme_event_log_type not in ("", "ESME", "ALCS"):
        return _ill_formed(f"ESMEEventLogType {body.esme_event_log_type!r}, expected ESME or ALCS")
    if body.esme_event_log_type == "ALCS":
        return _not_emulated(asking)
    return None


def _commission(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.CommissionDeviceSynchroniseClock)
    if body.tolerance_period > LONGEST_TOLERANCE_SECONDS:
        what = f"TolerancePeriod {body.tolerance_period}, expected at most {LONGEST_TOLERANCE_SECONDS}"
        return _ill_formed(what)
    if body.current_date_time + body.tolerance_period * SECOND_MS > LAST_INSTANT:
        return _ill_formed("CurrentDateTime and TolerancePeriod reach beyond the year 9999")
    return None


def _join(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.JoinServiceCritical | duis.JoinServiceNonCritical)
    other = asking.state.devices.get(body.other_device_id)
    if other is None:
        what = f"OtherDeviceID {body.other_device_id} is not in the SMI"
        return refused(ResponseCode.E19, what, "DUIS", Mark.CERTAIN)
    if body.other_device_id == target.device.device_id:
        return _ill_formed(f"OtherDeviceID {body.other_device_id} is the Device itself")
    if other.comms_hub != target.comms_hub:
        return _ill_formed(f"OtherDeviceID {body.other_device_id} is on another HAN")
    return None


def _read_device_log(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.ReadDeviceLog)
    return _not_emulated(asking) if body.read_security_details else None


def _update_han_device_log(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.UpdateHanDeviceLog)
    return fault_of_device_log(asking, target, body)


def _change_of_supplier(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.UpdateSecurityCredentialsCos)
    if len(body.certification_path_certificates) > LONGEST_PATH:
        return _ill_formed(f"CertificationPathCertificates, expected at most {LONGEST_PATH}")
    return change_of_supplier.fault(asking, target, body)


def _credentials(asking: Asking, target: SmiDevice, body: Body) -> Outcome | None:
    assert isinstance(body, duis.RetrieveDeviceSecurityCredentialsKrp)
    if not body.remote_party_roles:
        return _ill_formed("expected at least one RemotePartyRole")
    known = (*REMOTE_PARTY_ROLES, LOAD_CONTROLLER)
    if unknown := [role for role in body.remote_party_roles if role not in known]:
        return _ill_formed(f"RemotePartyRole {unknown[0]!r}, expected one of {', '.join(known)}")
    return _not_emulated(asking) if LOAD_CONTROLLER in body.remote_party_roles else None


FORMS: dict[type, Callable[[Asking, SmiDevice, Body], Outcome | None]] = {
    ActivateFirmware: _activate_firmware,
    duis.TopUpDevice: _top_up,
    duis.ReadActiveImportProfileData: _profile,
    duis.ClearEventLog: _clear_event_log,
    duis.CommissionDeviceSynchroniseClock: _commission,
    duis.JoinServiceCritical: _join,
    duis.JoinServiceNonCritical: _join,
    duis.ReadDeviceLog: _read_device_log,
    duis.UpdateHanDeviceLog: _update_han_device_log,
    duis.UpdateSecurityCredentialsCos: _change_of_supplier,
    duis.RetrieveDeviceSecurityCredentialsKrp: _credentials,
}
"""Bodies that can be wrong beside their schema, each with its check."""


def _ill_formed(what: str) -> Outcome:
    return refused(ResponseCode.E100, what, "choice G4", Mark.WEAK)


def _not_emulated(asking: Asking) -> Outcome:
    return Outcome(code=None, body=NotEmulated(service_reference_variant=asking.definition.srv))
