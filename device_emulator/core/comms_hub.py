"""A Comms Hub: it hands each frame to its Device and says so, gives out certificates, takes firmware for its HAN."""

from device_emulator.core import device, distribution, external
from device_emulator.core.carriage import carry
from device_emulator.core.fleet import Place
from device_emulator.core.state import Underway
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.air import Direction
from device_emulator.devices.state import is_on
from smart_metering.identifiers import Eui
from smart_metering.sm_wan import CertificatesWanted, Downlink, FirmwareForDevices, Gbcs, Receipt


def take(turn: Turn, downlink: Downlink) -> None:
    """One frame from the DSP. What is not on this hub's HAN cannot be reached; a hub without power tells nobody."""
    turn.cause = _cause_of(downlink)
    place = turn.fleet.find(downlink.device)
    if not turn.has_power(downlink.comms_hub):
        turn.observe(downlink.comms_hub, f"without power: frame {downlink.frame} is lost")
        return
    if place is None or place.comms_hub != downlink.comms_hub or not has_joined(place, turn.device(place)):
        why = f"not on the HAN of {downlink.comms_hub}"
        _not_delivered(turn, downlink.comms_hub, downlink.device, downlink.frame, why)
        return
    match downlink.content:
        case Gbcs():
            for underway in carry(turn, place, Direction.TO_DEVICE, downlink.content, frame=downlink.frame):
                arrive(turn, place, underway)
        case CertificatesWanted() if external.is_external(turn.state, place):
            external.give_certificates(turn, place)
        case CertificatesWanted():
            turn.send(place.comms_hub, place.device_id, turn.keys.certificates(place.device_id))
        case FirmwareForDevices():
            distribution.begin(turn, place.comms_hub, downlink.content)


def arrive(turn: Turn, place: Place, underway: Underway) -> None:
    """A message is where it was going: an answer at the hub, or a Command at the Device, of which the hub tells.

    A hub that has lost its power has lost the Commands it had.
    """
    content = underway.content
    if underway.frame:
        turn.cause = underway.frame
    if underway.direction is Direction.FROM_DEVICE:
        turn.send(place.comms_hub, place.device_id, content)
        return
    if not turn.has_power(place.comms_hub):
        turn.observe(place.device_id, f"its hub is without power: frame {underway.frame} is lost")
        return
    unreachable = _unreachable(turn, place)
    if unreachable is not None:
        _not_delivered(turn, place.comms_hub, place.device_id, underway.frame, unreachable)
        return
    assert isinstance(content, Gbcs), underway
    if external.is_external(turn.state, place):
        external.deliver(turn, place, underway.frame, content.gbcs)
        return
    turn.send(place.comms_hub, place.device_id, Receipt(frame=underway.frame, delivered=True))
    device.hear(turn, place, content.gbcs)


def _cause_of(downlink: Downlink) -> str:
    """The RequestID of the Command, or of the Service Request that distributes firmware; what the DSP asks for itself,
    like certificates, has none."""
    match downlink.content:
        case Gbcs():
            return downlink.frame
        case FirmwareForDevices(request_id=request_id):
            return request_id
        case CertificatesWanted():
            return ""


def _unreachable(turn: Turn, place: Place) -> str | None:
    device = turn.device(place)
    if not has_joined(place, device):
        return f"not on the HAN of {place.comms_hub}"
    return None if is_on(device) else "without power"


def _not_delivered(turn: Turn, comms_hub: Eui, device_id: Eui, frame: str, why: str) -> None:
    turn.send(comms_hub, device_id, Receipt(frame=frame, delivered=False))
    turn.observe(device_id, why)
