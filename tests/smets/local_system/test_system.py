"""One object for all of a running system: found by its state folder, its Users by name, both sides of a Device."""

from pathlib import Path

import pytest

from smart_metering.identifiers import Eui, parse_request_id
from smart_metering.response_codes import ResponseCode
from smets.client.errors import Closed, NotRunning, NotThere, UnknownParty
from smets.local_system.system import connect
from tests.smets.running_system import ESME, RunningSystem


async def test_it_is_found_by_its_state_folder_or_by_the_environment(
    world: RunningSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = world.system.connection
    connection.write()

    async with connect(connection.state) as named:
        assert named.connection == connection
    monkeypatch.setenv("SMETS_STATE", str(connection.state))
    async with connect() as meant:
        assert meant.connection == connection


async def test_without_a_system_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=r"connection\.json is not there.*smets up FLEET --state"):
        async with connect(tmp_path):
            pass


async def test_a_system_that_has_ended_says_which_address_was_tried(world: RunningSystem) -> None:
    connection = world.system.connection
    await world.system.stop()

    with pytest.raises(NotRunning, match=rf"{connection.dsp}.*nobody answers.*smets up FLEET"):
        async with connect(connection):
            pass


@pytest.mark.parametrize(
    "who", ["supplier", "Supplier", "90-B3-D5-1F-30-01-00-00", "90b3d51f30010000", "010000"]
)
async def test_a_user_is_called_by_name_or_eui_and_is_the_same_each_time(
    world: RunningSystem, who: str
) -> None:
    async with connect(world.system.connection) as system:
        user = system.user(who)

        assert user.eui == world.supplier.eui
        assert system.user("supplier") is user


async def test_a_user_that_is_not_there_is_answered_with_those_that_are(world: RunningSystem) -> None:
    async with connect(world.system.connection) as system:
        with pytest.raises(UnknownParty, match=r"did you mean 'supplier'.*expected one of: 'supplier' 90-B3"):
            system.user("suplier")
        with pytest.raises(UnknownParty, match=r"means \d parties"):
            system.user("90-B3")


async def test_parties_that_were_loaded_since_are_read(world: RunningSystem) -> None:
    async with connect(world.system.connection) as system:
        system.parties = ()
        with pytest.raises(UnknownParty, match="none is loaded"):
            system.user("supplier")

        await system.read_parties()

        assert system.user("supplier").eui == world.supplier.eui


async def test_request_ids_count_on_from_those_of_other_processes(world: RunningSystem) -> None:
    """Time stands still: without a common count each would begin with the same."""
    connection, meter = world.system.connection, world.device(ESME)

    codes = []
    for _ in range(2):
        async with connect(connection) as system:
            codes.append((await system.user("supplier").send("11.2", meter)).response_code)
    async with connection.remembering_user(world.supplier.eui) as of_the_command_line:
        codes.append((await of_the_command_line.send("11.2", meter)).response_code)

    assert codes == [ResponseCode.I99] * 3


async def test_both_sides_of_a_device_and_the_story_of_a_request(world: RunningSystem) -> None:
    meter = world.device(ESME)
    async with connect(world.system.connection) as system:
        supplier = system.user("supplier")
        sent = await supplier.send("11.2", meter)
        await supplier.response_to(sent.request_id)

        sides = await system.device(meter)
        explained = await system.explain(parse_request_id(sent.request_id))

        assert sides.smi is not None
        assert sides.inside is not None
        assert sides.smi.device.device_firmware_version == sides.inside.firmware_version
        assert explained.service_reference_variant == "11.2"
        with pytest.raises(NotThere, match="neither in the SMI nor"):
            await system.device(Eui("00-DB-12-34-FF-FF-FF-00"))


async def test_another_user_of_a_party_ends_by_itself_and_leaves_the_line_to_the_others(
    world: RunningSystem,
) -> None:
    async with connect(world.system.connection) as system:
        async with system.new_user(world.supplier.eui) as other:
            await other.now()

        assert await system.user("supplier").now() == await system.user("network operator").now()


async def test_what_is_asked_after_the_end_says_that_it_is_closed(world: RunningSystem) -> None:
    async with connect(world.system.connection) as system:
        supplier = system.user("supplier")

    with pytest.raises(Closed, match="reading the clock"):
        await supplier.now()
