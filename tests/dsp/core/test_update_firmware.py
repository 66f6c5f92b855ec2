"""11.1 and 11.4: each fault of the request with its code, each fault of a Device in its list, and what proceeds."""

import pytest

from dsp.core.effects import Refusal
from dsp.core.inputs import FirmwareUploaded
from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of
from smart_metering.administration import FirmwareFile
from smart_metering.duis.service_requests import MAXIMUM_DEVICE_IDS, UpdateFirmware
from smart_metering.duis.service_responses import DspUpdateFirmwareWarning
from smart_metering.identifiers import Eui, eui_from_number, eui_number
from smart_metering.instants import HOUR_MS
from smart_metering.ota.image import encode, file_digest
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import FirmwareForDevices
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    ESME,
    GAS_SUPPLIER,
    GSME,
    HCALCS,
    IHD,
    NOWHERE,
    OTHER_SUPPLIER,
    PPMID,
    SUPPLIER,
    V1,
    V2,
    V3,
    cpl_entry,
    firmware_file,
    image_hash,
    loaded_device,
)
from tests.support.dsp_world import DspWorld, premises, suspended

SECOND_ESME = Eui("00-DB-12-34-56-78-90-12")


def with_second_esme(
    world: DspWorld, status: SmiStatus = SmiStatus.COMMISSIONED, **shown: object
) -> DspWorld:
    """Another ESME of the Supplier's on the same HAN."""
    twin = loaded_device(ESME, status)
    world.load(devices=[changed(twin, device=changed(twin.device, device_id=SECOND_ESME, **shown))])
    return world


def under_way(world: DspWorld) -> set[Eui]:
    """The Devices to which firmware is on its way."""
    return set(world.engine.state.distributing)


# --- upload


def test_an_upload_tells_what_the_header_says() -> None:
    world = premises()
    octets = encode(firmware_file(V2))

    reply = world.give(FirmwareUploaded(sha256=file_digest(octets), octets=octets))

    assert reply == FirmwareFile(
        sha256=file_digest(octets),
        size=len(octets),
        firmware_version=V2,
        manufacturer_image_hash=image_hash(V2),
    )


@pytest.mark.parametrize("octets", [b"", b"no firmware", encode(firmware_file(V2))[:-1]])
def test_what_is_no_firmware_file_is_refused(octets: bytes) -> None:
    world = premises()

    reply = world.give(FirmwareUploaded(sha256=file_digest(octets), octets=octets))

    assert isinstance(reply, Refusal)
    assert "not a firmware file" in reply.faults[0]
    assert world.update_firmware([ESME], file=file_digest(octets)).response_code is ResponseCode.E110105


# --- what proceeds


@pytest.mark.parametrize(
    ("srv", "device", "user"),
    [
        ("11.1", ESME, SUPPLIER),
        ("11.1", HCALCS, SUPPLIER),
        ("11.1", GSME, GAS_SUPPLIER),
        ("11.4", PPMID, SUPPLIER),
        ("11.4", PPMID, GAS_SUPPLIER),
    ],
)
def test_a_device_that_passes_is_distributed_to(srv: str, device: Eui, user: Eui) -> None:
    world = premises()

    answer = world.update_firmware([device], by=user, srv=srv)

    assert (answer.response_code, answer.body) == (ResponseCode.I0, None)
    assert under_way(world) == {device}


def test_a_suspended_device_takes_firmware() -> None:
    world = suspended(ESME)

    assert world.update_firmware([ESME]).response_code is ResponseCode.I0


@pytest.mark.parametrize("code", [ResponseCode.I0, ResponseCode.I99])
def test_q1_chooses_the_answer_when_there_is_nothing_to_warn_of(code: ResponseCode) -> None:
    world = premises(rules_as_of(switches=Switches(non_device_empty_answer=code)))

    assert world.update_firmware([ESME]).response_code is code


# --- the lists, each with one Device


def check_lists(world: DspWorld, devices: list[Eui], expected: DspUpdateFirmwareWarning) -> None:
    """The warning is exactly this, and the first ESME proceeds."""
    answer = world.update_firmware(devices)

    assert answer.response_code is ResponseCode.W110101
    assert answer.body == expected
    assert ESME in under_way(world)


@pytest.mark.parametrize("device", [NOWHERE, GSME], ids=["not in the SMI", "another supplier's"])
def test_a_device_that_is_unknown_or_not_theirs_is_invalid(device: Eui) -> None:
    check_lists(premises(), [ESME, device], DspUpdateFirmwareWarning(invalid_device_id_list=(device,)))


def test_a_device_that_is_named_twice_is_invalid_the_second_time() -> None:
    check_lists(premises(), [ESME, ESME], DspUpdateFirmwareWarning(invalid_device_id_list=(ESME,)))


@pytest.mark.parametrize(
    "status", [status for status in SmiStatus if status not in (SmiStatus.COMMISSIONED, SmiStatus.SUSPENDED)]
)
def test_a_device_that_is_neither_commissioned_nor_suspended_is_not_commissioned(status: SmiStatus) -> None:
    world = with_second_esme(premises(), status)

    check_lists(
        world,
        [ESME, SECOND_ESME],
        DspUpdateFirmwareWarning(not_commissioned_device_id_list=(SECOND_ESME,)),
    )


def test_a_device_without_a_status_is_not_commissioned() -> None:
    check_lists(premises(), [ESME, IHD], DspUpdateFirmwareWarning(not_commissioned_device_id_list=(IHD,)))


def test_firmware_is_not_applicable_to_a_device_that_runs_it() -> None:
    world = with_second_esme(premises(), device_firmware_version=V2)

    check_lists(
        world,
        [ESME, SECOND_ESME],
        DspUpdateFirmwareWarning(not_applicable_firmware_device_id_list=(SECOND_ESME,)),
    )


def test_firmware_is_not_applicable_to_an_esme_variant_that_its_cpl_entry_leaves_out() -> None:
    world = with_second_esme(premises(), esme_variant="B")
    world.add_to_cpl(changed(cpl_entry(ESME, V2), esme_variants=("A", "AD")))

    check_lists(
        world,
        [ESME, SECOND_ESME],
        DspUpdateFirmwareWarning(not_applicable_firmware_device_id_list=(SECOND_ESME,)),
    )


def test_a_device_has_one_distribution_at_a_time() -> None:
    world = with_second_esme(premises())
    world.update_firmware([SECOND_ESME])

    check_lists(
        world,
        [ESME, SECOND_ESME],
        DspUpdateFirmwareWarning(other_request_in_progress_list=(SECOND_ESME,)),
    )


def test_every_list_keeps_the_order_of_the_request() -> None:
    ids = [eui_from_number(eui_number(NOWHERE) + number) for number in (5, 3, 4)]

    check_lists(premises(), [*ids, ESME], DspUpdateFirmwareWarning(invalid_device_id_list=tuple(ids)))


def test_only_what_passes_goes_to_the_hub() -> None:
    world = with_second_esme(premises(), SmiStatus.PENDING)
    world.update_firmware([SECOND_ESME, ESME, NOWHERE])

    world.advance(HOUR_MS)

    (frame,) = world.sent
    assert isinstance(frame.content, FirmwareForDevices)
    assert frame.content.devices == (ESME,)


# --- the request as a whole


def check_refused(world: DspWorld, code: ResponseCode, devices: list[Eui], **asked: object) -> None:
    answer = world.update_firmware(devices, **asked)  # type: ignore[arg-type]  # the few that a case names

    assert (answer.response_code, answer.body) == (code, None)
    assert answer.decision is not None
    assert answer.decision.mark == "R", "what the six-digit codes mean is a choice"
    assert not under_way(world)


def test_an_image_that_is_not_in_the_store_is_refused() -> None:
    check_refused(premises(), ResponseCode.E110105, [ESME], file="0" * 64)
    check_refused(premises(), ResponseCode.E110405, [PPMID], file="0" * 64, srv="11.4")


def test_a_version_that_differs_from_the_header_is_refused() -> None:
    world = premises()
    name = world.upload(V2)
    check_refused(world, ResponseCode.E110102, [ESME], file=name, version=V3)
    check_refused(world, ResponseCode.E110402, [PPMID], file=name, version=V3, srv="11.4")


def test_g6_lets_the_header_s_version_count() -> None:
    world = premises(rules_as_of(switches=Switches(firmware_version_must_match_header=False)))

    answer = world.update_firmware([ESME], file=world.upload(V2), version=V3)

    assert answer.response_code is ResponseCode.I0
    (distribution,) = world.engine.state.distributions.values()
    assert distribution.version == V2


def test_a_version_that_is_not_on_the_cpl_is_refused() -> None:
    check_refused(premises(), ResponseCode.E110102, [ESME], version=V3)
    check_refused(premises(), ResponseCode.E110402, [PPMID], version=V3, srv="11.4")


@pytest.mark.parametrize(
    ("srv", "device", "code"),
    [("11.1", ESME, ResponseCode.E110101), ("11.4", PPMID, ResponseCode.E110401)],
)
def test_a_hash_other_than_the_cpl_entry_s_is_refused(srv: str, device: Eui, code: ResponseCode) -> None:
    world = premises()
    world.add_to_cpl(changed(cpl_entry(device, V2), manufacturer_image_hash=image_hash(V3)))

    check_refused(world, code, [device], srv=srv)


def test_a_cpl_entry_without_a_hash_takes_any() -> None:
    world = premises()
    world.add_to_cpl(changed(cpl_entry(ESME, V2), manufacturer_image_hash=b""))

    assert world.update_firmware([ESME]).response_code is ResponseCode.I0


@pytest.mark.parametrize(
    ("srv", "devices", "code"),
    [
        ("11.1", [ESME, HCALCS], ResponseCode.E110106),
        ("11.1", [PPMID], ResponseCode.E110106),
        ("11.1", [CHF], ResponseCode.E110106),
        ("11.4", [ESME], ResponseCode.E110403),
        ("11.4", [PPMID, ESME], ResponseCode.E110403),
    ],
)
def test_devices_of_several_types_or_of_one_not_served_are_refused(
    srv: str, devices: list[Eui], code: ResponseCode
) -> None:
    check_refused(premises(), code, devices, srv=srv)


def test_devices_of_several_models_are_refused() -> None:
    world = with_second_esme(premises(), device_model="433100AD")

    check_refused(world, ResponseCode.E110106, [ESME, SECOND_ESME])


@pytest.mark.parametrize(
    ("devices", "why"),
    [
        ([], "an empty list"),
        ([NOWHERE], "unknown"),
        ([GSME], "another supplier's"),
        ([IHD], "without a status"),
    ],
)
def test_a_request_that_leaves_no_device_is_refused(devices: list[Eui], why: str) -> None:
    check_refused(premises(), ResponseCode.E110103, devices)


def test_a_request_whose_last_device_runs_the_version_already_is_refused() -> None:
    world = premises()

    check_refused(world, ResponseCode.E110103, [ESME], version=V1)
    check_refused(world, ResponseCode.E110403, [PPMID], version=V1, srv="11.4")


def numbered(count: int) -> tuple[Eui, ...]:
    """The ESME, and so many others that are nowhere."""
    return (ESME, *(eui_from_number(number) for number in range(1, count)))


def test_50_000_devices_are_taken() -> None:
    world = premises()
    devices = numbered(MAXIMUM_DEVICE_IDS)

    answer = world.update_firmware(devices)

    assert len(devices) == 50_000
    assert answer.response_code is ResponseCode.W110101
    assert isinstance(answer.body, DspUpdateFirmwareWarning)
    assert answer.body.invalid_device_id_list == devices[1:]
    assert under_way(world) == {ESME}


def test_50_001_devices_are_refused() -> None:
    check_refused(premises(), ResponseCode.E110103, list(numbered(MAXIMUM_DEVICE_IDS + 1)))


def test_only_a_supplier_updates_firmware() -> None:
    body = UpdateFirmware(firmware_file="", firmware_version=V2, device_id_list=(ESME,))
    world = premises()

    codes = [
        world.ask("11.1", body, by=user).response_code
        for user in (OTHER_SUPPLIER, Eui("90-B3-D5-1F-30-02-00-00"))
    ]

    assert codes == [ResponseCode.E110105, ResponseCode.E2]
