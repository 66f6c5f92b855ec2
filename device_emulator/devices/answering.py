"""Two ways of telling: a SMETS2 Device speaks GBCS, a SMETS1 Device through the S1SP, which decodes its answer."""

from dataclasses import replace

from device_emulator.devices import decoded_content
from device_emulator.devices.alerts import alert
from device_emulator.devices.profile import Answer, Utterance
from device_emulator.devices.state import DeviceState, ScheduledActivation, ScheduledReplacement
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import (
    ActivationCode,
    ActivationOutcome,
    FutureDatedOutcome,
    encode_activate_firmware_response,
    encode_future_dated_outcome,
)
from smart_metering.gbcs.credential_outcomes import UpdateOutcome
from smart_metering.gbcs.date_times import encode_dlms_date_time
from smart_metering.gbcs.message import Message, response_to
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.gbcs.update_security_credentials import (
    FutureDatedUpdate,
    encode_update_security_credentials_alert,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.sm_wan import Smets1Response
from smart_metering.use_cases import UseCase, reference_of, use_case_row


class GbcsAnswering:
    """Responses and alerts of GBCS."""

    def reading(self, command: Message, version: FirmwareVersion | None) -> Utterance:
        use_case = UseCase(command.message_code)
        return response_to(command, encode_read_response(use_case, version, command.counter))

    def activation(
        self, command: Message, outcome: ActivationOutcome | None, time: Instant
    ) -> Utterance | None:
        """CS06 Responses carry a date-time in the header (certain: the reference vectors)."""
        return response_to(command, encode_activate_firmware_response(outcome), encode_dlms_date_time(time))

    def scheduled_activation(
        self, state: DeviceState, scheduled: ScheduledActivation, outcome: ActivationOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        """00CA to the supplier that sent the Command."""
        told = FutureDatedOutcome(
            alert_code=_dated_alert_code(outcome.code is ActivationCode.SUCCESS),
            execution_time=scheduled.due,
            originator_counter=scheduled.counter,
            outcome=outcome,
        )
        payload = encode_future_dated_outcome(told)
        return alert(state, scheduled.originator, UseCase.CS06_ALERT, lambda _counter: payload, now)

    def telling(self, command: Message, answer: Answer, time: Instant) -> Utterance:
        """Dated where the use case has it so."""
        row = use_case_row(command.message_code)
        assert row is not None, command
        date_time = encode_dlms_date_time(time) if row.dated else b""
        response = response_to(command, answer.payload(), date_time)
        if answer.own_counter is None:
            return response
        return replace(response, supplementary_originator_counter=answer.own_counter)

    def scheduled_replacement(
        self, state: DeviceState, scheduled: ScheduledReplacement, outcome: UpdateOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        """00CB to the Change of Supplier party that sent the Command."""
        told = FutureDatedUpdate(
            alert_code=_dated_alert_code(outcome.success), execution_time=scheduled.due, outcome=outcome
        )
        payload = encode_update_security_credentials_alert(told)
        return alert(state, scheduled.originator, UseCase.CS02B_ALERT, lambda _counter: payload, now)


class S1spAnswering:
    """The S1SP's words for a one-step Device: no version in an answer to 11.3 (SECMP0105), one in an answer to 11.2.

    A future-dated 11.3 is accepted at once and answered at its date, as by a Device of two steps (choice G16).
    """

    def reading(self, command: Message, version: FirmwareVersion | None) -> Utterance:
        return Smets1Response(
            originator=command.originator,
            counter=command.counter,
            service_reference_variant=reference_of(command.message_code),
            success=version is not None,
            firmware_version=version,
        )

    def activation(
        self, command: Message, outcome: ActivationOutcome | None, time: Instant
    ) -> Utterance | None:
        if outcome is not None:
            return _activation(command.originator, command.counter, outcome)
        return Smets1Response(
            originator=command.originator,
            counter=command.counter,
            service_reference_variant=reference_of(UseCase.CS06),
            success=True,
            accepted=True,
        )

    def scheduled_activation(
        self, state: DeviceState, scheduled: ScheduledActivation, outcome: ActivationOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        return state, _activation(scheduled.originator, scheduled.counter, outcome)

    def telling(self, command: Message, answer: Answer, time: Instant) -> Utterance:
        return Smets1Response(
            originator=command.originator,
            counter=command.counter,
            service_reference_variant=reference_of(command.message_code),
            success=answer.success,
            accepted=answer.accepted,
            content=answer.content(),
        )

    def scheduled_replacement(
        self, state: DeviceState, scheduled: ScheduledReplacement, outcome: UpdateOutcome, now: Instant
    ) -> tuple[DeviceState, Utterance]:
        return state, Smets1Response(
            originator=scheduled.originator,
            counter=scheduled.counter,
            service_reference_variant=reference_of(UseCase.CS02B),
            success=outcome.success,
            content=decoded_content.of_replacement(outcome),
        )


def _dated_alert_code(success: bool) -> DeviceAlertCode:
    if success:
        return DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL
    return DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED


def _activation(originator: Eui, counter: int, outcome: ActivationOutcome) -> Smets1Response:
    return Smets1Response(
        originator=originator,
        counter=counter,
        service_reference_variant=reference_of(UseCase.CS06),
        success=outcome.code is ActivationCode.SUCCESS,
        activation_code=outcome.code.mmc_name,
    )
