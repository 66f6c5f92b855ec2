"""DCC Alerts: who is told follows from the row of the code, and each alert says which row that was."""

from collections.abc import Iterable

from dsp.core.records import SmiDevice
from dsp.core.registrations import responsible_network_operators, responsible_suppliers
from dsp.core.service_audit_trail import post
from dsp.core.turn import Turn
from dsp.rules.alert_recipients import Recipient, alert_row
from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.duis.service_responses import (
    DccAlert,
    DccAlertBody,
    DeviceStatusChangeEvent,
    InventoryDevice,
    MeterMpxns,
)
from smart_metering.identifiers import Eui


def alert(
    turn: Turn,
    code: DccAlertCode,
    device: SmiDevice,
    body: DccAlertBody,
    *,
    requester: Eui | None = None,
    losing_supplier: Eui | None = None,
) -> None:
    """Raises a DCC Alert about the Device, to the recipients that its row names."""
    row = alert_row(code, device.device.device_type)
    recipients: list[Eui] = []
    for recipient in row.recipients:
        match recipient:
            case Recipient.RESPONSIBLE_SUPPLIER:
                recipients += responsible_suppliers(turn.state, device, turn.now)
            case Recipient.RESPONSIBLE_NETWORK_OPERATOR:
                recipients += responsible_network_operators(turn.state, device, turn.now)
            case Recipient.OTHERS_RESPONSIBLE:
                recipients += _without(requester, everyone_responsible(turn, device))
            case Recipient.OTHER_SUPPLIERS:
                recipients += _without(requester, responsible_suppliers(turn.state, device, turn.now))
            case Recipient.REQUESTER:
                recipients += [requester] if requester else []
            case Recipient.LOSING_SUPPLIER:
                recipients += [losing_supplier] if losing_supplier else []
            case Recipient.PRE_NOTIFIER:
                recipients += [device.pre_notifying_user] if device.pre_notifying_user else []
    decision = Decision(code=code, row=f"to {', '.join(row.recipients)}", source=row.source, mark=row.mark)
    message = DccAlert(dcc_alert_code=code, response_date_time=turn.now, body=body, decision=decision)
    post(turn, recipients, message, device.device.device_id)


def status_change(device: SmiDevice, change: str) -> DeviceStatusChangeEvent:
    """The body that names a change and nothing else."""
    return DeviceStatusChangeEvent(device_id=device.device.device_id, device_status_change=change)


def everyone_responsible(turn: Turn, device: SmiDevice) -> list[Eui]:
    """Responsible Suppliers, then Responsible Network Operators, now."""
    suppliers = responsible_suppliers(turn.state, device, turn.now)
    return [*suppliers, *responsible_network_operators(turn.state, device, turn.now)]


def mpxns_of(device: InventoryDevice) -> MeterMpxns:
    """The points of supply of a meter, as alerts show them."""
    return MeterMpxns(
        import_mpxn=device.import_mpxn,
        secondary_import_mpan=device.secondary_import_mpan,
        export_mpan=device.export_mpan,
    )


def _without(party: Eui | None, parties: Iterable[Eui]) -> list[Eui]:
    return [other for other in parties if other != party]
