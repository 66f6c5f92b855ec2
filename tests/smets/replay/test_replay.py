"""Replay: a run comes back from its journals to the octet, or the place is named where it does not."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from device_emulator.core.engineer_records import (
    DeviceClockSet,
    HubPowerSwitched,
    PlaceGiven,
    PowerCutPlanned,
    PowerSwitched,
    Tampered,
)
from device_emulator.core.external_records import CertificateTold, PresenceTold, Responded
from device_emulator.devices.tampers import Tamper
from dsp.core.inputs import JournalEntry, RequestReceived, UplinkReceived
from dsp.rules.releases import rules_with
from smart_metering.administration import FaultRule
from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from smart_metering.pki.certificates import device_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.smi_statuses import SmiStatus
from smets.local_system.state_folder import StateFolder
from smets.replay.divergence import Divergence
from smets.replay.ends import differences
from smets.replay.replaying import Replay
from smets.replay.run import NoRun, Run
from smets.world.settings import WorldSettings
from smets.world.world import World as WholeWorld
from tests.support.dsp_premises import V1, V2
from tests.support.hand_made_device import SEED
from tests.support.world import World
from tests.support.world_premises import eui_of

ESME, GSME = DeviceType.ESME, DeviceType.GSME
PREMISES = 3
LOSSY = FaultRule(name="lossy", fate="lose", one_in=3)
SLOW = FaultRule(name="slow", fate="delay", direction="FROM_DEVICE", one_in=2, delay=7_000)


def campaign(world: World) -> None:
    """A campaign on a bad link, with what comes of it."""
    meters = [eui_of(kind, number) for number in range(PREMISES) for kind in (ESME, GSME)]
    for kind in (ESME, GSME):
        world.remove(kind)
        world.update_firmware([meter for meter in meters if world.smi(meter).device_type is kind], V2)
    world.advance(HOUR_MS + MINUTE_MS)
    for meter in meters:
        world.activate(meter, V2)
        world.advance(1_000)
    world.activate(meters[0], V2, at=Instant(world.now + DAY_MS))
    world.set_faults(SLOW)
    world.advance(2 * DAY_MS)
    for meter in meters:
        world.read_version(meter)
    world.advance(HOUR_MS)


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[World, Path]]:
    world = World(premises=PREMISES, seed=SEED.decode(), faults=[LOSSY])
    campaign(world)
    world.save(tmp_path / "run")
    yield world, tmp_path / "run"
    world.close()


def replayed(path: Path, until: int | None = None) -> Replay:
    run = Run.open(path)
    replay = Replay(run)
    replay.play(until)
    return replay


def rewrite(path: Path, number: int, entry: JournalEntry) -> None:
    """Puts another entry in the place of one of the DSP's journal."""
    with sqlite3.connect(path / "dsp" / "dsp.sqlite3") as store:
        store.execute(
            "UPDATE journal SET record = ? WHERE position = ?", (msgspec.msgpack.encode(entry), number)
        )


def entries(path: Path) -> list[tuple[int, JournalEntry]]:
    run = Run.open(path)
    found = list(run.dsp_entries())
    run.close()
    return found


def test_a_run_comes_back_whole(saved: tuple[World, Path]) -> None:
    world, path = saved

    replay = replayed(path)

    assert replay.emulator.trace() == world.emulator.trace()
    assert replay.emulator.trace().messages > 40
    assert replay.now == world.now
    assert list(differences(replay)) == []
    assert replay.inbox == world.inbox
    assert replay.event == replay.run.events


def test_the_place_is_named_where_another_message_came(saved: tuple[World, Path]) -> None:
    _, path = saved
    number, entry = next(
        (number, entry)
        for number, entry in entries(path)
        if isinstance(entry.input, UplinkReceived) and number > 60
    )
    assert isinstance(entry.input, UplinkReceived)
    later = changed(entry.input.uplink, at=Instant(entry.input.uplink.at + 1))
    rewrite(path, number, changed(entry, input=changed(entry.input, uplink=later)))

    with pytest.raises(
        Divergence, match=rf"at event {number} of the DSP: uplink \d+: at: \d+ in the run"
    ) as found:
        replayed(path)

    assert (found.value.side, found.value.event) == ("DSP", number)


def test_the_place_is_named_where_the_dsp_would_have_sent_something_else(saved: tuple[World, Path]) -> None:
    _, path = saved
    number, entry = next(
        (number, entry)
        for number, entry in entries(path)
        if isinstance(entry.input, RequestReceived)
        and entry.input.request.service_reference_variant == "11.2"
    )
    assert isinstance(entry.input, RequestReceived)
    other = changed(entry.input.request, request_id=changed_counter(entry.input))
    rewrite(path, number, changed(entry, input=changed(entry.input, request=other)))

    with pytest.raises(Divergence, match=r"of the emulator: frame \S+ was never sent in the replay"):
        replayed(path)


def changed_counter(event: RequestReceived) -> RequestId:
    request_id = event.request.request_id
    return RequestId(request_id.originator, request_id.target, request_id.counter + 1)


def test_what_was_saved_and_loaded_goes_on_as_if_it_never_had_been(tmp_path: Path) -> None:
    with World(premises=PREMISES, seed=SEED.decode(), faults=[LOSSY]) as world:
        meters = [eui_of(ESME, number) for number in range(PREMISES)]
        world.update_firmware(meters, V2)
        world.advance(HOUR_MS + MINUTE_MS)
        for number, meter in enumerate(meters):
            world.activate(meter, V2, at=Instant(world.now + (number + 1) * HOUR_MS))
            world.read_version(meter)
        world.save(tmp_path)
        loaded = WholeWorld(world.settings, former=StateFolder(tmp_path))
        before = world.emulator.trace()
        with loaded:
            for one in (world, loaded):
                one.advance(2 * DAY_MS)

            assert loaded.emulator.trace() == world.emulator.trace() != before
            assert [*loaded.engine.state.devices.values()] == [*world.engine.state.devices.values()]


def test_two_futures_begin_at_one_event(saved: tuple[World, Path]) -> None:
    _, path = saved
    number, entry = next(
        (number, entry)
        for number, entry in entries(path)
        if isinstance(entry.input, RequestReceived)
        and entry.input.request.service_reference_variant == "11.3"
        and entry.input.request.command_variant is CommandVariant.SIGNED_SEND
    )
    assert isinstance(entry.input, RequestReceived)
    meter = entry.input.request.request_id.target
    replay = replayed(path, until=number - 1)
    replay.go_live()
    lost, heard = replay.fork(), replay.fork()

    for world, fate in ((lost, "lose"), (heard, "repeat")):
        world.clear_faults()
        world.set_faults(FaultRule(name="all", fate=fate, direction="FROM_DEVICE", one_in=1))
        world.give(entry.input)
        world.advance(MINUTE_MS)

    statuses = [world.engine.state.devices[meter].device.device_status for world in (replay, lost, heard)]
    assert statuses == [SmiStatus.SUSPENDED, SmiStatus.SUSPENDED, SmiStatus.COMMISSIONED]
    inside = [world.emulator.inspect(meter, world.now) for world in (replay, lost, heard)]
    assert [row.firmware_version for row in inside if row] == [V1, V2, V2]


def test_a_replay_goes_on_after_a_restart_under_other_rules(tmp_path: Path) -> None:
    world = World(seed=SEED.decode())
    world.lose("11.3", messages=10)
    world.remove(ESME)
    world.restart(changed_rules(world))
    world.read_version(eui_of(ESME))
    world.advance(HOUR_MS)
    world.save(tmp_path)

    replay = replayed(tmp_path)

    assert replay.engine.rules.modifications == ()
    assert list(differences(replay)) == []
    assert world.smi(eui_of(ESME)).device_status is SmiStatus.SUSPENDED


def test_what_was_done_by_hand_is_done_again(tmp_path: Path) -> None:
    world, meter, hub = World(seed=SEED.decode()), eui_of(ESME), eui_of(DeviceType.CHF)
    world.update_firmware([meter], V2)
    world.advance(HOUR_MS + MINUTE_MS)
    world.do_by_hand(DeviceClockSet(device=meter, ahead_ms=HOUR_MS))
    world.activate(meter, V2, at=Instant(world.now + DAY_MS))
    world.do_by_hand(PowerCutPlanned(device=meter))
    world.do_by_hand(HubPowerSwitched(comms_hub=hub, on=False))
    world.read_version(meter)
    world.do_by_hand(Tampered(device=meter, tamper=Tamper.COVER))
    world.advance(2 * DAY_MS)
    world.do_by_hand(PowerSwitched(device=meter, on=True))
    world.do_by_hand(HubPowerSwitched(comms_hub=hub, on=True))
    world.advance(HOUR_MS)
    world.save(tmp_path)

    replay = replayed(tmp_path)

    assert list(differences(replay)) == []
    assert replay.inbox == world.inbox
    inside = replay.emulator.inspect(meter, replay.now)
    assert inside == world.emulator.inspect(meter, world.now)
    assert inside is not None
    assert [event.code for event in inside.log] == [0x8F74, 0x8F57, 0x8F36]


def test_what_a_device_outside_said_is_said_again(tmp_path: Path) -> None:
    world = World(seed=SEED.decode())
    meter = eui_of(ESME)
    outside = world.emulator.state
    world.do_by_hand(PlaceGiven(device=meter, external=True))
    world.hear_external(PresenceTold(device=meter, online=True))
    for usage in (KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT):
        own = device_certificate(SEED, meter, usage)
        world.hear_external(CertificateTold(device=meter, usage=usage, certificate=own))
    world.read_version(meter)
    (command,) = outside.han_commands.values()
    world.hear_external(Responded(device=meter, number=command.number, gbcs=command.gbcs))
    world.advance(HOUR_MS)
    world.save(tmp_path)

    replay = replayed(tmp_path)

    assert list(differences(replay)) == []
    assert replay.emulator.state.external_devices[meter] == outside.external_devices[meter]
    assert outside.external_devices[meter].last_command > 1


def changed_rules(world: World) -> WorldSettings:
    return replace(world.settings, rules=rules_with(()))


@pytest.mark.parametrize("missing", ["dsp/dsp.sqlite3", "emulator/device_emulator.sqlite3", "seed"])
def test_a_folder_without_a_run_is_named(saved: tuple[World, Path], missing: str) -> None:
    _, path = saved
    (path / missing).unlink()

    with pytest.raises(NoRun, match=missing):
        Run.open(path)
