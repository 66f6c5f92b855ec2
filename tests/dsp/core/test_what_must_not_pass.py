"""Messages and requests that look right and are not: each is refused or dropped, and nothing is learned from it."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import UnknownRule, rules_with
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.service_requests import ReadFirmwareVersion, SignedPreCommand
from smart_metering.gbcs.activate_firmware import ActivateFirmwareCommand, encode_activate_firmware_command
from smart_metering.gbcs.message import CraFlag, Message, encode
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Smets1Response
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import ESME, SUPPLIER, V1, V2, image_hash, signed_by
from tests.support.dsp_world import premises


def test_two_commands_never_share_a_request_id() -> None:
    world = premises()
    world.devices[ESME].silent = True
    request_id, octets = world.pre_command(ESME, by=SUPPLIER)
    world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=CommandVariant.SEND, request_id=request_id)

    answer = world.send_signed(request_id, signed_by(SUPPLIER, octets), by=SUPPLIER)

    assert answer.response_code is ResponseCode.E40


@pytest.mark.parametrize("days", [-1, 31])
def test_the_date_inside_a_signed_pre_command_is_checked(days: int) -> None:
    world = premises()
    request_id = world.request_id(SUPPLIER, ESME)
    octets = signed_by(SUPPLIER, _dated(request_id, Instant(world.now + days * DAY_MS)))

    answer = world.ask(
        "11.3",
        SignedPreCommand(gbcs_payload=octets),
        variant=CommandVariant.SIGNED_SEND,
        request_id=request_id,
    )

    assert answer.response_code is ResponseCode.E100


def test_a_smets1_response_from_a_smets2_device_teaches_nothing() -> None:
    world = premises()
    world.devices[ESME].silent = True
    world.read_version(ESME)
    counter = world.engine.state.outstanding_with(ESME)[0].command.counter

    world.uplink(
        ESME,
        Smets1Response(
            originator=SUPPLIER,
            counter=counter,
            service_reference_variant="11.2",
            success=True,
            firmware_version=V2,
        ),
    )

    assert world.version(ESME) == V1
    assert "dropped" in world.observed[-1]


@pytest.mark.parametrize("status", [SmiStatus.RECOVERY, SmiStatus.DECOMMISSIONED, SmiStatus.SUSPENDED])
def test_a_status_without_a_way_to_suspension_cannot_be_switched_on(status: SmiStatus) -> None:
    with pytest.raises(UnknownRule, match=f"{status} cannot be Suspended"):
        rules_with((), switches=Switches(suspendable=frozenset({status})))


def _dated(request_id: RequestId, at: Instant) -> bytes:
    command = ActivateFirmwareCommand(
        manufacturer_image_hash=image_hash(V2), originator_counter=request_id.counter, execution_time=at
    )
    return encode(
        Message(
            cra=CraFlag.COMMAND,
            counter=request_id.counter,
            originator=request_id.originator,
            target=request_id.target,
            message_code=UseCase.CS06,
            payload=encode_activate_firmware_command(command),
        )
    )
