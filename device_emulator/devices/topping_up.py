"""Top Up Device (SR 2.2): a UTRN adds to the Meter Balance, once. CS01a for an ESME, CS01b for a GSME."""

from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.purses import balance, top_up, worth
from device_emulator.devices.state import DeviceState, lived
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.top_up import (
    REFUSED,
    TopUpOutcome,
    decode_top_up_command,
    encode_top_up_response,
)
from smart_metering.use_cases import UseCase


def take_utrn(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read. A UTRN is not verified: any twenty digits are one. The same
    Command again adds nothing, and is answered as before (choice G57)."""
    use_case, exchange = UseCase(hearing.command.message_code), exchange_of(hearing.command)
    utrn = decode_top_up_command(use_case, hearing.command.payload, exchange)
    purse = top_up(hearing.state.life.purse, utrn, exchange.counter)
    if purse is None:
        refused = TopUpOutcome(result=REFUSED)
        answer = Answer(payload=lambda: encode_top_up_response(use_case, refused, exchange), success=False)
        return Handled(
            state=hearing.state, answer=hearing.answer(answer), what=f"UTRN {utrn} was used before"
        )
    state = lived(hearing.state, purse=purse)
    outcome = _outcome(hearing, use_case, state, utrn)
    answer = Answer(payload=lambda: encode_top_up_response(use_case, outcome, exchange))
    return Handled(state=state, answer=hearing.answer(answer))


def _outcome(hearing: Hearing, use_case: UseCase, state: DeviceState, utrn: str) -> TopUpOutcome:
    """Only a GSME says how much it was, and what that makes."""
    if use_case is UseCase.CS01A:
        return TopUpOutcome()
    makes = balance(hearing.around.seed, state, hearing.profile.device_type, hearing.now)
    return TopUpOutcome(value=worth(utrn), balance=makes)
