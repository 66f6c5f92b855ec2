"""What the DCC's own people change in the SMI: a wrong manufacturer or model, and the steps of a recovery."""

import pytest

from dsp.core.effects import Refusal, Reply
from dsp.core.inputs import DeviceCorrected, RecoveryChanged
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.administration import DeviceCorrection, RecoveryChange
from smart_metering.duis.service_responses import (
    DccAlert,
    DeviceStatusChangeEvent,
    DspUpdateFirmwareWarning,
    InventoryDevice,
)
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    IHD,
    MANUFACTURER,
    MODEL,
    NOWHERE,
    PPMID,
    ROLES,
    START,
    SUPPLIER,
    V2,
    cpl_entry,
)
from tests.support.dsp_world import DspWorld, premises, suspended
from tests.support.inventory_requests import kept, seen_by_8_2
from tests.support.traces import smi_changes, told, trace_of

WHY = "wrong in the file of the manufacturer"
STARTED, PLACED, RESTORED = "Started", "CredentialsPlaced", "SupplierRestored"

RECOVERY_STEPS = {
    STARTED: {
        SmiStatus.COMMISSIONED: SmiStatus.RECOVERY,
        SmiStatus.SUSPENDED: SmiStatus.RECOVERY,
    },
    PLACED: {SmiStatus.RECOVERY: SmiStatus.RECOVERED},
    RESTORED: {SmiStatus.RECOVERED: SmiStatus.COMMISSIONED},
}


def correct(
    world: DspWorld, device: Eui = ESME, /, *, reason: str = WHY, manufacturer: str = "", model: str = ""
) -> Reply | None:
    """A correction of these details."""
    correction = DeviceCorrection(
        device_id=device, reason=reason, device_manufacturer=manufacturer, device_model=model
    )
    return world.give(DeviceCorrected(correction=correction))


def recover(
    world: DspWorld, event: str, device: Eui = ESME, *, reason: str = "keys were stolen"
) -> Reply | None:
    """A step of the recovery."""
    return world.give(RecoveryChanged(change=RecoveryChange(device_id=device, event=event, reason=reason)))


def assert_refused(world: DspWorld, before: object, reply: Reply | None, what: str) -> None:
    """A refusal that says `what`; and nothing has changed since `before`."""
    assert isinstance(reply, Refusal), reply
    assert any(what in fault for fault in reply.faults), reply.faults
    assert trace_of(world) == before


# --- the correction


@pytest.mark.parametrize(
    ("given", "manufacturer", "model"),
    [
        ({"manufacturer": "106D"}, "106D", MODEL),
        ({"model": "433100AD"}, MANUFACTURER, "433100AD"),
        ({"manufacturer": "106D", "model": "433100AD"}, "106D", "433100AD"),
    ],
    ids=str,
)
def test_the_dcc_corrects_manufacturer_and_model(
    given: dict[str, str], manufacturer: str, model: str
) -> None:
    world = premises()
    before = kept(world, ESME).device

    reply = correct(world, **given)

    after = changed(before, device_manufacturer=manufacturer, device_model=model)
    assert kept(world, ESME).device == after
    assert isinstance(reply, InventoryDevice)
    assert reply == seen_by_8_2(world, ESME)
    assert not any(world.take(user) for user in ROLES)


@pytest.mark.parametrize("status", SmiStatus)
def test_a_correction_changes_no_status_though_the_cpl_has_no_such_model(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})

    reply = correct(world, model="FFFFFFFF")

    assert isinstance(reply, InventoryDevice)
    assert (reply.device_status, reply.cpl_status) == (status, "Withdrawn")
    assert world.status(ESME) is status


@pytest.mark.parametrize("device", [CHF, GPF, ESME, GSME, HCALCS, PPMID, IHD])
def test_a_device_of_any_type_is_corrected(device: Eui) -> None:
    world = premises()

    correct(world, device, model="433100AD")

    assert world.smi(device).device_model == "433100AD"


def test_the_history_tells_old_and_new_and_why() -> None:
    world = premises()
    world.advance(60_000)
    smi_changes(world)

    correct(world, manufacturer="106D", model="433100AD")

    line = kept(world, ESME).history[-1]
    assert (line.at, line.status, line.request_id) == (START + 60_000, SmiStatus.COMMISSIONED, "")
    assert f"device_manufacturer {MANUFACTURER} -> 106D" in line.cause
    assert f"device_model {MODEL} -> 433100AD" in line.cause
    assert WHY in line.cause
    (change,) = smi_changes(world)
    assert (change.what, change.cause) == (line.cause, "")
    assert change.decision is not None
    assert change.decision.source == "SECMP0125 report"


def test_what_the_smi_has_already_is_no_correction() -> None:
    world = premises()
    before = trace_of(world)

    reply = correct(world, manufacturer=MANUFACTURER, model=MODEL)

    assert isinstance(reply, InventoryDevice)
    assert trace_of(world) == before


def test_11_1_goes_by_the_corrected_model() -> None:
    world = premises()
    world.add_to_cpl(changed(cpl_entry(ESME, V2), device_model="433100AD", entry_id="another model"))
    correct(world, model="433100AD")
    world.remove_from_cpl(ESME, V2)

    answer = world.update_firmware([ESME])

    assert answer.response_code is ResponseCode.I0
    assert not isinstance(answer.body, DspUpdateFirmwareWarning)


@pytest.mark.parametrize(
    ("device", "reason", "given", "what"),
    [
        (ESME, WHY, {}, "expected at least one"),
        (ESME, "", {"model": "433100AD"}, "reason"),
        (ESME, WHY, {"model": "4" * 31}, "device_model: longer than the 30"),
        (ESME, WHY, {"manufacturer": "4" * 31}, "device_manufacturer: longer than the 30"),
        (NOWHERE, WHY, {"model": "433100AD"}, NOWHERE),
    ],
)
def test_what_is_wrong_with_a_correction_is_said(
    device: Eui, reason: str, given: dict[str, str], what: str
) -> None:
    world = premises()
    before = trace_of(world)

    reply = correct(world, device, reason=reason, **given)

    assert_refused(world, before, reply, what)
    assert isinstance(reply, Refusal)
    assert reply.unknown is (device == NOWHERE)


def test_all_faults_of_a_correction_are_said_at_once() -> None:
    reply = correct(premises(), reason="", model="4" * 31, manufacturer="4" * 31)

    assert isinstance(reply, Refusal)
    assert len(reply.faults) == 3


def test_a_text_of_thirty_characters_is_taken() -> None:
    world = premises()

    correct(world, model="4" * 30)

    assert world.smi(ESME).device_model == "4" * 30


# --- the recovery


@pytest.mark.parametrize("status", SmiStatus)
@pytest.mark.parametrize("event", RECOVERY_STEPS)
def test_each_step_leads_from_its_statuses_alone(event: str, status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})
    before = trace_of(world)

    reply = recover(world, event)

    expected = RECOVERY_STEPS[event].get(status)
    if expected is None:
        assert_refused(world, before, reply, f"{event} of a Device that is {status}")
        return
    assert isinstance(reply, InventoryDevice)
    assert reply.device_status is expected
    assert world.status(ESME) is expected


def test_a_recovery_is_told_step_by_step() -> None:
    world = premises()

    for event in (STARTED, PLACED, RESTORED):
        world.advance(60_000)
        recover(world, event)

    history = kept(world, ESME).history
    assert [(line.at - START, line.status) for line in history] == [
        (0, SmiStatus.COMMISSIONED),
        (60_000, SmiStatus.RECOVERY),
        (120_000, SmiStatus.RECOVERED),
        (180_000, SmiStatus.COMMISSIONED),
    ]
    assert all("keys were stolen" in line.cause for line in history[1:])


@pytest.mark.parametrize(
    ("device", "recipients"),
    [
        (ESME, {SUPPLIER, DISTRIBUTOR}),
        (GSME, {GAS_SUPPLIER, GAS_TRANSPORTER}),
        (PPMID, {SUPPLIER, GAS_SUPPLIER, DISTRIBUTOR, GAS_TRANSPORTER}),
    ],
)
def test_supplier_and_operator_learn_that_the_recovery_is_complete_and_of_no_other_step(
    device: Eui, recipients: set[Eui]
) -> None:
    world = premises()
    recover(world, STARTED, device)
    assert not any(world.take(user) for user in ROLES)

    recover(world, PLACED, device)

    alert = world.last(min(recipients))
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(device_id=device, device_status_change="RecoveryComplete")
    assert {user for user in ROLES if world.take(user) == ["N36"]} == recipients
    recover(world, RESTORED, device)
    assert not any(world.take(user) for user in ROLES)


def test_a_recovery_makes_forget_what_the_device_was_before_its_suspension() -> None:
    world = suspended(ESME)

    recover(world, STARTED)

    assert kept(world, ESME).status_before_suspension is None


def recovered(world: DspWorld, device: Eui = ESME) -> Reply | None:
    """The whole recovery; the last answer."""
    return [recover(world, event, device) for event in (STARTED, PLACED, RESTORED)][-1]


def test_a_recovery_restores_no_device_whose_firmware_is_off_the_cpl() -> None:
    world = suspended(ESME)
    recover(world, STARTED)
    recover(world, PLACED)
    world.inbox.clear()

    reply = recover(world, RESTORED)

    assert isinstance(reply, InventoryDevice)
    assert reply.device_status is world.status(ESME) is SmiStatus.SUSPENDED
    assert kept(world, ESME).status_before_suspension is SmiStatus.COMMISSIONED
    assert told(world) == {SUPPLIER: ["N28"], DISTRIBUTOR: ["N28"]}
    last, before_it = kept(world, ESME).history[-1], kept(world, ESME).history[-2]
    assert (before_it.status, last.status) == (SmiStatus.COMMISSIONED, SmiStatus.SUSPENDED)
    assert last.cause == "its firmware is not on the CPL as its recovery ends"


def test_a_removal_from_the_cpl_during_a_recovery_is_caught_up_with() -> None:
    world = premises()
    recover(world, STARTED)
    world.remove_from_cpl(ESME)
    during = world.status(ESME)

    recover(world, PLACED)
    recover(world, RESTORED)

    assert (during, world.status(ESME)) == (SmiStatus.RECOVERY, SmiStatus.SUSPENDED)


def test_new_firmware_then_restores_it_as_any_that_is_suspended() -> None:
    world = suspended(ESME, running=V2)
    recovered(world)

    world.read_version(ESME)

    assert world.status(ESME) is SmiStatus.COMMISSIONED


@pytest.mark.parametrize("device", [CHF, GPF])
@pytest.mark.parametrize("suspends", [True, False])
def test_a_hub_is_suspended_by_it_only_where_hubs_are(device: Eui, suspends: bool) -> None:
    world = premises(rules_as_of(switches=Switches(communications_hubs_are_suspended=suspends)))
    world.remove_from_cpl(device)

    recovered(world, device)

    assert world.status(device) is (SmiStatus.SUSPENDED if suspends else SmiStatus.COMMISSIONED)


def test_a_device_in_recovery_takes_no_request_and_a_recovered_one_does() -> None:
    world = premises()

    recover(world, STARTED)
    during = world.read_version(ESME).response_code
    recover(world, PLACED)
    afterwards = world.read_version(ESME).response_code

    assert (during, afterwards) == (ResponseCode.E5, ResponseCode.I99)


def test_a_recovered_device_is_suspended_and_restored_as_any_other() -> None:
    world = premises(statuses={ESME: SmiStatus.RECOVERED})

    world.remove_from_cpl(ESME)

    assert world.status(ESME) is SmiStatus.SUSPENDED
    assert kept(world, ESME).status_before_suspension is SmiStatus.RECOVERED


@pytest.mark.parametrize(
    ("event", "device", "reason", "what"),
    [
        ("Finished", ESME, "why", "event"),
        ("started", ESME, "why", "event"),
        ("", ESME, "why", "event"),
        (STARTED, ESME, "", "reason"),
        (STARTED, NOWHERE, "why", NOWHERE),
        (STARTED, IHD, "why", "without status"),
    ],
)
def test_what_is_wrong_with_a_step_is_said(event: str, device: Eui, reason: str, what: str) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, recover(world, event, device, reason=reason), what)
