"""A run over real gRPC, fifty requests at once, comes back from its journals in one process, to the octet."""

import asyncio
from pathlib import Path

import pytest

from smart_metering.response_codes import ResponseCode
from smets.replay.ends import differences
from smets.replay.replaying import Replay
from smets.replay.run import Run
from tests.end_to_end.conftest import Start
from tests.end_to_end.system import System
from tests.end_to_end.test_same_seed import METERS, PREMISES, campaign
from tests.support.hand_made_device import SEED


def replayed(folder: Path) -> Replay:
    (folder / "seed").write_text(SEED.decode(), "utf-8")
    replay = Replay(Run.open(folder))
    replay.play()
    return replay


@pytest.mark.parametrize("at_once", [1, 10, 50])
async def test_a_run_over_grpc_comes_back(start: Start, at_once: int) -> None:
    system = await start(PREMISES)
    await campaign(system, at_once)
    trace = await system.trace()
    await system.stop()

    replay = replayed(system.settings.folder)

    assert replay.emulator.trace().hash == trace
    assert list(differences(replay)) == []


async def test_a_run_comes_back_in_which_both_processes_were_killed(start: Start) -> None:
    system = await start(PREMISES)
    await system.remove()
    await asyncio.gather(*(read(system, number) for number in range(10)))
    await system.kill_dsp()
    await system.dsp_again()
    await asyncio.gather(*(read(system, number) for number in range(10, 20)))
    await system.kill_emulator()
    await system.start_emulator()
    await asyncio.gather(*(read(system, number) for number in range(20, PREMISES)))
    await system.advance(60_000)
    trace = await system.trace()
    await system.stop()

    replay = replayed(system.settings.folder)

    assert replay.emulator.trace().hash == trace
    assert list(differences(replay)) == []


async def read(system: System, number: int) -> None:
    answer = await system.ask(system.read_version(METERS[number]))
    assert answer.response_code is ResponseCode.I99
