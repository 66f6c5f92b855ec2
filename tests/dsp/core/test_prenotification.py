"""12.2: how a Device comes into the SMI by a User."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.device_types import ESME_VARIANTS, TYPE_2, DeviceType
from smart_metering.duis.inventory_requests import DevicePrenotification, ReadInventory
from smart_metering.duis.service_responses import DspInventory, InventoryDevice
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    ESME,
    GPF,
    IHD,
    MANUFACTURER,
    MODEL,
    NOWHERE,
    OTHER_USER,
    ROLES,
    START,
    SUPPLIER,
)
from tests.support.dsp_world import premises
from tests.support.inventory_requests import seen_by_8_2
from tests.support.traces import assert_refused, trace_of


def prenotification(**changes: object) -> DevicePrenotification:
    """Of an ESME that is not in the SMI."""
    body = DevicePrenotification(
        device_id=NOWHERE,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        device_type="ESME",
        smets_chts_version="SMETS V5.0",
        firmware_version="0000000a",
        esme_variant="AD",
    )
    return changed(body, **changes)


def test_a_prenotified_device_is_pending_and_belongs_to_its_prenotifier() -> None:
    world = premises()

    answer = world.ask("12.2", prenotification(), by=OTHER_USER)

    assert (answer.response_code, answer.body) == (ResponseCode.I0, None)
    assert world.smi(NOWHERE) == InventoryDevice(
        device_id=NOWHERE,
        device_type=DeviceType.ESME,
        device_status=SmiStatus.PENDING,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        smets_chts_version="SMETS V5.0",
        device_firmware_version="0000000A",
        esme_variant="AD",
    )
    kept = world.engine.state.devices[NOWHERE]
    assert kept.pre_notifying_user == OTHER_USER
    (line,) = kept.history
    assert (line.at, line.status, line.cause) == (START, SmiStatus.PENDING, "12.2 accepted")
    assert line.request_id == answer.request_id


def test_a_prenotified_device_is_found_by_8_2_alone_on_its_han() -> None:
    world = premises()
    world.ask("12.2", prenotification())

    answer = world.ask("8.2", ReadInventory(device_id=NOWHERE))

    assert isinstance(answer.body, DspInventory)
    assert [device.device_id for device in answer.body.devices] == [NOWHERE]


@pytest.mark.parametrize("user", ROLES)
def test_every_role_may_prenotify(user: Eui) -> None:
    assert premises().ask("12.2", prenotification(), by=user).response_code is ResponseCode.I0


@pytest.mark.parametrize("code", [ResponseCode.I0, ResponseCode.I99])
def test_q1_chooses_the_answer_to_a_non_device_request_without_data(code: ResponseCode) -> None:
    world = premises(rules_as_of(switches=Switches(non_device_empty_answer=code)))

    assert world.ask("12.2", prenotification()).response_code is code


@pytest.mark.parametrize("device_type", sorted(TYPE_2))
def test_a_type_2_device_has_neither_status_nor_firmware(device_type: DeviceType) -> None:
    world = premises()

    world.ask("12.2", prenotification(device_type=str(device_type), esme_variant=""))

    shown = world.smi(NOWHERE)
    assert (shown.device_status, shown.device_firmware_version) == (None, "")
    assert (shown.device_firmware_version_status, shown.cpl_status) == ("", "")
    (line,) = world.engine.state.devices[NOWHERE].history
    assert (line.status, line.cause) == (None, "12.2 accepted")


@pytest.mark.parametrize("device_type", sorted(TYPE_2))
def test_8_2_shows_a_type_2_device_as_it_was_pre_notified(device_type: DeviceType) -> None:
    world = premises()
    body = prenotification(device_type=str(device_type), esme_variant="", firmware_version="")
    world.ask("12.2", body, by=OTHER_USER)

    assert seen_by_8_2(world, NOWHERE) == InventoryDevice(
        device_id=NOWHERE,
        device_type=device_type,
        device_manufacturer=MANUFACTURER,
        device_model=MODEL,
        smets_chts_version="SMETS V5.0",
    )


@pytest.mark.parametrize("status", SmiStatus)
def test_a_device_is_notified_again_only_once_it_is_out_of_service(status: SmiStatus) -> None:
    world = premises(statuses={ESME: status})

    answer = world.ask("12.2", prenotification(device_id=ESME))

    out_of_service = status in (SmiStatus.DECOMMISSIONED, SmiStatus.WITHDRAWN)
    expected = ResponseCode.I0 if out_of_service else ResponseCode.E120201
    assert answer.response_code is expected
    assert world.status(ESME) is (SmiStatus.PENDING if out_of_service else status)


def test_a_device_that_is_notified_again_keeps_its_history_and_leaves_its_han() -> None:
    world = premises(statuses={ESME: SmiStatus.DECOMMISSIONED})

    world.ask("12.2", prenotification(device_id=ESME))

    kept = world.engine.state.devices[ESME]
    assert [line.status for line in kept.history] == [SmiStatus.DECOMMISSIONED, SmiStatus.PENDING]
    assert kept.comms_hub is None
    shown = world.ask("8.2", ReadInventory(device_id=CHF)).body
    assert isinstance(shown, DspInventory)
    assert ESME not in [device.device_id for device in shown.devices]


def test_a_type_2_device_of_the_smi_is_not_notified_again() -> None:
    world = premises()

    answer = world.ask("12.2", prenotification(device_id=IHD, device_type="IHD", esme_variant=""))

    assert answer.response_code is ResponseCode.E120201
    assert world.engine.state.devices[IHD].comms_hub == CHF


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"device_type": "TOASTER"}, ResponseCode.E120203),
        ({"device_type": "esme"}, ResponseCode.E120203),
        ({"device_type": ""}, ResponseCode.E120203),
        ({"esme_variant": ""}, ResponseCode.E120204),
        ({"esme_variant": "Z"}, ResponseCode.E120204),
        ({"esme_variant": "ad"}, ResponseCode.E120204),
        ({"device_type": "GSME"}, ResponseCode.E120204),
        ({"device_type": "IHD"}, ResponseCode.E120204),
    ],
    ids=str,
)
def test_what_is_wrong_in_it_is_answered(wrong: dict[str, object], code: ResponseCode) -> None:
    world = premises()
    before = trace_of(world)

    assert_refused(world, before, world.ask("12.2", prenotification(**wrong)), code)


LENGTHS = {"device_manufacturer": 30, "device_model": 30, "smets_chts_version": 20, "firmware_version": 8}


@pytest.mark.parametrize(("detail", "longest"), LENGTHS.items())
def test_a_detail_has_the_length_of_duis_at_most(detail: str, longest: int) -> None:
    world = premises()
    before = trace_of(world)

    too_long = world.ask("12.2", prenotification(**{detail: "1" * (longest + 1)}))

    assert_refused(world, before, too_long, ResponseCode.E100)
    assert world.ask("12.2", prenotification(**{detail: "1" * longest})).response_code is ResponseCode.I0


@pytest.mark.parametrize("detail", LENGTHS)
def test_manufacturer_and_model_are_said_and_the_versions_may_be_left_out(detail: str) -> None:
    world = premises()
    before = trace_of(world)

    answer = world.ask("12.2", prenotification(**{detail: ""}))

    if detail in ("device_manufacturer", "device_model"):
        assert_refused(world, before, answer, ResponseCode.E100)
    else:
        assert answer.response_code is ResponseCode.I0


def test_each_of_the_25_variants_is_one() -> None:
    codes = {
        premises().ask("12.2", prenotification(esme_variant=variant)).response_code
        for variant in ESME_VARIANTS
    }

    assert codes == {ResponseCode.I0}


def test_a_device_names_the_gpf_it_belongs_to() -> None:
    world = premises()

    world.ask("12.2", prenotification(associated_gpf_device_id=GPF))

    assert world.engine.state.devices[NOWHERE].associated_device == GPF


def test_nobody_else_is_told() -> None:
    world = premises()

    world.ask("12.2", prenotification())

    assert not any(world.take(user) for user in ROLES)
    assert SUPPLIER in ROLES
