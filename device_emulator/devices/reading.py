"""Read Firmware Version (SR 11.2): a Device tells its own version, a GPF what its mirror shows of the gas meter."""

from device_emulator.devices.profile import Handled, Hearing
from device_emulator.firmware.slots import mirrored_version
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.read_firmware_version import decode_read_command
from smart_metering.use_cases import UseCase


def read_own_version(hearing: Hearing) -> Handled:
    return _answer(hearing, hearing.state.slots.running)


def read_mirrored_version(hearing: Hearing) -> Handled:
    """Without a GSME on the HAN there is nothing to mirror, and the reading fails."""
    slots = hearing.around.gas_meter_slots()
    return _answer(
        hearing, mirrored_version(slots, hearing.now, hearing.around.mirror_breaks()) if slots else None
    )


def _answer(hearing: Hearing, version: FirmwareVersion | None) -> Handled:
    command = hearing.command
    decode_read_command(UseCase(command.message_code), command.payload, command.counter)
    answering = hearing.profile.answering
    assert answering is not None, hearing.profile
    return Handled(state=hearing.state, answer=answering.reading(command, version))
