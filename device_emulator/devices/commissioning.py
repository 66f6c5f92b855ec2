"""Commission Device (SR 8.1.1): a meter takes the time of its hub if that lies in the interval of the Command."""

from device_emulator.devices import decoded_content
from device_emulator.devices.alerts import speaks_gbz
from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.state import lived
from smart_metering.gbcs.commissioning import (
    CommissionOutcome,
    decode_commission_command,
    encode_commission_response,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.use_cases import UseCase


def commission(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read. A clock that cannot be set is told as unreliable."""
    use_case, exchange, now = UseCase(hearing.command.message_code), exchange_of(hearing.command), hearing.now
    setting = decode_commission_command(use_case, hearing.command.payload, exchange)
    is_set = setting.at <= now <= setting.latest
    outcome = CommissionOutcome(device_time=now if is_set else hearing.time, success=is_set)
    answer = Answer(
        payload=lambda: encode_commission_response(use_case, outcome, exchange),
        content=lambda: decoded_content.of_clock(outcome, speaks_gbz(hearing.profile.device_type)),
        success=outcome.success,
    )
    if not outcome.success:
        return Handled(
            state=hearing.state,
            answer=hearing.answer(answer),
            what="clock not set: the time is not in the interval",
        )
    return Handled(
        state=lived(hearing.state, clock_set_at=now, clock_ahead_ms=0), answer=hearing.answer(answer)
    )
