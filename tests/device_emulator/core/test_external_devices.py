"""External Devices, purely: one outside has the place of an emulated one, and whatever comes twice counts once."""

from pathlib import Path

import pytest

from device_emulator.core.effects import AlertTaken, Effect, Offered, OfferEnded, Send, Settled, ToExternal
from device_emulator.core.engineer import CannotBeDone
from device_emulator.core.engineer_records import (
    DeviceClockSet,
    HubPowerSwitched,
    PlaceGiven,
    PowerSwitched,
)
from device_emulator.core.external import OPEN_COMMANDS
from device_emulator.core.external_records import (
    Acknowledged,
    Alerted,
    CertificateTold,
    FromExternal,
    HanCommand,
    PresenceTold,
    Responded,
    TransferEnded,
)
from device_emulator.core.fleet import InvalidLaunch
from smart_metering.administration import FaultRule, PremisesTemplate
from smart_metering.device_types import DeviceType, Generation
from smart_metering.gbcs.firmware_alerts import FirmwareTransferCode, decode_firmware_transfer
from smart_metering.gbcs.message import decode, encode, response_to
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.identifiers import Eui
from smart_metering.instants import SECOND_MS
from smart_metering.ota.image import file_digest
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.sm_wan import CertificatesWanted, DeviceCertificates, Gbcs, Receipt, UplinkContent
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import V2, Bench, firmware, gbcs, keys, messages, receipts, template
from tests.device_emulator.commands import let_join
from tests.device_emulator.restarting import woken

LOSE_THE_NEXT = FaultRule(name="lose", direction="FROM_DEVICE", fate="lose", next=1)


def external_in(premises: PremisesTemplate, device_type: DeviceType) -> PremisesTemplate:
    """The same premises, with the Device of this type outside."""
    devices = tuple(
        changed(row, external=True) if row.device_type is device_type else row for row in premises.devices
    )
    return changed(premises, devices=devices)


class Rig(Bench):
    """A bench whose ESME is outside; `effects` are those that its bridge would see."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.effects: list[Effect] = []

    @property
    def meter(self) -> Eui:
        return self.device(DeviceType.ESME)

    def gather(self, effects: list[Effect]) -> list[UplinkContent]:
        if not hasattr(self, "effects"):
            self.effects = []
        self.effects += [effect for effect in effects if not isinstance(effect, Send)]
        return super().gather(effects)

    def hear(self, event: FromExternal) -> list[UplinkContent]:
        return self.gather(self.emulator.hear_external(event, self.now))

    def ask(self, counter: int | None = None) -> list[UplinkContent]:
        return self.send(self.meter, gbcs(self.read_command(UseCase.ECS52, self.meter, counter=counter)))

    @property
    def commands(self) -> list[HanCommand]:
        return [effect.command for effect in self.effects if isinstance(effect, ToExternal)]

    def open_numbers(self) -> list[int]:
        return [command.number for command in self.state.han_commands.values()]


def rig(device_type: DeviceType = DeviceType.ESME, *, online: bool = True) -> Rig:
    bench = Rig(premises=external_in(template(), device_type))
    if online:
        bench.hear(PresenceTold(device=bench.device(device_type), online=True))
    return bench


def response(command: HanCommand) -> Responded:
    asked = decode(command.gbcs)
    payload = encode_read_response(UseCase.ECS52, V2, asked.counter)
    answer = encode(response_to(asked, payload))
    return Responded(device=command.device, number=command.number, gbcs=answer)


def test_a_command_waits_for_its_device_and_the_answer_goes_up_as_it_came() -> None:
    bench = rig()

    at_once = bench.ask()
    (command,) = bench.commands
    answer = response(command)
    later = bench.hear(answer)

    assert at_once == [Receipt(frame="frame", delivered=True)]
    assert later == [Gbcs(gbcs=answer.gbcs)]
    assert Settled(device=bench.meter, number=1) in bench.effects
    assert bench.open_numbers() == []


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    bench = rig()
    bench.ask()
    answer = response(bench.commands[0])

    came = [bench.hear(answer) for _ in range(3)]

    assert [len(contents) for contents in came] == [1, 0, 0]


def test_a_device_that_is_not_there_cannot_be_reached() -> None:
    bench = rig(online=False)

    never_there = bench.ask()
    bench.hear(PresenceTold(device=bench.meter, online=True))
    bench.hear(PresenceTold(device=bench.meter, online=False))
    gone = bench.ask()

    assert never_there == gone == [Receipt(frame="frame", delivered=False)]
    assert bench.commands == []
    assert bench.emulator.state.presence.last_position == 2


def test_the_same_octets_wait_once_however_often_the_dsp_tries() -> None:
    bench = rig()

    receipts_of_tries = [receipts(bench.ask(counter=5)) for _ in range(3)]

    assert all(receipt.delivered for (receipt,) in receipts_of_tries)
    assert [command.number for command in bench.commands] == [1]


def test_after_a_lost_answer_the_same_octets_are_asked_under_a_new_number() -> None:
    bench = rig()
    bench.emulator.set_faults([LOSE_THE_NEXT])
    bench.ask(counter=5)

    lost = bench.hear(response(bench.commands[0]))
    bench.ask(counter=5)
    healed = bench.hear(response(bench.commands[1]))

    assert lost == []
    assert [command.number for command in bench.commands] == [1, 2]
    assert len(messages(healed)) == 1


def test_an_answer_to_another_command_of_the_same_number_is_nobodys() -> None:
    """As from a broker that remembers an emulator whose state is gone."""
    bench = rig()
    bench.ask(counter=5)
    stale = response(bench.commands[0])
    bench.hear(stale)
    bench.ask(counter=6)

    heard = bench.hear(changed(stale, number=2))
    right = bench.hear(response(bench.commands[1]))

    assert heard == []
    assert len(messages(right)) == 1


def test_what_nobody_can_read_is_passed_on_all_the_same() -> None:
    bench = rig()
    bench.ask()

    heard = bench.hear(Responded(device=bench.meter, number=1, gbcs=b"noise"))

    assert heard == [Gbcs(gbcs=b"noise")]


def test_an_acknowledged_command_is_not_repeated_and_may_be_answered_later() -> None:
    bench = rig()
    bench.ask()

    bench.hear(Acknowledged(device=bench.meter, number=1))
    settled = [effect for effect in bench.effects if isinstance(effect, Settled)]
    answered = bench.hear(response(bench.commands[0]))

    assert settled == [Settled(device=bench.meter, number=1)]
    assert len(messages(answered)) == 1


def test_beyond_so_many_unanswered_the_oldest_is_given_up() -> None:
    bench = rig()

    for _ in range(OPEN_COMMANDS + 1):
        bench.ask()

    assert bench.open_numbers() == list(range(2, OPEN_COMMANDS + 2))
    assert bench.hear(response(bench.commands[0])) == []


@pytest.mark.parametrize(
    ("numbers", "taken"), [((1, 2, 2, 1), 2), ((7, 3, 7, 3), 2), ((5, 5, 5), 1)], ids=str
)
def test_an_alert_is_taken_once_and_told_to_be_each_time(numbers: tuple[int, ...], taken: int) -> None:
    bench = rig()

    heard = [
        bench.hear(Alerted(device=bench.meter, number=number, gbcs=bytes([number]))) for number in numbers
    ]

    assert sum(map(len, heard)) == taken
    told = [effect.number for effect in bench.effects if isinstance(effect, AlertTaken)]
    assert told == list(numbers)


def test_an_alert_from_before_all_that_are_remembered_is_an_old_one() -> None:
    bench = rig()
    for number in range(100, 200):
        bench.hear(Alerted(device=bench.meter, number=number, gbcs=b"alert"))

    assert bench.hear(Alerted(device=bench.meter, number=99, gbcs=b"alert")) == []
    assert len(bench.hear(Alerted(device=bench.meter, number=200, gbcs=b"alert"))) == 1


def test_its_words_meet_the_air_as_those_of_any_device() -> None:
    bench = rig()
    late = FaultRule(name="late", direction="FROM_DEVICE", references=("11.2",), fate="delay", next=1)
    bench.emulator.set_faults([changed(late, delay=10 * SECOND_MS)])
    bench.ask()

    at_once = bench.hear(response(bench.commands[0]))
    later = bench.wait(10 * SECOND_MS)

    assert at_once == []
    assert len(messages(later)) == 1
    assert bench.inside(DeviceType.ESME).messages == 2


def test_the_hub_gives_the_certificates_that_the_device_made_known() -> None:
    bench = rig()
    own = keys().certificates(bench.device(DeviceType.GSME))  # any two will do

    before = bench.send(bench.meter, CertificatesWanted())
    for usage, certificate in (
        (KeyUsage.DIGITAL_SIGNING, own.digital_signing),
        (KeyUsage.KEY_AGREEMENT, own.key_agreement),
    ):
        bench.hear(CertificateTold(device=bench.meter, usage=usage, certificate=certificate))
    after = bench.send(bench.meter, CertificatesWanted())

    assert before == []
    assert after == [DeviceCertificates(digital_signing=own.digital_signing, key_agreement=own.key_agreement)]


def test_a_file_is_offered_and_the_hub_tells_how_its_transfer_ended() -> None:
    bench = rig(DeviceType.HCALCS)
    load_switch = bench.device(DeviceType.HCALCS)
    octets = firmware(DeviceType.HCALCS)

    bench.distribute(octets, load_switch)
    (offer,) = (effect.offer for effect in bench.effects if isinstance(effect, Offered))
    ended = TransferEnded(
        device=load_switch,
        firmware_file=offer.firmware_file,
        code=FirmwareTransferCode.FILE_TRANSFER_SUCCESS,
    )
    told = [bench.hear(ended) for _ in range(2)]

    assert offer.firmware_file == file_digest(octets)
    assert (offer.size, offer.firmware_version) == (len(octets), V2)
    assert [len(messages(contents)) for contents in told] == [1, 0]
    transfer = decode_firmware_transfer(messages(told[0])[0].payload)
    assert (transfer.target, transfer.code) == (load_switch, FirmwareTransferCode.FILE_TRANSFER_SUCCESS)
    assert OfferEnded(comms_hub=bench.hub, device=load_switch) in bench.effects
    assert bench.emulator.next_deadline() is None


def test_its_place_can_be_given_away_and_taken_back() -> None:
    bench = Rig()
    meter = bench.meter

    bench.gather(bench.emulator.do_by_hand(PlaceGiven(device=meter, external=True), bench.now))
    bench.hear(PresenceTold(device=meter, online=True))
    outside = messages(bench.ask())
    bench.gather(bench.emulator.do_by_hand(PlaceGiven(device=meter, external=False), bench.now))
    inside = messages(bench.ask())

    assert outside == []
    assert len(inside) == 1
    assert bench.open_numbers() == []
    assert not bench.inside(DeviceType.ESME).external


@pytest.mark.parametrize("device_type", [DeviceType.CHF, DeviceType.GPF])
def test_the_hub_itself_is_not_external(device_type: DeviceType) -> None:
    bench = Bench()

    with pytest.raises(CannotBeDone, match="it is not external"):
        bench.emulator.do_by_hand(PlaceGiven(device=bench.device(device_type), external=True), bench.now)
    with pytest.raises(InvalidLaunch, match="it is not external"):
        bench.emulator.launch([external_in(template(name="two"), device_type)])


def test_a_smets1_device_is_not_external() -> None:
    smets1 = template((DeviceType.CHF, DeviceType.ESME), generation=Generation.SMETS1)

    with pytest.raises(InvalidLaunch, match="SMETS1"):
        Bench().emulator.launch([changed(external_in(smets1, DeviceType.ESME), name="two")])


def test_of_a_device_that_awaits_installation_nobody_hears() -> None:
    awaiting = template(awaiting=(DeviceType.ESME,))
    bench = Rig(premises=external_in(awaiting, DeviceType.ESME))
    alert = Alerted(device=bench.meter, number=1, gbcs=b"alert")

    unheard = bench.hear(alert)
    let_join(bench, bench.meter)
    bench.wait(60 * SECOND_MS)
    heard = bench.hear(changed(alert, number=2))

    assert unheard == []
    assert heard == [Gbcs(gbcs=b"alert")]


def test_what_a_stranger_says_is_nothing() -> None:
    bench = rig()
    gas_meter = bench.device(DeviceType.GSME)

    assert bench.hear(Alerted(device=Eui("00-00-00-00-00-00-00-01"), number=1, gbcs=b"alert")) == []
    assert bench.hear(Alerted(device=gas_meter, number=1, gbcs=b"alert")) == []


def test_what_waits_for_an_answer_outlives_the_emulator(tmp_path: Path) -> None:
    bench = rig()
    bench.ask()
    bench.hear(Alerted(device=bench.meter, number=4, gbcs=b"alert"))
    again = woken(bench, tmp_path)

    repeated = again.emulator.hear_external(Alerted(device=bench.meter, number=4, gbcs=b"alert"), again.now)
    answered = again.gather(again.emulator.hear_external(response(bench.commands[0]), again.now))

    assert not any(isinstance(effect, Send) for effect in repeated)
    assert len(messages(answered)) == 1


def test_what_is_done_by_hand_is_done_outside() -> None:
    bench = rig()

    with pytest.raises(CannotBeDone, match="one outside the emulator has its place"):
        bench.emulator.do_by_hand(DeviceClockSet(device=bench.meter, ahead_ms=1), bench.now)


def test_the_place_of_a_device_without_power_is_not_given_away() -> None:
    bench = Bench()
    gas_meter = bench.device(DeviceType.GSME)
    bench.gather(bench.emulator.do_by_hand(PowerSwitched(device=gas_meter, on=False), bench.now))

    with pytest.raises(CannotBeDone, match="it is off"):
        bench.emulator.do_by_hand(PlaceGiven(device=gas_meter, external=True), bench.now)


def test_a_hub_without_power_keeps_what_a_device_outside_says() -> None:
    bench = rig()
    off, on = (HubPowerSwitched(comms_hub=bench.hub, on=is_on) for is_on in (False, True))

    bench.gather(bench.emulator.do_by_hand(off, bench.now))
    kept = bench.hear(Alerted(device=bench.meter, number=1, gbcs=b"alert"))
    heard = bench.gather(bench.emulator.do_by_hand(on, bench.now))

    assert kept == []
    assert Gbcs(gbcs=b"alert") in heard
