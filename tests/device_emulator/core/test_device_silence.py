"""What a Device does not accept: it stays silent, changes nothing, and the log learns why; the hub tells receipt."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from smart_metering.device_types import DeviceType
from smart_metering.gbcs.message import CraFlag, Message
from smart_metering.gbcs.protection import add_mac
from smart_metering.identifiers import Eui, parse_eui
from smart_metering.sm_wan import Gbcs, Receipt
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import (
    ACB,
    NETWORK_OPERATOR,
    STRANGER,
    SUPPLIER,
    V1,
    Bench,
    firmware,
    gbcs,
    image_hash,
    messages,
    secret,
)
from tests.device_emulator.commands import with_mac_of

DELIVERED = [Receipt(frame="frame", delivered=True)]
OCTETS = firmware(DeviceType.ESME)


def staged() -> tuple[Bench, Eui]:
    bench = Bench()
    meter = bench.device(DeviceType.ESME)
    bench.stage(OCTETS, meter)
    bench.observed.clear()
    return bench, meter


def activate(bench: Bench, meter: Eui) -> Message:
    return bench.activate_command(meter, image_hash(OCTETS))


SPOILT: dict[str, Callable[[Bench, Eui], Message]] = {
    "for another Device": lambda bench, _: activate(bench, bench.device(DeviceType.HCALCS)),
    "no Command": lambda bench, meter: replace(activate(bench, meter), cra=CraFlag.RESPONSE),
    "not supported": lambda bench, meter: replace(activate(bench, meter), message_code=0x0099),
    "originator is not known": lambda bench, meter: bench.activate_command(
        meter, image_hash(OCTETS), originator=STRANGER
    ),
    "MAC is wrong": lambda bench, meter: with_mac_of(activate(bench, meter), SUPPLIER),
    "signature is wrong": lambda bench, meter: bench.activate_command(
        meter, image_hash(OCTETS), signer=STRANGER
    ),
}


@pytest.mark.parametrize("why", SPOILT)
def test_a_command_that_fails_a_check_meets_silence(why: str) -> None:
    bench, meter = staged()

    contents = bench.send(meter, gbcs(SPOILT[why](bench, meter)))

    assert contents[:1] == DELIVERED
    assert all(message.cra is CraFlag.ALERT for message in messages(contents))
    assert [what for what in bench.observed if why in what]
    assert bench.inside(DeviceType.ESME).firmware_version == V1


def test_a_refused_command_does_not_use_up_its_counter() -> None:
    bench, meter = staged()
    good = activate(bench, meter)
    bench.send(meter, gbcs(with_mac_of(good, SUPPLIER)))

    assert len(messages(bench.send(meter, gbcs(good)))) == 1


def test_a_replay_meets_silence() -> None:
    bench, meter = staged()
    command = gbcs(activate(bench, meter))
    bench.send(meter, command)

    assert bench.send(meter, command) == DELIVERED
    assert bench.observed == ["silent: the counter was used before"]


@pytest.mark.parametrize(("counter", "answers"), [(4_999, 0), (5_000, 0), (5_001, 1)])
def test_a_critical_counter_must_be_above_the_last_accepted_one(counter: int, answers: int) -> None:
    bench, meter = staged()
    bench.send(meter, gbcs(bench.activate_command(meter, bytes(32), counter=5_000)))

    contents = bench.send(meter, gbcs(bench.activate_command(meter, bytes(32), counter=counter)))

    assert len(messages(contents)) == answers


@pytest.mark.parametrize("originator", [NETWORK_OPERATOR, ACB])
def test_only_the_supplier_activates(originator: Eui) -> None:
    bench, meter = staged()
    command = bench.activate_command(meter, image_hash(OCTETS), originator=originator)

    assert [message.cra for message in messages(bench.send(meter, gbcs(command)))] == [CraFlag.ALERT]
    assert bench.observed == ["silent: the originator is not known"]


@pytest.mark.parametrize(
    ("device_type", "use_case"),
    [
        (DeviceType.CHF, UseCase.ECS52),
        (DeviceType.PPMID, UseCase.CS08),
        (DeviceType.HCALCS, UseCase.CS08),
    ],
)
def test_some_devices_are_read_through_the_acb_only(device_type: DeviceType, use_case: UseCase) -> None:
    bench = Bench()

    assert bench.read(use_case, bench.device(device_type), SUPPLIER) == DELIVERED


def test_octets_that_are_no_message_meet_silence() -> None:
    bench = Bench()

    assert bench.send(bench.device(DeviceType.ESME), Gbcs(gbcs=b"\xdf\x09")) == DELIVERED
    assert "cannot be read" in bench.observed[0]


def test_a_payload_that_names_another_counter_meets_silence() -> None:
    bench, meter = staged()
    other = activate(bench, meter)
    command = bench.read_command(UseCase.ECS52, meter)
    spoilt = add_mac(replace(command, payload=other.payload, mac=None), secret(ACB, meter))

    assert bench.send(meter, gbcs(spoilt)) == DELIVERED
    assert "payload cannot be read" in bench.observed[0]


def test_a_display_has_no_ears_for_commands() -> None:
    bench = Bench()
    display = bench.device(DeviceType.IHD)

    assert bench.read(UseCase.ECS52, display) == DELIVERED
    assert bench.observed == ["silent: the use case is not supported"]


@pytest.mark.parametrize(
    ("device", "comms_hub"),
    [
        ("00-DB-12-34-56-78-90-02", "00-DB-12-34-56-78-90-10"),
        ("00-DB-12-34-56-78-90-0F", "00-DB-12-34-56-78-90-00"),
        ("00-DB-12-34-56-78-90-12", "00-DB-12-34-56-78-90-10"),
    ],
    ids=["another hub", "no such Device", "no such hub"],
)
def test_what_is_not_on_the_han_cannot_be_reached(device: str, comms_hub: str) -> None:
    bench = Bench()

    contents = bench.send(parse_eui(device), Gbcs(gbcs=b""), parse_eui(comms_hub))

    assert contents == [Receipt(frame="frame", delivered=False)]
    assert len(bench.state.devices) == 0
