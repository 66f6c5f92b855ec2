"""A User asks real Devices for more than firmware: every read, every change, and Commands that it delivers by hand."""

from pathlib import Path

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis import device_requests as duis
from smart_metering.duis.service_requests import ActivateFirmware, Body
from smart_metering.duis.service_responses import LocalCommand, ServiceResponse
from smart_metering.gbcs.import_registers import ElectricityRegisters
from smart_metering.gbcs.message import decode
from smart_metering.identifiers import Eui, parse_request_id
from smart_metering.instants import DAY_MS, Instant
from smart_metering.pki.keys import KeyUsage
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from smets.client.answers import DeviceLog, GasVolume, HanLog, ImportProfile, TopUp
from smets.client.checked import CheckedResponse
from smets.client.credential_answers import HeldCredentials
from smets.client.making import MakeBody
from smets.client.user import User
from tests.smets.running_system import ESME, GPF, GSME, HUB, PPMID, RunningSystem, running

NOON = Instant(1_636_027_200_000)  # twelve hours after the epoch of a fleet
WITH_AN_OTHER_USER = "fleets: [{template: smets2}, {template: smets1}]"
SMETS1_ESME = Eui("00-DB-12-34-00-00-00-12")


async def _ask(
    world: RunningSystem,
    srv: str,
    device: Eui,
    body: Body | MakeBody | None = None,
    *,
    by: User | None = None,
) -> CheckedResponse:
    """The Response, as the User reads it."""
    user = by or world.supplier
    answer = await user.send(srv, device, body)
    assert answer.response_code is ResponseCode.I99, answer
    await world.administration.advance(0)
    return await user.await_response(answer.request_id)


# --- reads ---------------------------------------------------------------------------------------------------

READS = (
    # SRV,   Device, what is said
    ("4.1.1", ESME, "import "),
    ("4.1.1", GSME, "consumption "),
    ("4.1.1", GPF, "consumption "),
    ("4.3", ESME, "balance £"),
    ("6.2.4", ESME, "variant AD"),
    ("7.4", ESME, "supply Enabled"),
    ("7.4", GSME, "battery for"),
    ("8.9", ESME, "joined with CHF"),
    ("8.9", HUB, "on the log"),
    ("3.3", ESME, "event log cleared"),
)


@pytest.mark.parametrize(
    ("srv", "position", "text"), READS, ids=[f"{srv} {position}" for srv, position, _ in READS]
)
async def test_what_a_device_answers_is_read(
    world: RunningSystem, srv: str, position: int, text: str
) -> None:
    checked = await _ask(world, srv, world.device(position))

    assert checked.response.response_code is ResponseCode.I0
    assert checked.outcome is not None
    assert checked.outcome.success is True
    assert text in checked.outcome.text


async def test_registers_are_those_that_the_device_shows(world: RunningSystem) -> None:
    shown = {row.name: row.value for row in (await world.emulator.inspect(world.device(ESME))).readings}

    checked = await _ask(world, "4.1.1", world.device(ESME))

    assert checked.outcome is not None
    assert isinstance(checked.outcome.content, ElectricityRegisters)
    assert str(checked.outcome.content.active_import_wh) == shown["ActiveImportRegister"]
    assert checked.verified.holds is True


async def test_a_network_operator_reads_with_its_own_key(world: RunningSystem) -> None:
    checked = await _ask(world, "4.1.1", world.device(GSME), by=world.network_operator)

    assert checked.outcome is not None
    assert isinstance(checked.outcome.content, GasVolume)


async def test_a_profile_is_of_the_period_that_was_asked_for(world: RunningSystem) -> None:
    now = await world.supplier.now()
    period = duis.ReadLogPeriod(start_date_time=Instant(now - DAY_MS), end_date_time=now)

    checked = await _ask(
        world, "4.8.1", world.device(ESME), duis.ReadActiveImportProfileData(read_log_period=period)
    )

    assert checked.outcome is not None
    assert isinstance(checked.outcome.content, ImportProfile)
    times = [entry.at for entry in checked.outcome.content.entries]
    assert (times[0], times[-1], len(times)) == (now - DAY_MS, now, 49)


async def test_an_other_user_reads_a_profile_if_its_certificate_goes_with_the_request(
    world: RunningSystem,
) -> None:
    other = world.plan.parties[3].eui
    now = await world.supplier.now()
    period = duis.ReadLogPeriod(start_date_time=Instant(now - DAY_MS), end_date_time=now)
    without = duis.ReadActiveImportProfileData(read_log_period=period)
    async with world.system.connection.user(other) as user:
        certificate = user.repository.organisation_certificate(other, KeyUsage.KEY_AGREEMENT)
        assert certificate is not None
        with_it = duis.ReadActiveImportProfileData(
            read_log_period=period, ka_public_security_credentials=certificate
        )

        opened = await _ask(world, "4.8.1", world.device(ESME), with_it, by=user)
        sealed = await _ask(world, "4.8.1", world.device(ESME), without, by=user)

    assert opened.outcome is not None
    assert isinstance(opened.outcome.content, ImportProfile)
    assert opened.verified.holds is None  # the MAC is made for the Access Control Broker
    assert sealed.outcome is not None
    assert sealed.outcome.content is None
    assert "so not to be read here" in sealed.outcome.text


async def test_logs_are_read_entry_by_entry(world: RunningSystem) -> None:
    of_meter = await _ask(world, "8.9", world.device(ESME))
    of_hub = await _ask(world, "8.9", world.device(HUB))

    assert of_meter.outcome is not None
    assert isinstance(of_meter.outcome.content, DeviceLog)
    assert (world.device(PPMID), DeviceType.PPMID) in [
        (entry.device, entry.device_type) for entry in of_meter.outcome.content.devices or ()
    ]
    assert of_hub.outcome is not None
    assert isinstance(of_hub.outcome.content, HanLog)
    assert world.device(ESME) in [entry.device for entry in of_hub.outcome.content.devices or ()]


# --- changes -------------------------------------------------------------------------------------------------


async def test_a_clock_is_set_by_what_the_user_signed(world: RunningSystem) -> None:
    now = await world.supplier.now()
    body = duis.CommissionDeviceSynchroniseClock(current_date_time=now, tolerance_period=60)

    checked = await _ask(world, "8.1.1", world.device(ESME), body)

    assert checked.outcome is not None
    assert checked.outcome.text.startswith("clock set: ")
    assert checked.verified.holds is True
    assert "signature" in checked.verified.what


async def test_a_clock_is_not_set_to_another_time(world: RunningSystem) -> None:
    body = duis.CommissionDeviceSynchroniseClock(current_date_time=NOON, tolerance_period=60)

    checked = await _ask(world, "8.1.1", world.device(GSME), body)

    assert checked.outcome is not None
    assert checked.outcome.success is False


@pytest.mark.parametrize("srv", ["8.7.1", "8.7.2"])
async def test_devices_are_joined(world: RunningSystem, srv: str) -> None:
    critical = srv == "8.7.1"
    body = (
        duis.JoinServiceCritical(other_device_id=world.device(PPMID))
        if critical
        else duis.JoinServiceNonCritical(other_device_id=world.device(GPF))
    )

    checked = await _ask(world, srv, world.device(GSME), body)

    assert checked.outcome is not None
    assert checked.outcome.text == "joined"
    assert ("signature" if critical else "MAC") in checked.verified.what


async def test_a_body_may_be_made_from_the_request_id(world: RunningSystem) -> None:
    checked = await _ask(
        world,
        "2.2",
        world.device(GSME),
        lambda request_id: duis.TopUpDevice(utrn=f"{request_id.counter:020d}"),
    )

    assert checked.outcome is not None
    assert isinstance(checked.outcome.content, TopUp)
    assert checked.outcome.content.accepted is True
    assert checked.outcome.content.value


async def test_a_supplier_takes_over_with_its_own_certificates(world: RunningSystem) -> None:
    user, meter = world.supplier, world.device(ESME)
    repository, mpxn = user.repository, (await world.administration.read_device(meter)).device.import_mpxn
    body = duis.UpdateSecurityCredentialsCos(
        supplier_floor_seq_number=0,
        digital_signing_certificate=repository.organisation_certificate(user.eui, KeyUsage.DIGITAL_SIGNING)
        or b"",
        key_agreement_certificate=repository.organisation_certificate(user.eui, KeyUsage.KEY_AGREEMENT)
        or b"",
        certification_path_certificates=repository.certification_path(user.eui),
        import_mpxn=mpxn,
    )

    checked = await _ask(world, "6.23", meter, body)
    held = await _ask(
        world,
        "6.24.1",
        meter,
        duis.RetrieveDeviceSecurityCredentialsKrp(remote_party_roles=("Supplier", "TransCoS")),
    )

    assert checked.outcome is not None
    assert checked.outcome.text.endswith(f"are now of {user.eui}")
    assert checked.verified.holds is True  # signed by the Device for the Change of Supplier party
    assert held.outcome is not None
    assert isinstance(held.outcome.content, HeldCredentials)
    assert [role.credentials[0].party for role in held.outcome.content.roles] == [
        user.eui,
        Eui("90-B3-D5-1F-30-00-00-04"),
    ]


# --- sequences -----------------------------------------------------------------------------------------------


async def test_a_request_of_a_sequence_waits_for_the_one_before_it(world: RunningSystem) -> None:
    now, meter = await world.supplier.now(), world.device(ESME)
    later = duis.ReadInstantaneousImportRegisters(execution_date_time=Instant(now + DAY_MS))

    first = await world.supplier.send("4.1.1", meter, later, first_in_sequence=True)
    second = await world.supplier.send("4.3", meter, preceding=parse_request_id(first.request_id))
    await world.administration.advance(0)
    before = await world.supplier.response_until_now(second.request_id)
    await world.administration.advance(DAY_MS)
    after = await world.supplier.response_until_now(second.request_id)

    assert (first.response_code, second.response_code) == (ResponseCode.I99, ResponseCode.I99)
    assert before is None
    assert after is not None
    assert after.response.response_date_time == now + DAY_MS


# --- Commands for local delivery -----------------------------------------------------------------------------


def _command(answer: ServiceResponse) -> bytes:
    assert isinstance(answer.body, LocalCommand), answer
    return answer.body.gbcs_payload


async def test_a_command_is_delivered_locally_and_its_answer_returned(world: RunningSystem) -> None:
    user, meter = world.supplier, world.device(ESME)

    answer = await user.send("4.1.1", meter, variant=CommandVariant.LOCAL)
    octets = await world.emulator.deliver_locally(meter, _command(answer))
    checked = user.check_local(answer.request_id, octets, await user.now())
    returned = await user.return_local_response(octets, answer.request_id)
    again = await user.return_local_response(octets, answer.request_id)

    assert answer.response_code is ResponseCode.I0
    assert checked.verified.holds is True
    assert checked.outcome is not None
    assert isinstance(checked.outcome.content, ElectricityRegisters)
    assert returned.response_code is ResponseCode.I0
    assert again.response_code is ResponseCode.E100


async def test_a_critical_command_for_local_delivery_is_transformed_signed_and_given_out(
    world: RunningSystem,
) -> None:
    meter, body = world.device(ESME), duis.JoinServiceCritical(other_device_id=world.device(PPMID))

    answer = await world.supplier.send("8.7.1", meter, body, variant=CommandVariant.SIGNED_LOCAL)
    message = decode(_command(answer))
    octets = await world.emulator.deliver_locally(meter, _command(answer))
    checked = world.supplier.check_local(answer.request_id, octets, await world.supplier.now())

    assert (message.message_code, message.originator) == (UseCase.CS03A1, world.supplier.eui)
    assert message.signature
    assert checked.outcome is not None
    assert checked.outcome.text == "joined"


@pytest.mark.parametrize(
    ("srv", "variant"),
    [("11.2", CommandVariant.SEND_AND_LOCAL), ("11.3", CommandVariant.SIGNED_SEND_AND_LOCAL)],
)
async def test_a_command_goes_both_ways(world: RunningSystem, srv: str, variant: CommandVariant) -> None:
    body = ActivateFirmware(firmware_hash=bytes(32)) if srv == "11.3" else None

    answer = await world.supplier.send(srv, world.device(ESME), body, variant=variant)
    await world.administration.advance(0)
    checked = await world.supplier.await_response(answer.request_id)

    assert answer.response_code is ResponseCode.I99
    assert _command(answer)
    assert checked.response.response_code is ResponseCode.I0


async def test_without_another_try_the_first_answer_is_that_certificates_are_missing(
    world: RunningSystem,
) -> None:
    meter = world.device(ESME)

    first = await world.supplier.send("4.1.1", meter, variant=CommandVariant.LOCAL, certificate_tries=0)
    later = await world.supplier.send("4.1.1", meter, variant=CommandVariant.LOCAL)

    assert first.response_code is ResponseCode.E20
    assert later.response_code is ResponseCode.I0


async def test_in_time_that_runs_the_certificates_are_waited_for(world: RunningSystem) -> None:
    await world.administration.set_rate(1)

    answer = await world.supplier.send(
        "8.7.1",
        world.device(ESME),
        duis.JoinServiceCritical(other_device_id=world.device(PPMID)),
        variant=CommandVariant.SIGNED_LOCAL,
    )

    assert answer.response_code is ResponseCode.I0


async def test_a_wrong_variant_is_answered_and_not_mended(world: RunningSystem) -> None:
    critical = await world.supplier.send(
        "11.3",
        world.device(ESME),
        ActivateFirmware(firmware_hash=bytes(32)),
        variant=CommandVariant.SEND,
    )
    uncritical = await world.supplier.send("11.2", world.device(ESME), variant=CommandVariant.SIGNED_SEND)

    assert (critical.response_code, uncritical.response_code) == (ResponseCode.E12, ResponseCode.E12)


async def test_a_smets1_device_answers_a_local_top_up_with_the_utrn(tmp_path: Path) -> None:
    async with running(tmp_path / "state", WITH_AN_OTHER_USER) as world:
        body = duis.TopUpDevice(utrn="1" * 20)
        meter = await world.administration.read_device(SMETS1_ESME)

        answer = await world.supplier.send("2.2", SMETS1_ESME, body, variant=CommandVariant.LOCAL)
        read = await _ask(world, "4.1.1", SMETS1_ESME)

    outcome = world.supplier.outcome_of(answer)
    assert meter.device.device_status is SmiStatus.COMMISSIONED
    assert outcome is not None
    assert outcome.text == f"success, UTRN {'1' * 20}"
    assert read.outcome is not None
    assert "ActiveImportRegister" in [value.name for value in read.outcome.values]
