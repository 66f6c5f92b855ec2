"""The engine's state is plain data: kept, loaded and gone on with, and told again from its journal."""

from pathlib import Path

import pytest

from dsp.core.engine import Engine
from dsp.core.inputs import (
    FirmwareUploaded,
    HubsClaimed,
    MessageParked,
    MessagePushed,
    ReceiveAddressSet,
    TimePassed,
)
from dsp.core.state import State
from dsp.rules.choices import Times
from dsp.rules.releases import rules_as_of
from ledger.sqlite_store import SqliteStore
from smart_metering.command_variants import CommandVariant
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.inventory_requests import DevicePrenotification
from smart_metering.duis.service_requests import ReadFirmwareVersion
from smart_metering.gbcs.firmware_alerts import FirmwareReceipt, encode_firmware_receipt
from smart_metering.instants import DAY_MS, HOUR_MS, SECOND_MS, Instant
from smart_metering.ota.image import encode
from smart_metering.records import changed
from smart_metering.sm_wan import FirmwareAtHub, Gbcs
from smart_metering.smi_statuses import SmiStatus
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    CHF,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    NOWHERE,
    OTHER_USER,
    PPMID,
    REGISTRATIONS,
    START,
    SUPPLIER,
    V2,
    broker,
    change_of_supplier_party,
    firmware_file,
    image_hash,
    signed_by,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.hand_made_device import ACB
from tests.support.scheduled_reads import created
from tests.support.sequenced_requests import accepted
from tests.support.traces import books_of, indexes_of


class Kept:
    """A world whose engine is kept in a file, and can be read from it again."""

    def __init__(self, world: DspWorld, path: Path) -> None:
        self.world = world
        self.path = path
        self.store = SqliteStore(path)
        self.store.load(State().ledger)  # makes the tables; the world's own books are ahead of the file

    def restart(self) -> None:
        """Everything in memory is gone; the file is read again."""
        self.store.commit(self.world.engine.ledger.take_changes())
        self.store.close()
        self.store = SqliteStore(self.path)
        state = State()
        self.store.load(state.ledger)
        self.world.engine = Engine(state, self.world.engine.rules, broker(), change_of_supplier_party())


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(premises(), tmp_path / "dsp.db")


def live_a_little(world: DspWorld) -> None:
    """Something of everything, so that each book has something in it, and much of it unfinished."""
    world.load(registrations=REGISTRATIONS)
    world.remove_from_cpl(ESME)
    world.devices[ESME].version = V2
    world.read_version(ESME)
    world.update_firmware([HCALCS])
    world.update_firmware([PPMID], srv="11.4")
    world.read_version(GSME, by=OTHER_USER, at=Instant(START + DAY_MS))
    world.devices[GSME].staged = (image_hash(V2), V2)
    world.activate(GSME, by=GAS_SUPPLIER, at=Instant(START + 2 * DAY_MS))
    world.devices[HCALCS].silent = True
    world.read_version(HCALCS, by=SUPPLIER)
    world.devices[PPMID].certificates_given = False
    world.read_version(PPMID)
    world.say(PPMID, b"\xdf")
    world.say(ESME, world.devices[ESME].alert(0x00CE, SUPPLIER, b""))  # type: ignore[arg-type]  # unreadable
    world.say(PPMID, world.devices[PPMID].alert(0x012B, SUPPLIER, b""))  # type: ignore[arg-type]  # held
    world.say(GSME, world.devices[GSME].alert(0x0012, SUPPLIER, b""))  # type: ignore[arg-type]  # seen
    world.give(HubsClaimed(host="emulator", comms_hubs=(CHF,)))
    world.give(ReceiveAddressSet(user=SUPPLIER, url="http://127.0.0.1:1880/smartdcc/duis"))
    world.give(MessagePushed(user=SUPPLIER, position=1))
    world.give(MessageParked(user=SUPPLIER, position=2, why="HTTP 400", http_status=400))
    world.advance(HOUR_MS)
    leave_more_unfinished(world)
    world.engine.clock_moved(world.now)


def leave_more_unfinished(world: DspWorld) -> None:
    """A Pending Device, a Command delivered locally, a schedule, a sequence, and an alert storm."""
    world.ask(
        "12.2",
        DevicePrenotification(
            device_id=NOWHERE, device_manufacturer="106C", device_model="433100AC", device_type="PPMID"
        ),
    )
    world.ask("11.2", ReadFirmwareVersion(), target=ESME, variant=CommandVariant.LOCAL)
    world.devices[GPF].silent = True
    created(world, device_id=GPF, by=GAS_SUPPLIER)
    first = accepted(world, target=HCALCS, first=True, at=Instant(world.now + DAY_MS))
    accepted(world, target=HCALCS, after=first)
    received = FirmwareReceipt(DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL, world.now, image_hash(V2))
    meter, use_case = world.devices[ESME], UseCase.ESME_FIRMWARE_RECEIPT
    for _ in range(Times().alerts_before_storm + 2):
        payload = encode_firmware_receipt(use_case, received, meter.alert_counter + 1)
        world.say(ESME, meter.alert(use_case, SUPPLIER, payload))


def test_a_restart_loses_nothing(kept: Kept) -> None:
    live_a_little(kept.world)
    before = books_of(kept.world.engine.state), indexes_of(kept.world.engine.state)
    positions = {name: log.last_position for name, log in kept.world.engine.ledger.logs.items()}
    deadline = kept.world.engine.next_deadline()
    empty = [name for name, records in before[0].items() if not records]

    kept.restart()

    state = kept.world.engine.state
    assert empty == [], "each book takes part"
    assert (books_of(state), indexes_of(state)) == before
    assert {name: log.last_position for name, log in state.ledger.logs.items()} == positions
    assert kept.world.engine.next_deadline() == deadline
    assert state.clock["now"].now == kept.world.now


def test_what_happens_after_a_restart_is_what_would_have_happened_without(tmp_path: Path) -> None:
    worlds = [premises(), premises()]
    kept = Kept(worlds[0], tmp_path / "dsp.db")
    for world in worlds:
        live_a_little(world)

    kept.restart()
    for world in worlds:
        world.advance(3 * DAY_MS)
        world.say(GSME, world.devices[GSME].carry_out())

    assert worlds[0].inbox == worlds[1].inbox
    assert worlds[0].sent == worlds[1].sent
    assert books_of(worlds[0].engine.state) == books_of(worlds[1].engine.state)


def test_an_attempt_after_a_restart_repeats_the_same_octets(kept: Kept) -> None:
    kept.world.devices[ESME].silent = True
    kept.world.read_version(ESME, by=OTHER_USER)

    for _ in range(2):
        kept.restart()
        kept.world.advance(10 * SECOND_MS)

    commands = [frame.content for frame in kept.world.sent if isinstance(frame.content, Gbcs)]
    assert len(commands) == 3
    assert len({command.gbcs for command in commands}) == 1


def test_a_used_request_id_stays_used(kept: Kept) -> None:
    request_id, octets = kept.world.pre_command(ESME, by=SUPPLIER)
    signed = signed_by(SUPPLIER, octets)
    answers = []

    for octets in (b"", signed, signed):
        kept.restart()
        answers.append(kept.world.send_signed(request_id, octets, by=SUPPLIER).response_code)

    assert answers == ["E100", "I99", "E40"], "a refused one may be used again, a taken one may not"


def test_positions_in_a_user_s_stream_go_on(kept: Kept) -> None:
    for _ in range(2):
        kept.world.read_version(ESME)
        kept.restart()
    kept.world.read_version(ESME)
    kept.restart()

    messages = kept.store.read(kept.world.engine.state.messages, where={"user": SUPPLIER})

    assert [received.position for _, received in messages] == [1, 2, 3]


def test_the_counter_of_the_acb_rises_over_a_restart(kept: Kept) -> None:
    kept.world.read_version(ESME, by=OTHER_USER)
    kept.restart()
    kept.world.read_version(ESME, by=OTHER_USER)

    heard = kept.world.devices[ESME].heard
    assert len({octets[14:25] for octets in heard}) == 2
    assert kept.world.engine.state.dcc_counters[f"{ACB}|{ESME}"].counter == START + 1


def test_an_uplink_taken_before_a_restart_is_not_taken_again(kept: Kept) -> None:
    kept.world.update_firmware([ESME])
    kept.world.advance(HOUR_MS)
    (request_id,) = [str(row.request_id) for row in kept.world.engine.state.distributions.values()]
    word = FirmwareAtHub(request_id=request_id, success=True)
    kept.world.uplink(CHF, word, sequence=70)

    kept.restart()
    kept.world.uplink(CHF, word, sequence=70)

    assert kept.world.take(SUPPLIER) == ["N60"]


# --- the journal


def test_the_journal_tells_the_same_story_again(kept: Kept) -> None:
    live_a_little(kept.world)
    kept.restart()
    files = [encode(firmware_file(V2))]
    entries = kept.store.read(kept.world.engine.state.journal, limit=1_000_000)
    again = Engine(State(), rules_as_of(), broker(), change_of_supplier_party())

    for _, entry in entries:
        match entry.input:
            case TimePassed():
                again.expire(entry.at)
            case FirmwareUploaded():
                again.receive(changed(entry.input, octets=files[0]), entry.at)
            case event:
                again.receive(event, entry.at)
    again.clock_moved(kept.world.now)

    assert books_of(again.state) == books_of(kept.world.engine.state)
    logs = again.state.ledger.logs.values()
    assert [log.last_position for log in logs] == [
        log.last_position for log in kept.world.engine.ledger.logs.values()
    ]


def test_the_journal_leaves_firmware_to_the_firmware_store(kept: Kept) -> None:
    name = kept.world.upload(V2)
    kept.restart()

    entries = kept.store.read(kept.world.engine.state.journal, newest_first=True, limit=1)

    assert [entry.input for _, entry in entries] == [FirmwareUploaded(sha256=name)]


def test_the_state_is_the_same_on_every_run() -> None:
    worlds = [premises(), premises()]
    for world in worlds:
        live_a_little(world)

    assert books_of(worlds[0].engine.state) == books_of(worlds[1].engine.state)
    assert worlds[0].inbox == worlds[1].inbox
    assert worlds[0].status(ESME) is SmiStatus.COMMISSIONED
    assert worlds[0].inbox[DISTRIBUTOR]
