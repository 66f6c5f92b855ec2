"""The Central Products List: what leaves it Suspends, what returns to it restores, and who is told."""

import pytest

from dsp.core.effects import Refusal
from dsp.core.inputs import CplEntryAdded, CplEntryRemoved
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from dsp.rules.rule_set import RuleSet
from smart_metering.administration import CplChange, CplEntry
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import DccAlert, DeviceStatusChangeEvent
from smart_metering.identifiers import Eui
from smart_metering.instants import DAY_MS, Instant
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    IHD,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    PPMID,
    ROLES,
    START,
    SUPPLIER,
    V1,
    V2,
    V3,
    cpl_entry,
    loaded_device,
    registration,
)
from tests.support.dsp_world import DspWorld, premises, suspended

ELECTRICITY = {SUPPLIER, DISTRIBUTOR}
GAS = {GAS_SUPPLIER, GAS_TRANSPORTER}

TOLD: dict[Eui, set[Eui]] = {
    ESME: ELECTRICITY,
    HCALCS: ELECTRICITY,
    GSME: GAS,
    GPF: GAS,
    CHF: ELECTRICITY | GAS,
    PPMID: ELECTRICITY | GAS,
}


def told(world: DspWorld, code: str) -> set[Eui]:
    """Who got exactly this alert, when nobody got anything else."""
    inboxes = {user: world.take(user) for user in ROLES}
    assert all(codes in ([], [code]) for codes in inboxes.values()), inboxes
    return {user for user, codes in inboxes.items() if codes}


# --- suspension


@pytest.mark.parametrize("device", TOLD, ids=lambda device: DEVICE_TYPES[device])
def test_what_leaves_the_cpl_is_suspended_and_those_responsible_are_told(device: Eui) -> None:
    world = premises()

    change = world.remove_from_cpl(device)

    assert change == CplChange(entry=cpl_entry(device, V1), devices_suspended=1)
    assert [other for other in DEVICE_TYPES if world.status(other) is SmiStatus.SUSPENDED] == [device]
    alert = world.last(next(iter(TOLD[device])))
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(device_id=device, device_status_change="DeviceSuspended")
    assert alert.decision is not None
    assert alert.decision.source == "choice Q2"
    assert told(world, "N28") == TOLD[device]


def test_a_device_of_another_version_or_model_is_left_alone() -> None:
    world = premises()
    world.add_to_cpl(changed(cpl_entry(ESME, V1), entry_id="other", device_model="433100AD"))

    changes = [
        world.remove_from_cpl(ESME, V2),
        world.give(CplEntryRemoved(entry_id="other")),
    ]

    assert [change.devices_suspended for change in changes if isinstance(change, CplChange)] == [0, 0]
    assert world.status(ESME) is SmiStatus.COMMISSIONED


@pytest.mark.parametrize("status", SmiStatus)
def test_three_statuses_can_be_suspended_unless_switched(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})

    world.remove_from_cpl(ESME)

    suspendable = {SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED, SmiStatus.RECOVERED}
    assert world.status(ESME) is (SmiStatus.SUSPENDED if status in suspendable else status)
    assert told(world, "N28") == (ELECTRICITY if status in suspendable else set())


def with_switches(switches: Switches) -> RuleSet:
    return rules_as_of(switches=switches)


SWITCHABLE = (
    SmiStatus.PENDING,
    SmiStatus.WHITELISTED,
    SmiStatus.INSTALLED_NOT_COMMISSIONED,
    SmiStatus.COMMISSIONED,
    SmiStatus.RECOVERED,
)


@pytest.mark.parametrize("switched", SWITCHABLE)
def test_q5_chooses_which_statuses_can_be_suspended(switched: SmiStatus) -> None:
    after = {}
    for status in SWITCHABLE:
        rules = with_switches(Switches(suspendable=frozenset({switched})))
        world = premises(rules, statuses={ESME: status})
        world.remove_from_cpl(ESME)
        after[status] = world.status(ESME)

    assert after == {status: status for status in SWITCHABLE} | {switched: SmiStatus.SUSPENDED}


@pytest.mark.parametrize("switched", SWITCHABLE)
def test_each_status_comes_back_as_it_was(switched: SmiStatus) -> None:
    rules = with_switches(Switches(suspendable=frozenset(SWITCHABLE)))
    world = premises(rules, statuses={ESME: switched})
    world.remove_from_cpl(ESME)
    kept = world.engine.state.devices[ESME].status_before_suspension

    world.add_to_cpl(cpl_entry(ESME, V1))

    assert kept is switched
    assert world.status(ESME) is switched
    assert world.engine.state.devices[ESME].status_before_suspension is None


@pytest.mark.parametrize("device", [CHF, GPF, ESME], ids=lambda device: DEVICE_TYPES[device])
def test_q5a_chooses_whether_communications_hubs_are_suspended(device: Eui) -> None:
    world = premises(with_switches(Switches(communications_hubs_are_suspended=False)))

    world.remove_from_cpl(device)

    of_hub = device in (CHF, GPF)
    assert world.status(device) is (SmiStatus.COMMISSIONED if of_hub else SmiStatus.SUSPENDED)


def test_a_second_suspension_keeps_the_status_before_the_first() -> None:
    world = suspended(ESME, running=V2)
    world.engine.state.put_device(
        changed(
            world.engine.state.devices[ESME],
            device=changed(world.smi(ESME), device_firmware_version=V2),
        )
    )

    change = world.remove_from_cpl(ESME, V2)

    assert change.devices_suspended == 0
    assert world.engine.state.devices[ESME].status_before_suspension is SmiStatus.COMMISSIONED


def test_the_history_tells_both_ways() -> None:
    world = premises()
    world.advance(DAY_MS)
    world.remove_from_cpl(ESME)
    world.advance(DAY_MS)

    world.add_to_cpl(cpl_entry(ESME, V1))

    lines = [(line.at, line.status) for line in world.engine.state.devices[ESME].history]
    assert lines == [
        (START, SmiStatus.COMMISSIONED),
        (START + DAY_MS, SmiStatus.SUSPENDED),
        (START + 2 * DAY_MS, SmiStatus.COMMISSIONED),
    ]


def test_every_device_of_the_model_is_suspended_in_the_order_of_ids() -> None:
    world = premises()
    twin = loaded_device(ESME)
    ids = [Eui("00-DB-12-34-56-78-91-0" + digit) for digit in "31"]
    world.load(devices=[changed(twin, device=changed(twin.device, device_id=device)) for device in ids])

    change = world.remove_from_cpl(ESME)

    bodies = [alert.body for alert in world.inbox[SUPPLIER] if isinstance(alert, DccAlert)]
    assert change.devices_suspended == 3
    assert [body.device_id for body in bodies if isinstance(body, DeviceStatusChangeEvent)] == [
        ESME,
        *sorted(ids),
    ]


# --- restoration


@pytest.mark.parametrize("device", TOLD, ids=lambda device: DEVICE_TYPES[device])
def test_what_returns_to_the_cpl_is_restored_and_those_responsible_are_told(device: Eui) -> None:
    world = suspended(device)

    change = world.add_to_cpl(cpl_entry(device, V1))

    assert change == CplChange(entry=cpl_entry(device, V1), devices_restored=1)
    assert world.status(device) is SmiStatus.COMMISSIONED
    alert = world.last(next(iter(TOLD[device])))
    assert isinstance(alert, DccAlert)
    assert alert.body == DeviceStatusChangeEvent(device_id=device, device_status_change="DeviceRestored")
    assert told(world, "N29") == TOLD[device]


def test_an_entry_of_another_version_restores_nothing() -> None:
    world = suspended(ESME)

    change = world.add_to_cpl(cpl_entry(ESME, V3))

    assert change.devices_restored == 0
    assert world.status(ESME) is SmiStatus.SUSPENDED


def test_n29_goes_to_whoever_is_responsible_at_the_restoration() -> None:
    world = suspended(ESME)
    gained = changed(registration(IMPORT_MPAN, SUPPLIER, since=Instant(START + 1)), party=OTHER_SUPPLIER)
    world.load(registrations=[gained])
    world.advance(1)

    world.add_to_cpl(cpl_entry(ESME, V1))

    assert told(world, "N29") == {OTHER_SUPPLIER, DISTRIBUTOR}


def test_manufacturer_and_model_are_compared_in_either_case() -> None:
    world = suspended(ESME)

    world.add_to_cpl(changed(cpl_entry(ESME, V1), device_manufacturer="106c", device_model="433100ac"))

    assert world.status(ESME) is SmiStatus.COMMISSIONED


# --- the list itself


def test_an_entry_without_an_id_is_given_one() -> None:
    change = premises().add_to_cpl(changed(cpl_entry(ESME, V3), entry_id=""))

    assert change.entry.entry_id == "ESME-106C-433100AC-00000003"


def test_an_entry_that_is_not_there_cannot_be_removed() -> None:
    reply = premises().give(CplEntryRemoved(entry_id="nothing"))

    assert isinstance(reply, Refusal)
    assert reply.unknown
    assert "nothing" in reply.faults[0]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"device_type": DeviceType.IHD}, "device_type: IHD is not on the CPL"),
        ({"device_type": DeviceType.CAD}, "device_type: CAD is not on the CPL"),
        ({"device_manufacturer": ""}, "device_manufacturer, device_model: expected both"),
        ({"device_model": ""}, "device_manufacturer, device_model: expected both"),
        ({"manufacturer_image_hash": bytes(31)}, "manufacturer_image_hash: 31 octets, expected 32"),
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_is_refused(wrong: dict[str, object], fault: str) -> None:
    world = premises()

    reply = world.give(CplEntryAdded(entry=changed(cpl_entry(ESME, V3), **wrong)))

    assert isinstance(reply, Refusal)
    assert reply.faults[0].startswith(fault)
    assert cpl_entry(ESME, V3).entry_id not in world.engine.state.cpl


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (changed(cpl_entry(ESME, V1), entry_id="another"), "the CPL has this model and version already"),
        (changed(cpl_entry(ESME, V3), entry_id="ESME V1"), "stands for another model or version"),
    ],
    ids=["one product, two entries", "one entry, two products"],
)
def test_a_model_and_version_have_one_entry_and_an_entry_one_model_and_version(
    entry: CplEntry, fault: str
) -> None:
    world = premises()

    reply = world.give(CplEntryAdded(entry=entry))

    assert isinstance(reply, Refusal)
    assert fault in reply.faults[0]
    assert world.remove_from_cpl(ESME).devices_suspended == 1, "the list is as it was"


def test_a_type_2_device_is_never_suspended() -> None:
    world = premises()

    for device in TOLD:
        world.remove_from_cpl(device)

    assert world.status(IHD) is None
