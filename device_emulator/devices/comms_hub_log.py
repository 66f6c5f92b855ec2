"""Update HAN Device Log (SR 8.11): a CHF puts a Device on its log and lets it join (CCS01), or puts it off (CCS02)."""

from device_emulator.devices.profile import Answer, HanChange, Handled, Hearing
from device_emulator.devices.state import CommsHubLog, DeviceState, Whitelisted, lived
from device_emulator.devices.surroundings import Surroundings
from smart_metering.device_types import DeviceType
from smart_metering.gbcs.comms_hub_device_log import (
    ADDED,
    LARGEST_LOG,
    NOT_ADDED,
    NOT_REMOVED,
    REMOVED,
    LogChangeOutcome,
    decode_addition_command,
    decode_removal_command,
    encode_log_change_response,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS, Instant
from smart_metering.use_cases import UseCase

_OF_THE_HUB = {DeviceType.CHF, DeviceType.GPF}


def add(hearing: Hearing) -> Handled:
    """CCS01. Any install code is believed (choice G61). Raises DecodeError if the payload cannot be read."""
    addition = decode_addition_command(hearing.command.payload, exchange_of(hearing.command))
    device, log = addition.device, hearing.state.life.comms_hub_log
    others = [listed for listed in log_of(hearing.around, hearing.state) if listed != device]
    if device in _functions_of_the_hub(hearing.around) or len(others) >= LARGEST_LOG:
        return _handled(hearing, UseCase.CCS01, NOT_ADDED, what=f"{device} cannot be put on the log")
    join_time_ms = addition.join_time_seconds * SECOND_MS
    entry = Whitelisted(device, Instant(hearing.now + join_time_ms))
    changed_log = CommsHubLog(
        added=(*(row for row in log.added if row.device != device), entry),
        removed=tuple(removed for removed in log.removed if removed != device),
    )
    change = HanChange(device=device, join_time_ms=join_time_ms)
    return _handled(hearing, UseCase.CCS01, ADDED, log=changed_log, change=change)


def remove(hearing: Hearing) -> Handled:
    """CCS02. What is off the log already is no fault: the Command may come again (choice G61). Raises DecodeError if
    the payload cannot be read."""
    device = decode_removal_command(hearing.command.payload, exchange_of(hearing.command))
    if device in _functions_of_the_hub(hearing.around):
        return _handled(hearing, UseCase.CCS02, NOT_REMOVED, what=f"{device} cannot be put off the log")
    if device not in log_of(hearing.around, hearing.state):
        return _handled(hearing, UseCase.CCS02, REMOVED)
    log = hearing.state.life.comms_hub_log
    changed_log = CommsHubLog(
        added=tuple(row for row in log.added if row.device != device),
        removed=(*log.removed, device) if device in _from_the_start(hearing.around) else log.removed,
    )
    change = HanChange(device=device, join_time_ms=None)
    return _handled(hearing, UseCase.CCS02, REMOVED, log=changed_log, change=change)


def log_of(around: Surroundings, hub: DeviceState) -> tuple[Eui, ...]:
    """The Devices on a CHF Device Log: those there from the start, then those added. Its own Functions are not."""
    log = hub.life.comms_hub_log
    added = tuple(row.device for row in log.added)
    gone = {*log.removed, *added}
    return tuple(device for device in _from_the_start(around) if device not in gone) + added


def _from_the_start(around: Surroundings) -> tuple[Eui, ...]:
    return tuple(
        neighbour.device_id
        for neighbour in around.neighbours()
        if neighbour.from_the_start and neighbour.device_type not in _OF_THE_HUB
    )


def _functions_of_the_hub(around: Surroundings) -> set[Eui]:
    return {neighbour.device_id for neighbour in around.neighbours() if neighbour.device_type in _OF_THE_HUB}


def _handled(
    hearing: Hearing,
    use_case: UseCase,
    outcome: LogChangeOutcome,
    *,
    log: CommsHubLog | None = None,
    change: HanChange | None = None,
    what: str | None = None,
) -> Handled:
    exchange = exchange_of(hearing.command)
    answer = Answer(
        payload=lambda: encode_log_change_response(use_case, outcome, exchange), success=outcome.success
    )
    state = hearing.state if log is None else lived(hearing.state, comms_hub_log=log)
    return Handled(state=state, answer=hearing.answer(answer), what=what, han_change=change)
