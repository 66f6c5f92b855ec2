"""Where a User has its messages pushed, how far that has come, and what is parked because it cannot be pushed."""

from dsp.core.effects import Refusal
from dsp.core.inputs import Delivery, MessageParked, MessagePushed, ReceiveAddressSet
from dsp.core.records import ParkedMessage, ReceiveAddress
from dsp.core.turn import Turn
from dsp.rules.choices import Times
from smart_metering.duis.service_responses import Message
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed


def receive(turn: Turn, event: Delivery) -> None:
    """One event on a message's way to its User."""
    match event:
        case ReceiveAddressSet():
            _set_address(turn, event)
        case MessagePushed(user=user, position=position):
            _pushed(turn, user, position)
        case MessageParked():
            _park(turn, event)


def is_passed_over(address: ReceiveAddress, message: Message) -> bool:
    """It was too old already when the User said where to push it."""
    return message.response_date_time < address.since


def is_given_up(message: Message, now: Instant, times: Times) -> bool:
    """It was kept for its User as long as messages are."""
    return now - message.response_date_time > times.push_kept_ms


def _set_address(turn: Turn, event: ReceiveAddressSet) -> None:
    """Another address goes on where the former one was; messages older than they are kept are passed over."""
    if event.user not in turn.state.parties:
        turn.answer(Refusal(faults=(f"user: {event.user} is no party that is loaded",), unknown=True))
        return
    oldest = Instant(turn.now - turn.rules.times.push_kept_ms)
    former = turn.state.receive_addresses.get(event.user)
    address = former or ReceiveAddress(user=event.user, url="", since=oldest)
    address = changed(address, url=event.url, since=max(address.since, oldest))
    if event.from_now:
        last = turn.state.user_positions.get(event.user)
        address = changed(address, pushed=last.position if last else 0)
    turn.answer(turn.state.receive_addresses.put(address))


def _pushed(turn: Turn, user: Eui, position: int) -> None:
    """Nothing up to there is pushed again."""
    address = turn.state.receive_addresses[user]
    if position > address.pushed:  # The User may have asked meanwhile for what comes from now on.
        turn.state.receive_addresses.put(changed(address, pushed=position))


def _park(turn: Turn, event: MessageParked) -> None:
    """It makes room for those that follow, and stays where its User can see it."""
    address = turn.state.receive_addresses[event.user]
    turn.state.receive_addresses.put(changed(address, parked=address.parked + 1))
    _pushed(turn, event.user, event.position)
    parked = ParkedMessage(
        user=event.user,
        position=event.position,
        at=turn.now,
        why=event.why,
        http_status=event.http_status,
        answer=event.answer,
    )
    turn.state.parked.append(parked, user=event.user, user_position=event.position)
