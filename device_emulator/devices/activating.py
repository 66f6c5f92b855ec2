"""Activate Firmware (SR 11.3): at once, or stored for its date until another dated Command takes its place."""

from device_emulator.devices.profile import DeviceProfile, Handled, Hearing
from device_emulator.devices.state import CutShort, DeviceState, ScheduledActivation, lived, logged, own_time
from device_emulator.firmware.verification import Verifier
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.errors import DecodeError
from smart_metering.gbcs.activate_firmware import (
    ActivateFirmwareCommand,
    ActivationCode,
    ActivationOutcome,
    decode_activate_firmware_command,
)
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.records import changed


def activate_firmware(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read, or names another counter than the header."""
    activate = decode_activate_firmware_command(hearing.command.payload)
    if activate.originator_counter != hearing.command.counter:
        raise DecodeError(0, f"CS06 command: counter {activate.originator_counter} is not the header's")
    if activate.execution_time is None:
        return _activate_at_once(hearing, activate)
    scheduled = None
    if activate.execution_time != CANCELLATION:
        scheduled = ScheduledActivation(
            manufacturer_image_hash=activate.manufacturer_image_hash,
            originator=hearing.command.originator,
            counter=hearing.command.counter,
            due=activate.execution_time,
        )
    assert hearing.profile.answering is not None, hearing.profile
    answer = hearing.profile.answering.activation(hearing.command, None, hearing.time)
    return Handled(state=changed(hearing.state, scheduled=scheduled), answer=answer)


def carry_out_scheduled(
    state: DeviceState, profile: DeviceProfile, verifier: Verifier, now: Instant
) -> Handled:
    """The date of the stored Command has come."""
    scheduled = state.scheduled
    assert scheduled is not None, state
    assert profile.answering is not None, profile
    outcome, state, fault = attempt(state, profile, scheduled.manufacturer_image_hash, verifier, now)
    state = changed(state, scheduled=None)
    if outcome is None:
        state = lived(state, cut_short=CutShort(scheduled))
        return Handled(state=state, answer=None, what=fault, power_cut=True)
    state, answer = profile.answering.scheduled_activation(state, scheduled, outcome, now)
    return Handled(state=state, answer=answer, what=fault)


def attempt(
    state: DeviceState, profile: DeviceProfile, image_hash: bytes, verifier: Verifier, now: Instant
) -> tuple[ActivationOutcome | None, DeviceState, str | None]:
    """Tries to run the pending image. The outcome always names the version that runs afterwards.

    No outcome: the power went meanwhile. The version that ran before runs again, the image still waits (choice G92).
    """
    assert profile.activation is not None, profile
    activated = profile.activation.activate(state.slots, image_hash, verifier, now)
    outcome = ActivationOutcome(activated.code, activated.slots.running)
    if activated.code is not ActivationCode.SUCCESS:
        what = f"activation failed: {activated.fault}" if activated.fault else None
        return outcome, state, what
    if state.life.cut_at_activation:
        return None, lived(state, cut_short=CutShort()), "the power went while it activated"
    state = changed(state, slots=activated.slots)
    code = DeviceAlertCode.EXECUTING_FIRMWARE_VERSION_CHANGED
    return outcome, logged(state, code, own_time(state, now)), None


def tell_cut_short(state: DeviceState, profile: DeviceProfile, now: Instant) -> Handled:
    """The power is back after an activation that it cut short: of a dated one the outcome is told, as a failure."""
    cut_short = state.life.cut_short
    assert cut_short is not None, state
    state = lived(state, cut_short=None)
    if cut_short.scheduled is None:
        return Handled(state=state, answer=None)
    assert profile.answering is not None, profile
    outcome = ActivationOutcome(ActivationCode.ACTIVATION_FAILURE, state.slots.running)
    state, answer = profile.answering.scheduled_activation(state, cut_short.scheduled, outcome, now)
    return Handled(state=state, answer=answer)


def _activate_at_once(hearing: Hearing, activate: ActivateFirmwareCommand) -> Handled:
    outcome, state, fault = attempt(
        hearing.state,
        hearing.profile,
        activate.manufacturer_image_hash,
        hearing.around.verifier(),
        hearing.now,
    )
    if outcome is None:
        return Handled(state=state, answer=None, what=fault, power_cut=True)
    assert hearing.profile.answering is not None, hearing.profile
    answer = hearing.profile.answering.activation(hearing.command, outcome, hearing.time)
    return Handled(state=state, answer=answer, what=fault)
