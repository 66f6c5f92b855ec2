"""What a user means by a part of a name: the party, the Device, the service, the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from smart_metering.administration import Party
from smart_metering.identifiers import Eui, InvalidIdentifier, parse_eui
from smart_metering.service_requests import definition_of
from smets.cli.exits import Misuse
from smets.client.administration import Administration
from smets.client.errors import UnknownParty
from smets.client.parties import is_hex, is_part_of, party_called
from smets.requests.bodies import fields_of

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


@dataclass(frozen=True, slots=True)
class CommandLookups:
    """What texts of a command stand for: Devices of the SMI, and files of the disk."""

    administration: Administration

    async def device(self, text: str) -> Eui:
        """Raises Misuse."""
        return await find_device(self.administration, text)

    def file(self, name: str) -> bytes | None:
        """Raises Misuse."""
        path = Path(name)
        return read_file(path) if path.is_file() else None


def read_fields(texts: Iterable[str], srv: str) -> dict[str, str]:
    """`NAME=VALUE`. Raises Misuse."""
    fields: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            known = fields_of(srv)
            names = f", with a NAME of {', '.join(known)}" if known else f"; and SRV {srv} takes none"
            raise Misuse(f"--set {text!r}: expected NAME=VALUE{names}")
        fields[name] = value
    return fields
