"""What a user means by a part of a name: the party, the Device, the service, the file."""

from pathlib import Path

from smart_metering.administration import Party
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.service_requests import definition_of
from smets.cli.exits import Misuse
from smets.client.administration import Administration
from smets.fleet.texts import did_you_mean

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
    named = [party for party in parties if text.lower() == party.name.lower()]
    found = named or [party for party in parties if is_part_of(text, party.eui)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{party.name!r} {party.eui}" for party in parties)
    what = f"means {len(found)} parties" if found else "is no party"
    hint = did_you_mean(text, [party.name for party in parties])
    raise Misuse(f"user {text!r} {what}{hint}; expected one of: {known}")


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


def is_hex(text: str) -> bool:
    """Whether it could be a part of an EUI."""
    plain = text.replace("-", "")
    return bool(plain) and all(character in "0123456789abcdefABCDEF" for character in plain)


def is_part_of(text: str, eui: Eui) -> bool:
    """Whether the EUI begins or ends so, with dashes or without."""
    plain, whole = text.replace("-", "").upper(), eui.replace("-", "")
    return is_hex(text) and (whole.startswith(plain) or whole.endswith(plain))


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
