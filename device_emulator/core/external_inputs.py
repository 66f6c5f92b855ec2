"""What comes in from external Devices, each to the room that knows what follows."""

from device_emulator.core import distribution, external
from device_emulator.core.external_records import (
    Acknowledged,
    Alerted,
    CertificateTold,
    FromExternal,
    PresenceTold,
    Responded,
    TransferEnded,
)
from device_emulator.core.turn import Turn


def take(turn: Turn, event: FromExternal) -> None:
    """Of a Device that is not here, or not outside, nothing is taken but its presence and its certificates.

    Those are retained by a broker and come once: they hold also when its place is given away later.
    """
    place = turn.fleet.find(event.device)
    if place is None or external.fault_of(place) is not None:
        return
    match event:
        case PresenceTold():
            external.presence(turn, place, event)
        case CertificateTold():
            external.certificate(turn, place, event)
        case _ if not external.is_external(turn.state, place):
            turn.observe(event.device, "not external: what came for it by the bridge is passed over")
        case Responded():
            external.responded(turn, place, event)
        case Acknowledged():
            external.acknowledged(turn, place, event)
        case Alerted():
            external.alerted(turn, place, event)
        case TransferEnded():
            distribution.finish_outside(turn, place, event)
