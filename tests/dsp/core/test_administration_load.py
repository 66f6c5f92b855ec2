"""What the administration loads: taken whole, or refused whole with every fault named."""

import pytest

from dsp.core.effects import Refusal
from smart_metering.administration import LoadedDevice, LoadSummary, Registration
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from tests.support.dsp_premises import (
    CHF,
    ESME,
    IHD,
    IMPORT_MPAN,
    OTHER_SUPPLIER,
    REGISTRATIONS,
    ROLES,
    START,
    STRANGER,
    SUPPLIER,
    loaded_device,
    party,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises


def empty() -> DspWorld:
    return DspWorld(before_secmp0105())


def test_what_was_taken_is_counted() -> None:
    world = empty()

    reply = world.load(
        parties=map(party, ROLES),
        registrations=REGISTRATIONS,
        devices=[loaded_device(CHF), loaded_device(ESME)],
    )

    assert reply == LoadSummary(parties=8, registrations=5, devices=2)


@pytest.mark.parametrize("status", SmiStatus)
def test_a_device_is_loaded_in_any_status_and_its_history_says_so(status: SmiStatus) -> None:
    world = empty()

    world.load(devices=[loaded_device(CHF), loaded_device(ESME, status)])

    kept = world.engine.state.devices[ESME]
    assert kept.device.device_status is status
    assert [(line.at, line.status, line.cause) for line in kept.history] == [(START, status, "loaded")]


def test_a_later_load_builds_on_the_ones_before() -> None:
    world = empty()
    world.load(parties=[party(SUPPLIER)], devices=[loaded_device(CHF)])

    reply = world.load(registrations=[REGISTRATIONS[0]], devices=[loaded_device(ESME)])

    assert reply == LoadSummary(registrations=1, devices=1)
    assert world.read_version(ESME).response_code == "I99"


def esme(**changes: object) -> LoadedDevice:
    return changed(loaded_device(ESME), **changes)


def esme_shown(**changes: object) -> LoadedDevice:
    loaded = loaded_device(ESME)
    return changed(loaded, device=changed(loaded.device, **changes))


@pytest.mark.parametrize(
    ("device", "fault"),
    [
        (esme(comms_hub=STRANGER), f"devices[1] ({ESME}).comms_hub: {STRANGER}"),
        (esme_shown(device_status=None), f"devices[1] ({ESME}).device_status"),
        (
            changed(
                loaded_device(IHD),
                device=changed(loaded_device(IHD).device, device_status=SmiStatus.PENDING),
            ),
            f"devices[1] ({IHD}).device_status",
        ),
        (esme_shown(esme_variant="Z"), f"devices[1] ({ESME}).esme_variant: 'Z'"),
        (
            esme_shown(device_status=SmiStatus.SUSPENDED),
            f"devices[1] ({ESME}).status_before_suspension: expected",
        ),
    ],
)
def test_a_device_that_cannot_be_is_refused(device: LoadedDevice, fault: str) -> None:
    world = empty()

    reply = world.load(devices=[loaded_device(CHF), device])

    assert isinstance(reply, Refusal)
    (named,) = reply.faults
    assert named.startswith(fault)
    assert not reply.unknown


def test_a_registration_of_a_party_that_is_not_loaded_is_refused() -> None:
    reply = empty().load(registrations=[REGISTRATIONS[0]])

    assert reply == Refusal(
        faults=(f"registrations[0].party: {SUPPLIER} is no party that is loaded",), unknown=False
    )


def test_a_load_is_refused_whole_with_every_fault_named() -> None:
    world = empty()

    reply = world.load(
        parties=[party(OTHER_SUPPLIER)],
        registrations=REGISTRATIONS[:2],
        devices=[
            loaded_device(CHF),
            esme(comms_hub=STRANGER, device=changed(loaded_device(ESME).device, esme_variant="Z")),
        ],
    )

    assert isinstance(reply, Refusal)
    assert len(reply.faults) == 4
    state = world.engine.state
    assert [len(book) for book in (state.parties, state.registrations, state.devices)] == [0, 0, 0]


def test_a_registration_is_written_over_by_one_of_the_same_day() -> None:
    world = premises()
    former = REGISTRATIONS[0]

    world.load(registrations=[changed(former, party=OTHER_SUPPLIER)])

    assert world.read_version(ESME, by=OTHER_SUPPLIER).response_code == "I99"
    assert world.read_version(ESME, by=SUPPLIER).response_code == "E4"


def test_registrations_count_from_their_day_in_whatever_order_they_are_loaded() -> None:
    world = premises()

    def since(user: Eui, days_ago: int) -> Registration:
        return Registration(
            mpxn=IMPORT_MPAN,
            role=UserRole.IS,
            party=user,
            effective_from=Instant(START - days_ago * 86_400_000),
        )

    world.load(registrations=[since(SUPPLIER, -2), since(OTHER_SUPPLIER, -1), since(OTHER_SUPPLIER, 5)])

    def may_read() -> list[str]:
        users = (SUPPLIER, OTHER_SUPPLIER)
        return [user for user in users if world.read_version(ESME, by=user).response_code == "I99"]

    days = []
    for _ in range(3):
        days.append(may_read())
        world.advance(86_400_000)
    assert days == [[SUPPLIER], [OTHER_SUPPLIER], [SUPPLIER]]


def test_a_suspended_user_is_refused_until_it_is_loaded_otherwise() -> None:
    world = premises()
    codes = []
    for suspended in (True, False):
        world.load(parties=[changed(party(SUPPLIER), suspended=suspended)])
        codes.append(world.read_version(ESME).response_code)

    assert codes == ["E3", "I99"]


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (b"no certificate", "octet 0: certificate: "),
        (
            party(OTHER_SUPPLIER).digital_signing_certificate,
            f"a certificate of {OTHER_SUPPLIER} for ds, expected ds",
        ),
        (party(SUPPLIER).key_agreement_certificate, f"a certificate of {SUPPLIER} for ka, expected ds"),
    ],
    ids=["none", "another's", "for another use"],
)
def test_a_party_comes_with_a_certificate_of_its_own_or_with_none(octets: bytes, what: str) -> None:
    world = empty()

    reply = world.load(parties=[changed(party(SUPPLIER), digital_signing_certificate=octets)])

    assert isinstance(reply, Refusal)
    assert reply.faults[0].startswith(f"parties[0] ({SUPPLIER}).digital_signing_certificate: {what}")
    assert SUPPLIER not in world.engine.state.parties
    assert world.load(parties=[changed(party(SUPPLIER), digital_signing_certificate=b"")]) == LoadSummary(
        parties=1, registrations=0, devices=0
    )
