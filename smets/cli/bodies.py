"""The body of a Service Request from the words of a command: one function for each SRV that has one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    DeviceDetails,
    DevicePrenotification,
    ReadFirmwareVersion,
    ReadInventory,
    UpdateFirmware,
    UpdateInventory,
    UpdatePpmidFirmware,
)
from smart_metering.firmware_versions import FirmwareVersion, parse_firmware_version
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.instants import CANCELLATION, Instant, parse_instant
from smart_metering.ota.image import decode
from smart_metering.service_requests import definition_of
from smets.cli.exits import Misuse
from smets.cli.lookups import is_file, read_file, read_hash
from smets.client.user import User
from smets.durations import parse_duration
from smets.fleet.texts import one_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said, Devices found already."""

    srv: str
    devices: tuple[Eui, ...]
    firmware: str = ""
    version: str = ""
    image_hash: str = ""
    at: str = ""
    fields: tuple[str, ...] = ()

    @property
    def is_to_a_device(self) -> bool:
        """Whether the request is sent to its one Device. Raises Misuse where there is not one."""
        definition = definition_of(self.srv)
        if definition is None or definition.non_device:
            return False
        if len(self.devices) != 1:
            raise Misuse(f"SRV {self.srv} '{definition.name}' is for one Device, not {len(self.devices)}")
        return True


async def body_of(asked: Asked, sender: User) -> Body | None:
    """None: the body that says nothing. Raises Misuse for what this SRV has no room for, or lacks."""
    row = ROWS.get(asked.srv)
    given = {name for name in OPTIONS if getattr(asked, name)}
    if surplus := sorted(given - (row.options if row else set())):
        raise Misuse(f"SRV {asked.srv} takes no {', '.join(OPTIONS[name] for name in surplus)}")
    return await row.make(asked, sender) if row else None


async def _update_firmware(asked: Asked, sender: User) -> Body:
    if not asked.firmware:
        raise Misuse(f"SRV {asked.srv} needs --firmware: a file, or the SHA-256 of one uploaded before")
    if not asked.devices:
        raise Misuse(f"SRV {asked.srv} needs the Devices it is for")
    name, version = await _named_firmware(asked, sender)
    kind = UpdateFirmware if asked.srv == "11.1" else UpdatePpmidFirmware
    return kind(firmware_file=name, firmware_version=version, device_id_list=asked.devices)


async def _named_firmware(asked: Asked, sender: User) -> tuple[str, FirmwareVersion]:
    """A file is uploaded, so that it is named and not carried."""
    path = Path(asked.firmware)
    if is_file(path):
        uploaded = await sender.upload_firmware(read_file(path))
        version = parse_firmware_version(asked.version) if asked.version else uploaded.firmware_version
        return uploaded.sha256, version
    try:
        digest = read_hash(asked.firmware)
    except Misuse:
        raise Misuse(f"--firmware {asked.firmware!r}: there is no such file, and it is no SHA-256") from None
    if not asked.version:
        raise Misuse("--firmware with a SHA-256 needs --version")
    return digest.hex(), parse_firmware_version(asked.version)


async def _activate_firmware(asked: Asked, sender: User) -> Body:
    if bool(asked.image_hash) == bool(asked.firmware):
        raise Misuse("SRV 11.3 needs either --hash or --firmware, the file whose hash is meant")
    if asked.firmware:
        image_hash = decode(read_file(Path(asked.firmware))).manufacturer_image_hash
    else:
        image_hash = read_hash(asked.image_hash)
    return ActivateFirmware(firmware_hash=image_hash, execution_date_time=await _date(asked.at, sender))


async def _read_firmware_version(asked: Asked, sender: User) -> Body:
    return ReadFirmwareVersion(execution_date_time=await _date(asked.at, sender))


async def _read_inventory(asked: Asked, sender: User) -> Body:
    fields = _fields(asked, ("mpxn", "uprn"))
    device = asked.devices[0] if asked.devices else None
    return ReadInventory(device_id=device, mpxn=fields.get("mpxn", ""), uprn=fields.get("uprn", ""))


async def _update_inventory(asked: Asked, sender: User) -> Body:
    names = msgspec.structs.fields(DeviceDetails)
    details = DeviceDetails(**_fields(asked, [row.name for row in names]))
    return UpdateInventory(device_id=_one_device(asked), update_device_details=details)


async def _prenotify(asked: Asked, sender: User) -> Body:
    known = [row.name for row in msgspec.structs.fields(DevicePrenotification) if row.name != "device_id"]
    fields = _fields(asked, known)
    if missing := [
        name for name in ("device_manufacturer", "device_model", "device_type") if name not in fields
    ]:
        raise Misuse(f"SRV 12.2 needs {', '.join(f'--set {name}=...' for name in missing)}")
    gpf = fields.pop("associated_gpf_device_id", "")
    return DevicePrenotification(
        device_id=_one_device(asked),
        device_manufacturer=fields.pop("device_manufacturer"),
        device_model=fields.pop("device_model"),
        device_type=fields.pop("device_type"),
        associated_gpf_device_id=parse_eui(gpf) if gpf else None,
        **fields,
    )


def _one_device(asked: Asked) -> Eui:
    if len(asked.devices) != 1:
        raise Misuse(f"SRV {asked.srv} is about one Device, not {len(asked.devices)}")
    return asked.devices[0]


def _fields(asked: Asked, known: list[str] | tuple[str, ...]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for text in asked.fields:
        name, equals, value = text.partition("=")
        if not equals:
            raise Misuse(f"--set {text!r}: expected NAME=VALUE")
        try:
            fields[one_of("field", name, known)] = value
        except ValueError as error:
            raise Misuse(f"--set {text!r}: {error}") from None
    return fields


async def _date(text: str, sender: User) -> Instant | None:
    """`+2h` counts from the emulated time."""
    if not text:
        return None
    if text == "cancel":
        return CANCELLATION
    if text.startswith("+"):
        return Instant(await sender.now() + parse_duration(text[1:]))
    return parse_instant(text)


@dataclass(frozen=True, slots=True)
class BodyRow:
    """`options` are those of a command that this body has room for."""

    options: frozenset[str]
    make: Callable[[Asked, User], Awaitable[Body]]


OPTIONS = {
    "firmware": "--firmware",
    "version": "--version",
    "image_hash": "--hash",
    "at": "--at",
    "fields": "--set",
}

ROWS = {
    # SRV              options                                        body
    "8.2":  BodyRow(frozenset({"fields"}),                       _read_inventory),
    "8.4":  BodyRow(frozenset({"fields"}),                       _update_inventory),
    "11.1": BodyRow(frozenset({"firmware", "version"}),          _update_firmware),
    "11.2": BodyRow(frozenset({"at"}),                           _read_firmware_version),
    "11.3": BodyRow(frozenset({"firmware", "image_hash", "at"}), _activate_firmware),
    "11.4": BodyRow(frozenset({"firmware", "version"}),          _update_firmware),
    "12.2": BodyRow(frozenset({"fields"}),                       _prenotify),
}  # fmt: skip
