"""External Devices: what a hub does for one outside in the place of one here, and what it takes from it.

A Command stands in a durable outbox, numbered for its Device, until it is answered or acknowledged: whoever carries it
there may repeat it as often as it likes. Of what the Device says each number is taken once, and goes through the air
like the words of any Device. A Device that is not there cannot be reached.
"""

from device_emulator.core.agenda import Line
from device_emulator.core.carriage import carry, hold
from device_emulator.core.dates import dates
from device_emulator.core.effects import AlertTaken, Settled, ToExternal
from device_emulator.core.external_records import (
    Acknowledged,
    Alerted,
    CertificateTold,
    ExternalDevice,
    HanCommand,
    PresenceChange,
    PresenceTold,
    Responded,
    command_key,
)
from device_emulator.core.fleet import Place
from device_emulator.core.state import State
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.air import Direction
from smart_metering.device_types import DeviceType, Generation
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import CraFlag, decode
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.sm_wan import DeviceCertificates, Gbcs, Receipt

OPEN_COMMANDS = 64
"""Unanswered ones that are kept for a Device; the oldest is given up for a new one."""

ALERTS_REMEMBERED = 64
"""Numbers of the latest alerts, by which a repeated one is known."""

_CERTIFICATE_OF = {KeyUsage.DIGITAL_SIGNING: "digital_signing", KeyUsage.KEY_AGREEMENT: "key_agreement"}


def fault_of(place: Place) -> str | None:
    """Why nothing outside can have the place of this Device; None: it can."""
    kind = place.template.device_type
    if kind in (DeviceType.CHF, DeviceType.GPF):
        return f"a {kind} is the hub itself: it is not external"
    if place.premises.generation is Generation.SMETS1:
        return "a SMETS1 Device is reached through its S1SP, not by GBCS: it is not external"
    return None


def is_external(state: State, place: Place) -> bool:
    """Whether a Device outside has the place of this one."""
    row = state.external_devices.get(place.device_id)
    return place.template.external if row is None or row.external is None else row.external


def known(state: State, place: Place) -> ExternalDevice:
    """What the hub knows of the Device outside."""
    return state.external_devices.get(place.device_id) or ExternalDevice(device=place.device_id)


def set_external(turn: Turn, place: Place, external: bool) -> None:
    """From now on. What a Device outside has not answered when its place is taken back, it need not.

    The one here goes on as it was left: its dates hold again, a file on its way to it does not arrive.
    """
    row = known(turn.state, place)
    if external and place.device_id in turn.state.transfers:
        turn.state.transfers.remove(place.device_id)
    if not external:
        for number in row.open_commands:
            _close(turn, row, number)
        row = changed(row, open_commands=())
        for kind, due in dates(turn.device(place)).items():
            turn.agenda.put(Line(due, place.device_id, 0, kind))
    turn.state.external_devices.put(changed(row, external=external))


def deliver(turn: Turn, place: Place, frame: str, octets: bytes) -> None:
    """A Command at its Device: handed over if the Device is there. The octets that wait already wait but once."""
    row = known(turn.state, place)
    turn.send(place.comms_hub, place.device_id, Receipt(frame=frame, delivered=row.online))
    if not row.online:
        turn.observe(place.device_id, "external, and not there")
        return
    waiting = (turn.state.han_commands[command_key(row.device, number)] for number in row.open_commands)
    if any(command.gbcs == octets for command in waiting):
        turn.observe(place.device_id, "external: the same Command waits for its answer")
        return
    if len(row.open_commands) >= OPEN_COMMANDS:
        given_up, *others = row.open_commands
        turn.observe(place.device_id, f"external: Command {given_up} is given up, unanswered")
        _close(turn, row, given_up)
        row = changed(row, open_commands=tuple(others))
    command = HanCommand(
        comms_hub=place.comms_hub,
        device=place.device_id,
        number=row.last_command + 1,
        at=turn.now,
        gbcs=octets,
    )
    turn.state.han_commands.put(command)
    turn.effects.append(ToExternal(command=command))
    turn.state.external_devices.put(
        changed(row, last_command=command.number, open_commands=(*row.open_commands, command.number))
    )


def responded(turn: Turn, place: Place, said: Responded) -> None:
    """An answer is taken once; of one to another Command than that of its number nobody learns."""
    row = known(turn.state, place)
    if said.number not in row.open_commands:
        turn.observe(place.device_id, f"external: a Response to Command {said.number}, which waits for none")
        return
    command = turn.state.han_commands[command_key(row.device, said.number)]
    if _answers_another(command.gbcs, said.gbcs):
        turn.observe(place.device_id, f"external: Response {said.number} is to another Command")
        return
    others = tuple(number for number in row.open_commands if number != said.number)
    turn.state.external_devices.put(changed(row, open_commands=others))
    _close(turn, row, said.number)
    pass_on(turn, place, said.gbcs)


def acknowledged(turn: Turn, place: Place, said: Acknowledged) -> None:
    """The Command still waits for its answer, but is not repeated."""
    command = turn.state.han_commands.get(command_key(place.device_id, said.number))
    if command is not None and not command.acknowledged:
        turn.state.han_commands.put(changed(command, acknowledged=True))
        turn.effects.append(Settled(device=place.device_id, number=said.number))


def alerted(turn: Turn, place: Place, said: Alerted) -> None:
    """An alert is taken once; a repeated one is only told again that it was."""
    row = known(turn.state, place)
    taken = row.alerts_taken
    turn.effects.append(AlertTaken(comms_hub=place.comms_hub, device=place.device_id, number=said.number))
    is_old = len(taken) == ALERTS_REMEMBERED and said.number < min(taken)
    if said.number in taken or is_old:
        return
    taken = tuple(sorted((*taken, said.number))[-ALERTS_REMEMBERED:])
    turn.state.external_devices.put(changed(row, alerts_taken=taken))
    pass_on(turn, place, said.gbcs)


def presence(turn: Turn, place: Place, told: PresenceTold) -> None:
    """Noted if it is news."""
    row = known(turn.state, place)
    if row.online == told.online:
        return
    turn.state.external_devices.put(changed(row, online=told.online))
    change = PresenceChange(at=turn.now, device_id=place.device_id, online=told.online)
    turn.state.presence.append(change, device=place.device_id)
    turn.observe(place.device_id, f"external: {'online' if told.online else 'offline'}")


def certificate(turn: Turn, place: Place, told: CertificateTold) -> None:
    """One of a Device's own; there is no place for one of another usage."""
    field = _CERTIFICATE_OF.get(told.usage)
    if field is not None:
        row = known(turn.state, place)
        turn.state.external_devices.put(changed(row, **{field: told.certificate}))


def give_certificates(turn: Turn, place: Place) -> None:
    """Those that the Device made known; before it has both, the hub has none to give."""
    row = known(turn.state, place)
    if not (row.digital_signing and row.key_agreement):
        turn.observe(place.device_id, "external: it has not made its certificates known")
        return
    certificates = DeviceCertificates(digital_signing=row.digital_signing, key_agreement=row.key_agreement)
    turn.send(place.comms_hub, place.device_id, certificates)


def pass_on(turn: Turn, place: Place, octets: bytes) -> None:
    """What a Device outside says, through the air and up the SM WAN; of one that has left the HAN nobody hears.

    Its hub keeps it while it has no power, as it keeps what Devices here say.
    """
    if not has_joined(place, turn.device(place)):
        turn.observe(place.device_id, f"unheard: not on the HAN of {place.comms_hub}")
        return
    for underway in carry(turn, place, Direction.FROM_DEVICE, Gbcs(gbcs=octets)):
        if turn.has_power(place.comms_hub):
            turn.send(place.comms_hub, place.device_id, underway.content)
        else:
            hold(turn, underway)


def _close(turn: Turn, row: ExternalDevice, number: int) -> None:
    turn.state.han_commands.remove(command_key(row.device, number))
    turn.effects.append(Settled(device=row.device, number=number))


def _answers_another(command: bytes, response: bytes) -> bool:
    """What cannot be read answers the Command under whose number it comes: a rig may test that, too."""
    try:
        asked, answered = decode(command), decode(response)
    except DecodeError:
        return False
    if answered.cra is not CraFlag.RESPONSE:
        return False
    return (answered.target, answered.counter) != (asked.originator, asked.counter)
