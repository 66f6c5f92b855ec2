"""Change of Supplier: 6.23 of the gaining supplier, and what its success means for the Device and the losing one."""

from dsp.core.asking import Asking
from dsp.core.dcc_alerts import alert, mpxns_of
from dsp.core.inventory import link
from dsp.core.outcomes import Outcome, refused
from dsp.core.records import Outstanding, SmiDevice
from dsp.core.registrations import supplier_on_device
from dsp.core.schedules import remove_for_device
from dsp.core.turn import Turn
from dsp.rules.change_of_supplier import CosFault, cos_fault_row
from dsp.rules.schedules import Removal
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import METERS
from smart_metering.duis.device_requests import UpdateSecurityCredentialsCos
from smart_metering.duis.service_responses import ChangeOfSupplier, DeviceChangeOfSupplier
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.marks import Mark
from smart_metering.pki.certificates import read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.loading import is_certificate
from smart_metering.records import changed


def fault(asking: Asking, device: SmiDevice, body: UpdateSecurityCredentialsCos) -> Outcome | None:
    """Why the Change of Supplier party would not sign this, if so."""
    found = _point_of_supply_fault(asking, device, body) or _certificate_fault(
        device, asking.received.caller, body
    )
    if found is None:
        return None
    row = cos_fault_row(found)
    return refused(row.code, row.fault, row.source, row.mark)


def succeeded(turn: Turn, device: SmiDevice, outstanding: Outstanding) -> None:
    """The Device has the gaining supplier's credentials: the losing one is told (N27), its schedules end."""
    gaining, losing = outstanding.user, supplier_on_device(turn.state, device)
    decision = Decision(
        code="credentials replaced",
        row="6.23 succeeded on the Device",
        source="GBCS CS02b",
        mark=Mark.CERTAIN,
    )
    what = f"6.23: credentials of {losing or 'nobody'} -> {gaining}"
    device = turn.change(changed(device, supplier_credentials=gaining), what, decision)
    if losing is None or losing == gaining:
        return
    body = ChangeOfSupplier(
        device_change_of_supplier=DeviceChangeOfSupplier(
            device_id=device.device.device_id,
            device_type=device.device.device_type,
            mpxns=mpxns_of(_meter_of(turn, device).device),
        )
    )
    alert(turn, DccAlertCode.N27, device, body, requester=gaining, losing_supplier=losing)
    remove_for_device(turn, device.device.device_id, Removal.CHANGE_OF_SUPPLIER)


def refused_later(turn: Turn, outstanding: Outstanding) -> None:
    """A 6.23 that was held is refused when it is to go (N26)."""
    device = turn.state.devices.get(outstanding.device)
    if device is None:
        return  # It has left the SMI: the Service Response has told its User so.
    request_id = str(outstanding.request.request_id)
    body = ChangeOfSupplier(change_of_supplier_service_request_id=request_id)
    alert(turn, DccAlertCode.N26, device, body, requester=outstanding.user)


def proved(turn: Turn, device: SmiDevice, supplier: Eui) -> None:
    """The Device carried out what this supplier had signed, so it holds that supplier's credentials."""
    if device.supplier_credentials != supplier:
        link(turn, device, supplier_credentials=supplier)


def _point_of_supply_fault(
    asking: Asking, device: SmiDevice, body: UpdateSecurityCredentialsCos
) -> CosFault | None:
    meter = asking.state.devices.get(device.associated_device) if device.associated_device else None
    meter = device if device.device.device_type in METERS or meter is None else meter
    return None if body.import_mpxn == meter.device.import_mpxn else CosFault.POINT_OF_SUPPLY


def _certificate_fault(device: SmiDevice, caller: Eui, body: UpdateSecurityCredentialsCos) -> CosFault | None:
    if not body.key_agreement_certificate:
        return CosFault.NO_KEY_AGREEMENT
    path = body.certification_path_certificates
    if not path or not all(map(is_certificate, path)):
        return CosFault.UNREADABLE_CERTIFICATE
    given = [
        (body.digital_signing_certificate, {KeyUsage.DIGITAL_SIGNING}),
        (body.key_agreement_certificate, {KeyUsage.KEY_AGREEMENT}),
    ]
    if body.key_agreement_top_up_certificate:
        if device.device.device_type not in METERS:
            return CosFault.WRONG_USE  # Nothing but a meter is topped up.
        top_up = {KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_KEY_AGREEMENT}
        given.append((body.key_agreement_top_up_certificate, top_up))
    for octets, usages in given:
        try:
            certified = read_certificate(octets)
        except DecodeError:
            return CosFault.UNREADABLE_CERTIFICATE
        if certified.entity != caller:
            return CosFault.ANOTHERS_CERTIFICATE
        if certified.usage not in usages:
            return CosFault.WRONG_USE
    return None


def _meter_of(turn: Turn, device: SmiDevice) -> SmiDevice:
    """The meter whose points of supply are the Device's."""
    if device.device.device_type in METERS or device.associated_device is None:
        return device
    return turn.state.devices.get(device.associated_device) or device
