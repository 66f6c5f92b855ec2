"""Join Service (SR 8.7.1 and 8.7.2): a meter or GPF enters another Device of its HAN in its Device Log."""

from device_emulator.devices import decoded_content
from device_emulator.devices.device_logs import LARGEST_DEVICE_LOG, device_log
from device_emulator.devices.profile import Answer, Handled, Hearing
from device_emulator.devices.state import DeviceState, lived
from smart_metering.gbcs.device_log import DeviceLogEntry
from smart_metering.gbcs.joining import (
    Join,
    JoinCode,
    decode_join_command,
    device_type_number,
    encode_join_response,
)
from smart_metering.use_cases import UseCase

_PARTNER_MISSING = {
    # What is told of a partner that is not on the HAN, or of another type than the Command says (choice G62).
    UseCase.CS03A1: JoinCode.INVALID_OR_MISSING_CERTIFICATE,
    UseCase.CS03B: JoinCode.NO_PARTNER_LINK_KEY_RECEIVED,
}


def join(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read. To join what is joined already is a success (choice G62)."""
    use_case = UseCase(hearing.command.message_code)
    wanted = decode_join_command(use_case, hearing.command.payload)
    code, state = _join(hearing, use_case, wanted)
    answer = Answer(
        payload=lambda: encode_join_response(code),
        content=lambda: decoded_content.of_join(code),
        success=code is JoinCode.SUCCESS,
    )
    what = None if code is JoinCode.SUCCESS else f"not joined with {wanted.other_device}: {code.mmc_name}"
    return Handled(state=state, answer=hearing.answer(answer), what=what)


def _join(hearing: Hearing, use_case: UseCase, wanted: Join) -> tuple[JoinCode, DeviceState]:
    state = hearing.state
    log = {entry.device: entry for entry in device_log(hearing.around, hearing.profile.device_type, state)}
    entry = log.get(wanted.other_device)
    if entry is not None:
        same = device_type_number(entry.device_type) == device_type_number(wanted.device_type)
        return (JoinCode.SUCCESS if same else JoinCode.INCOMPATIBLE_WITH_EXISTING_ENTRY), state
    if not _is_on_the_han(hearing, wanted):
        return _PARTNER_MISSING[use_case], state
    if len(log) >= LARGEST_DEVICE_LOG:
        return JoinCode.DEVICE_LOG_FULL, state
    entered = DeviceLogEntry(device=wanted.other_device, device_type=wanted.device_type)
    return JoinCode.SUCCESS, lived(state, device_log=(*state.life.device_log, entered))


def _is_on_the_han(hearing: Hearing, wanted: Join) -> bool:
    return any(
        neighbour.device_id == wanted.other_device != hearing.state.device_id
        and neighbour.joined
        and device_type_number(neighbour.device_type) == device_type_number(wanted.device_type)
        for neighbour in hearing.around.neighbours()
    )
