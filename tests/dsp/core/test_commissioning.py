"""Into service: what a successful 8.1.1, 8.7.1 or 8.7.2 does to the SMI, and who is told."""

import pytest

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import (
    CommissionDeviceSynchroniseClock,
    JoinServiceCritical,
    JoinServiceNonCritical,
)
from smart_metering.duis.service_requests import Body, SignedPreCommand
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceStatusChangeEvent,
    MeterMpxns,
    PreCommand,
)
from smart_metering.gbcs.commissioning import CommissionOutcome, encode_commission_response
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.joining import JoinCode, encode_join_response
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.device_answers import (
    last_command,
    response,
)
from tests.support.dsp_premises import (
    DISTRIBUTOR,
    ESME,
    EXPORT_MPAN,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    IMPORT_MPAN,
    MPRN,
    PPMID,
    START,
    SUPPLIER,
    signed_by,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.inventory_requests import kept
from tests.support.traces import told

PENDING, WHITELISTED, INC, COMMISSIONED, _, _, SUSPENDED, _, _ = SmiStatus


def send_signed(world: DspWorld, srv: str, body: Body, device: Eui, by: Eui) -> None:
    """A Critical request whole: Transform, sign, send; the Device hears it and says nothing yet."""
    world.devices[device].silent = True
    request_id = world.request_id(by, device)
    answer = world.ask(srv, body, by=by, variant=CommandVariant.TRANSFORM, request_id=request_id)
    assert isinstance(answer.body, PreCommand), answer
    signed = SignedPreCommand(gbcs_payload=signed_by(by, answer.body.gbcs_payload))
    sent = world.ask(srv, signed, by=by, variant=CommandVariant.SIGNED_SEND, request_id=request_id)
    assert sent.response_code is ResponseCode.I99


def commission(world: DspWorld, device: Eui, by: Eui, *, success: bool = True) -> None:
    """8.1.1, and the meter's answer."""
    clock = CommissionDeviceSynchroniseClock(current_date_time=world.now, tolerance_period=10)
    send_signed(world, "8.1.1", clock, device, by)
    command = last_command(world, device)
    outcome = CommissionOutcome(device_time=world.now, success=success)
    payload = encode_commission_response(UseCase(command.message_code), outcome, exchange_of(command))
    world.say(device, response(world, device, payload))


@pytest.mark.parametrize(
    ("device", "supplier", "operator", "mpxns", "variant"),
    [
        (ESME, SUPPLIER, DISTRIBUTOR, MeterMpxns(import_mpxn=IMPORT_MPAN, export_mpan=EXPORT_MPAN), "AD"),
        (GSME, GAS_SUPPLIER, GAS_TRANSPORTER, MeterMpxns(import_mpxn=MPRN), ""),
    ],
)
def test_a_commissioned_meter_has_its_date_and_its_network_operator_learns_which_it_is(
    device: Eui, supplier: Eui, operator: Eui, mpxns: MeterMpxns, variant: str
) -> None:
    world = premises(statuses={device: INC})
    world.advance(60_000)

    commission(world, device, supplier)

    assert (world.status(device), world.smi(device).date_commissioned) == (COMMISSIONED, START + 60_000)
    alert = world.last(operator)
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(
        device_id=device, device_status_change="MeterIdentity", meter_mpxns=mpxns, esme_variant=variant
    )
    assert told(world) == {supplier: ["I0"], operator: ["N16"]}


def test_a_meter_that_could_not_set_its_clock_is_not_commissioned() -> None:
    world = premises(statuses={ESME: INC})

    commission(world, ESME, SUPPLIER, success=False)

    assert world.status(ESME) is INC
    assert told(world) == {SUPPLIER: ["I0"]}


def test_a_meter_in_service_that_sets_its_clock_stays_as_it_is_and_nobody_is_told() -> None:
    world = premises()
    before = kept(world, ESME).history

    commission(world, ESME, SUPPLIER)

    assert kept(world, ESME).history == before
    assert told(world) == {SUPPLIER: ["I0"]}


def test_a_suspended_meter_stays_so_and_is_commissioned_when_it_is_restored() -> None:
    world = premises(statuses={ESME: INC})
    world.remove_from_cpl(ESME)
    world.inbox.clear()

    commission(world, ESME, SUPPLIER)

    assert world.status(ESME) is SUSPENDED
    assert kept(world, ESME).status_before_suspension is COMMISSIONED
    assert told(world) == {SUPPLIER: ["I0"]}


def joined(world: DspWorld, device: Eui, code: JoinCode = JoinCode.SUCCESS) -> None:
    """The Device answers the join that it heard last."""
    world.say(device, response(world, device, encode_join_response(code)))


@pytest.mark.parametrize(
    ("target", "by", "other"), [(GSME, GAS_SUPPLIER, GPF), (ESME, SUPPLIER, HCALCS), (ESME, SUPPLIER, PPMID)]
)
def test_a_critical_join_commissions_the_other_device_and_not_the_meter(
    target: Eui, by: Eui, other: Eui
) -> None:
    world = premises(statuses={target: INC, other: INC})

    send_signed(world, "8.7.1", JoinServiceCritical(other_device_id=other), target, by)
    joined(world, target)

    assert (world.status(target), world.status(other)) == (INC, COMMISSIONED)
    assert told(world) == {by: ["I0"]}


def test_a_join_commissions_its_target_where_that_is_no_meter() -> None:
    world = premises(statuses={GPF: INC})
    world.devices[GPF].silent = True
    body = JoinServiceNonCritical(other_device_id=PPMID)

    world.ask("8.7.2", body, by=GAS_SUPPLIER, target=GPF, variant=CommandVariant.SEND)
    joined(world, GPF)

    assert world.status(GPF) is COMMISSIONED
    assert world.smi(GPF).date_commissioned == world.now


@pytest.mark.parametrize("code", [code for code in JoinCode if code is not JoinCode.SUCCESS])
def test_a_join_that_failed_commissions_nothing(code: JoinCode) -> None:
    world = premises(statuses={HCALCS: INC})

    send_signed(world, "8.7.1", JoinServiceCritical(other_device_id=HCALCS), ESME, SUPPLIER)
    joined(world, ESME, code)

    assert world.status(HCALCS) is INC
