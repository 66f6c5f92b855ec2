"""What a user means by a part of a name: the party, the Device, the service, the file."""

from pathlib import Path

from smart_metering.administration import Party
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.service_requests import definition_of
from smets.cli.exits import Misuse
from smets.client.administration import Administration
from smets.client.errors import UnknownParty
from smets.client.parties import is_hex, is_part_of, party_called

DEVICES_SEARCHED = 50_000
SHOWN = 5


async def find_party(administration: Administration, text: str, srv: str = "") -> Party:
    """By name, EUI or part of one; without text, the first whose roles may send the SRV. Raises Misuse."""
    parties = await administration.parties()
    if not text:
        definition = definition_of(srv)
        roles = definition.roles if definition is not None else None
        able = [party for party in parties if roles is None or roles.intersection(party.roles)]
        if not able:
            raise Misuse(f"no party that is loaded may send {srv or 'anything'}; name one by --user")
        return able[0]
    try:
        return party_called(parties, text)
    except UnknownParty as error:
        raise Misuse(str(error)) from None


async def find_device(administration: Administration, text: str) -> Eui:
    """A whole EUI as it is; the beginning or the end of one, where only one Device has it. Raises Misuse."""
    try:
        return parse_eui(text)
    except InvalidIdentifier as error:
        if not is_hex(text):
            raise Misuse(f"{error}, or the beginning or end of one") from None
    found: list[Eui] = []
    searched = 0
    async for device in administration.devices():
        searched += 1
        if is_part_of(text, device.device.device_id):
            found.append(device.device.device_id)
        if searched == DEVICES_SEARCHED:
            raise Misuse(
                f"Device {text!r}: there are more than {DEVICES_SEARCHED} Devices, give the whole EUI"
            )
        if len(found) > SHOWN:
            break
    if len(found) == 1:
        return found[0]
    if not found:
        raise Misuse(f"Device {text!r}: none of the {searched} Devices in the SMI begins or ends so")
    more = " and more" if len(found) > SHOWN else ""
    raise Misuse(f"Device {text!r} means more than one: {', '.join(found[:SHOWN])}{more}")


def read_file(path: Path) -> bytes:
    """Raises Misuse."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misuse(f"{path}: cannot be read: {error.strerror}") from None


def is_file(path: Path) -> bool:
    """Whether there is such a file to read."""
    return path.is_file()


def read_hash(text: str) -> bytes:
    """A SHA-256 in hex. Raises Misuse."""
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        octets = b""
    if len(octets) != 32:
        raise Misuse(f"hash {text!r}: expected 64 hex characters, a SHA-256")
    return octets
