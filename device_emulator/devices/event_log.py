"""Clear Event Log (SR 3.3): the log is empty, and the supplier is told by 8F52."""

from device_emulator.devices.alerts import generic_alert
from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.state import lived
from device_emulator.devices.surroundings import KnownParty
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.gbcs.clear_event_log import (
    decode_clear_event_log_command,
    encode_clear_event_log_response,
)
from smart_metering.gbcs.exchange import exchange_of


def clear_event_log(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read."""
    exchange = exchange_of(hearing.command)
    decode_clear_event_log_command(hearing.command.payload, exchange)
    answer = hearing.answer(Answer(payload=lambda: encode_clear_event_log_response(True, exchange)))
    state = lived(hearing.state, event_log_cleared_at=hearing.time)
    supplier = hearing.around.held(KnownParty.SUPPLIER)
    if supplier is None:
        return Handled(state=state, answer=answer)
    state, alert = generic_alert(
        state, hearing.profile.device_type, supplier.party, DeviceAlertCode.EVENT_LOG_CLEARED, hearing.now
    )
    return Handled(state=state, answer=answer, alerts=(alert,))
