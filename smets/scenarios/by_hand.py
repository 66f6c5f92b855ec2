"""What a step does at the premises by hand, as a test engineer would: whether it can be done, and the doing."""

from collections.abc import Sequence

from device_emulator.devices.profiles import PROFILES
from smets.client.emulator_control import EmulatorControl
from smets.durations import fast_or_slow
from smets.fleet.model import FUNCTIONS_OF_THE_HUB
from smets.scenarios.cast import Member
from smets.scenarios.model import DeviceClockModel, HubModel, PowerModel, StepModel, TamperModel

Handling = PowerModel | HubModel | TamperModel | DeviceClockModel


def handling_of(step: StepModel) -> Handling | None:
    """None: the step does nothing by hand."""
    return step.power or step.hub or step.tamper or step.device_clock


def why_not(asked: Handling, member: Member) -> str:
    """Why it can never be done to this Device; empty: it can be."""
    profile, kind = (
        PROFILES[member.device_type, member.fleet.generation],
        f"a {member.fleet.generation} {member.device_type}",
    )
    if not member.fleet.emulated:
        return f"{member.fleet.fleet!r} is not emulated here: nothing can be done to it"
    match asked:
        case PowerModel() if member.device_type in FUNCTIONS_OF_THE_HUB:
            return f"a {member.device_type} has power when its Comms Hub has: expected hub"
        case PowerModel(at_activation=True) if profile.activation is None:
            return f"{kind} activates no firmware here"
        case TamperModel() if asked.kind not in profile.tampers:
            known = ", ".join(profile.tampers) or "none"
            return f"{kind} has no tamper alert {asked.kind.value!r} (expected: {known})"
        case DeviceClockModel() if not profile.has_clock:
            return f"{kind} has no clock of its own here"
        case _:
            return ""


async def handle(emulator: EmulatorControl, asked: Handling, members: Sequence[Member]) -> None:
    """To one after the other. Raises SmetsError: of a Device that is off already, say."""
    match asked:
        case HubModel():
            for comms_hub in dict.fromkeys(member.comms_hub for member in members):
                await emulator.switch_hub_power(comms_hub, asked.state)
        case PowerModel():
            power = f"{asked.state}-at-activation" if asked.at_activation else asked.state
            for member in members:
                await emulator.switch_power(member.device_id, power)
        case TamperModel():
            for member in members:
                await emulator.tamper(member.device_id, asked.kind.value)
        case DeviceClockModel():
            for member in members:
                await emulator.set_device_clock(
                    member.device_id, ahead_ms=asked.drift or 0, reading=asked.set
                )


def told_by_hand(asked: Handling, whom: str) -> str:
    """In a line: `power of 3 Devices off`."""
    match asked:
        case HubModel():
            return f"hub of {whom} {asked.state}"
        case PowerModel():
            when = " when they next activate firmware" if asked.at_activation else ""
            return f"power of {whom} {asked.state}{when}"
        case TamperModel():
            return f"{whom} tampered with: {asked.kind.value}"
        case DeviceClockModel():
            return f"clock of {whom} {'set' if asked.drift is None else fast_or_slow(asked.drift)}"
