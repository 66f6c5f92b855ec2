"""What is kept: after the process is gone, an emulator from the same store goes on where it stood."""

from pathlib import Path

from device_emulator.core.engineer_records import PlaceGiven
from device_emulator.core.external_records import PresenceTold
from ledger.books import Ledger, Put
from smart_metering.administration import FaultRule
from smart_metering.device_types import DeviceType
from smart_metering.instants import HOUR_MS, Instant
from smart_metering.records import changed
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import ACB, NOON, STRANGER, V2, V3, Bench, firmware, gbcs, messages
from tests.device_emulator.commands import let_join, put_off
from tests.device_emulator.restarting import woken
from tests.device_emulator.supplier_changes import credentials_of, replace_supplier

DATE = Instant(NOON + 24 * HOUR_MS)


def contents(ledger: Ledger) -> dict[str, dict[str, object]]:
    return {name: dict(book.items()) for name, book in ledger.books.items()}


def lived() -> Bench:
    """A bench with something in each book: dated commands, a transfer, messages in the air, faults, an outbox."""
    bench = Bench()
    meter, gas_meter = bench.device(DeviceType.ESME), bench.device(DeviceType.GSME)
    bench.emulator.set_faults(
        [
            FaultRule(name="late", direction="FROM_DEVICE", references=("11.2",), fate="reorder", next=1),
            FaultRule(name="lossy", device=gas_meter, fate="lose", next=2),
        ]
    )
    octets = firmware(DeviceType.ESME)
    bench.stage(octets, meter)
    bench.activate(meter, octets, execution_time=DATE)
    bench.read(UseCase.ECS52, meter)
    bench.read(UseCase.GCS38, gas_meter)
    bench.distribute(firmware(DeviceType.HCALCS), bench.device(DeviceType.HCALCS), request="another")
    bench.offer(firmware(DeviceType.PPMID), bench.device(DeviceType.PPMID), request="11.4")
    dated = changed(credentials_of(STRANGER), execution_time=DATE)
    replace_supplier(bench, bench.device(DeviceType.GPF), dated)
    put_off(bench, bench.device(DeviceType.IHD))
    let_join(bench, bench.device(DeviceType.IHD))
    have_an_external_ppmid(bench)
    bench.emulator.uplinks_taken(2)
    return bench


def have_an_external_ppmid(bench: Bench) -> None:
    """It is there, owes an answer, and is offered a file."""
    ppmid = bench.device(DeviceType.PPMID)
    bench.gather(bench.emulator.do_by_hand(PlaceGiven(device=ppmid, external=True), bench.now))
    bench.gather(bench.emulator.hear_external(PresenceTold(device=ppmid, online=True), bench.now))
    bench.read(UseCase.CS08, ppmid, ACB)
    bench.distribute(firmware(DeviceType.PPMID, V3), ppmid, request="an offer")


def test_what_is_loaded_equals_what_was_kept(tmp_path: Path) -> None:
    bench = lived()

    again = woken(bench, tmp_path)

    kept = contents(bench.emulator.ledger)
    assert all(kept.values()), [name for name, book in kept.items() if not book]
    assert contents(again.emulator.ledger) == kept
    assert again.emulator.ledger.take_changes() == []
    assert again.emulator.trace() == bench.emulator.trace()


def test_everything_that_waited_goes_on(tmp_path: Path) -> None:
    bench = lived()
    again = woken(bench, tmp_path)

    for world in (bench, again):
        world.uplinks.clear()
        world.wait_until(Instant(NOON + HOUR_MS))
        world.wait_until(DATE)

    assert again.uplinks == bench.uplinks
    assert len(again.uplinks) == 5  # the late Response, CCS08, 8F12, 00CA, 00CB
    assert again.inside(DeviceType.IHD).joined
    assert again.inside(DeviceType.GPF).supplier == STRANGER
    assert again.inside(DeviceType.ESME).firmware_version == V2
    assert again.emulator.wanted_files() == bench.emulator.wanted_files()
    assert len(again.emulator.wanted_files()) == 1


def test_counters_of_faults_and_commands_survive(tmp_path: Path) -> None:
    bench = lived()
    again = woken(bench, tmp_path)
    gas_meter = again.device(DeviceType.GSME)

    arrived = [bool(again.read(UseCase.GCS38, gas_meter)) for _ in range(2)]
    meter = again.device(DeviceType.ESME)
    replay = again.send(meter, gbcs(again.activate_command(meter, bytes(32), counter=1002)))

    assert arrived == [False, True]
    assert messages(replay) == []


def test_the_outbox_holds_what_was_not_taken_in_order() -> None:
    bench = Bench()
    for _ in range(3):
        bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))

    bench.emulator.uplinks_taken(4)

    last = bench.emulator.last_uplink
    assert [uplink.sequence for uplink in bench.uplinks] == list(range(1, last + 1))
    assert bench.emulator.outbox(0, last) == bench.uplinks[4:]
    assert bench.emulator.outbox(5, last) == bench.uplinks[5:]
    bench.emulator.uplinks_taken(last)
    bench.emulator.uplinks_taken(1)
    assert bench.emulator.outbox(0, last) == []
    assert bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))
    assert [uplink.sequence for uplink in bench.emulator.outbox(0, last + 2)] == [last + 1, last + 2]


def test_sequences_that_the_dsp_has_already_taken_are_not_used_again() -> None:
    bench = Bench()

    bench.emulator.uplinks_taken(100)

    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))
    assert [uplink.sequence for uplink in bench.emulator.outbox(0, 102)] == [101, 102]


def test_a_turn_writes_each_device_once() -> None:
    bench = Bench()
    bench.emulator.ledger.take_changes()

    bench.read(UseCase.ECS52, bench.device(DeviceType.ESME))

    puts = [change for change in bench.emulator.ledger.take_changes() if isinstance(change, Put)]
    assert sorted(put.book for put in puts) == ["devices", "last_uplink", "outbox", "outbox"]
