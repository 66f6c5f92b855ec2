"""What the SMI learns: each Response before and after SECMP0105, what it restores, and every switch both ways."""

import pytest

from dsp.rules.choices import Switches
from dsp.rules.releases import rules_as_of, rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.device_types import DeviceType
from smart_metering.duis.service_responses import (
    DccAlert,
    FirmwareVersionMismatch,
    ServiceResponse,
    Smets1ResponseMessage,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.activate_firmware import ActivationCode
from smart_metering.gbcs.message import decode
from smart_metering.identifiers import Eui
from smart_metering.response_codes import ResponseCode
from smart_metering.sm_wan import Smets1Response
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import (
    CHF,
    DEVICE_TYPES,
    DISTRIBUTOR,
    ESME,
    GAS_SUPPLIER,
    GAS_TRANSPORTER,
    GPF,
    GSME,
    HCALCS,
    OTHER_USER,
    PPMID,
    ROLES,
    SUPPLIER,
    V1,
    V2,
    V3,
    cpl_entry,
    image_hash,
)
from tests.support.dsp_world import DspWorld, before_secmp0105, premises, suspended

ELECTRICITY, GAS = {SUPPLIER, DISTRIBUTOR}, {GAS_SUPPLIER, GAS_TRANSPORTER}
SUPPLIER_OF = {GSME: GAS_SUPPLIER}


def everything(world: DspWorld) -> dict[Eui, list[str]]:
    """What anybody got."""
    return {user: codes for user in ROLES if (codes := world.take(user))}


def state_of(world: DspWorld, device: Eui = ESME) -> tuple[str, SmiStatus | None]:
    """Version and status as the SMI has them."""
    return world.version(device), world.status(device)


def learned(world: DspWorld, user: Eui = SUPPLIER) -> str:
    """What the first message to the User says of learning."""
    message = world.inbox[user][0]
    assert isinstance(message, ServiceResponse)
    assert message.decision is not None
    return message.decision.code


# --- 11.3


def answering(world: DspWorld, code: ActivationCode) -> DspWorld:
    """The ESME answers an 11.3 for V2 with this code, and shows V2 in any case."""
    device = world.devices[ESME]
    device.version = V1 if code is ActivationCode.SUCCESS else V2
    device.activation = code
    device.staged = {
        ActivationCode.SUCCESS: (image_hash(V2), V2),
        ActivationCode.NO_IMAGE_HELD: None,
        ActivationCode.HASH_MISMATCH: (image_hash(V3), V3),
        ActivationCode.ACTIVATION_FAILURE: (image_hash(V2), V2),
    }[code]
    return world


@pytest.mark.parametrize("code", ActivationCode)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_response_to_11_3_teaches_if_it_tells_success_and_after_secmp0105_whatever_it_tells(
    after: bool, code: ActivationCode
) -> None:
    rules = rules_with(["SECMP0105"] if after else [])
    teaches = after or code is ActivationCode.SUCCESS
    was_suspended, was_commissioned = suspended(ESME, rules), premises(rules)

    for world in (was_suspended, was_commissioned):
        answering(world, code)
        world.activate(ESME)

    version = V2 if teaches else V1
    assert state_of(was_commissioned) == (version, SmiStatus.COMMISSIONED)
    assert everything(was_commissioned) == {SUPPLIER: ["I0"]}, "a new version alone is no reason for an alert"
    assert state_of(was_suspended) == (version, SmiStatus.COMMISSIONED if teaches else SmiStatus.SUSPENDED)
    assert everything(was_suspended) == (
        {SUPPLIER: ["I0", "N29"], DISTRIBUTOR: ["N29"]} if teaches else {SUPPLIER: ["I0"]}
    )


@pytest.mark.parametrize(("device", "told"), [(ESME, ELECTRICITY), (GSME, GAS), (HCALCS, ELECTRICITY)])
def test_a_successful_activation_restores_each_kind_of_device_also_before(
    device: Eui, told: set[Eui]
) -> None:
    world = suspended(device, rules_with(["SECMP0007"]))  # for the HCALCS; no SECMP0105
    world.devices[device].staged = (image_hash(V2), V2)

    world.activate(device, by=SUPPLIER_OF.get(device, SUPPLIER))

    assert state_of(world, device) == (V2, SmiStatus.COMMISSIONED)
    assert {user for user, codes in everything(world).items() if "N29" in codes} == told


# --- 11.2


@pytest.mark.parametrize(
    ("device", "told"),
    [(ESME, ELECTRICITY), (GSME, GAS), (HCALCS, ELECTRICITY), (PPMID, ELECTRICITY | GAS)],
    ids=["ESME", "GSME", "HCALCS", "PPMID"],
)
def test_a_read_restores_a_suspended_device_after_secmp0105(device: Eui, told: set[Eui]) -> None:
    world = suspended(device, running=V2)

    acknowledgement = world.read_version(device, by=SUPPLIER_OF.get(device, SUPPLIER))

    assert acknowledgement.response_code is ResponseCode.I99
    assert state_of(world, device) == (V2, SmiStatus.COMMISSIONED)
    assert {user for user, codes in everything(world).items() if "N29" in codes} == told


@pytest.mark.parametrize("device", [ESME, GSME, HCALCS, PPMID], ids=lambda device: DEVICE_TYPES[device])
def test_before_secmp0105_a_suspended_device_is_not_read(device: Eui) -> None:
    world = suspended(device, before_secmp0105(), running=V2)

    acknowledgement = world.read_version(device, by=SUPPLIER_OF.get(device, SUPPLIER))

    assert acknowledgement.response_code is ResponseCode.E5
    assert (world.sent, everything(world)) == ([], {})


@pytest.mark.parametrize("user", [SUPPLIER, DISTRIBUTOR, OTHER_USER])
def test_whoever_asks_the_device_is_restored_and_those_responsible_are_told(user: Eui) -> None:
    world = suspended(ESME, running=V2)

    world.read_version(ESME, by=user)

    assert state_of(world) == (V2, SmiStatus.COMMISSIONED)
    assert {eui for eui, codes in everything(world).items() if "N29" in codes} == ELECTRICITY


@pytest.mark.parametrize("device", [ESME, GSME, HCALCS, PPMID, CHF], ids=lambda device: DEVICE_TYPES[device])
def test_a_read_of_a_device_in_service_teaches_its_version_and_nothing_else(device: Eui) -> None:
    world = premises()
    world.devices[device].version = V2
    user = SUPPLIER_OF.get(device, SUPPLIER)

    world.read_version(device, by=user)

    assert state_of(world, device) == (V2, SmiStatus.COMMISSIONED)
    assert everything(world) == {user: ["I0"]}


def test_the_status_before_suspension_comes_back_whichever_it_was() -> None:
    world = premises(statuses={ESME: SmiStatus.INSTALLED_NOT_COMMISSIONED})
    world.remove_from_cpl(ESME)
    world.devices[ESME].version = V2

    world.read_version(ESME)

    assert state_of(world) == (V2, SmiStatus.INSTALLED_NOT_COMMISSIONED)
    causes = [line.status for line in world.engine.state.devices[ESME].history]
    assert causes == [
        SmiStatus.INSTALLED_NOT_COMMISSIONED,
        SmiStatus.SUSPENDED,
        SmiStatus.INSTALLED_NOT_COMMISSIONED,
    ]


def test_a_device_that_could_not_read_its_version_teaches_nothing() -> None:
    world = suspended(ESME)
    device = world.devices[ESME]
    device.silent = True
    world.read_version(ESME)

    world.say(ESME, device.read_response(decode(device.heard[0]), None))

    assert learned(world) == "not learned"
    assert everything(world) == {SUPPLIER: ["I0"]}
    assert state_of(world) == (V1, SmiStatus.SUSPENDED)


# --- switches, both ways


def switched(**switches: bool) -> RuleSet:
    return rules_as_of(switches=Switches(**switches))  # type: ignore[arg-type]  # only booleans are given


@pytest.mark.parametrize("needs_active", [True, False])
def test_q6_whether_a_version_that_is_off_the_cpl_restores(needs_active: bool) -> None:
    world = suspended(ESME, switched(restore_needs_active_cpl=needs_active), running=V3)

    world.read_version(ESME)

    status = SmiStatus.SUSPENDED if needs_active else SmiStatus.COMMISSIONED
    assert state_of(world) == (V3, status)
    assert everything(world).get(DISTRIBUTOR, []) == ([] if needs_active else ["N29"])


def test_a_version_that_comes_onto_the_cpl_later_restores_then() -> None:
    world = suspended(ESME, running=V3)
    world.read_version(ESME)
    world.inbox.clear()

    world.add_to_cpl(cpl_entry(ESME, V3))

    assert state_of(world) == (V3, SmiStatus.COMMISSIONED)
    assert everything(world) == {SUPPLIER: ["N29"], DISTRIBUTOR: ["N29"]}


@pytest.mark.parametrize("on_the_cpl", [True, False])
def test_q7_the_version_that_the_smi_has_restores_nothing(on_the_cpl: bool) -> None:
    world = suspended(ESME, switched(restore_needs_active_cpl=on_the_cpl))

    world.read_version(ESME)

    assert learned(world) == "not learned"
    assert state_of(world) == (V1, SmiStatus.SUSPENDED)
    assert everything(world) == {SUPPLIER: ["I0"]}


@pytest.mark.parametrize("teaches", [False, True])
def test_q8_whether_a_read_taught_before_secmp0105(teaches: bool) -> None:
    rules = rules_with((), switches=Switches(read_teaches_before_secmp0105=teaches))
    world = premises(rules)
    world.devices[ESME].version = V2

    world.read_version(ESME)

    assert state_of(world) == (V2 if teaches else V1, SmiStatus.COMMISSIONED)
    assert everything(world) == {SUPPLIER: ["I0"]}


@pytest.mark.parametrize("restores", [True, False])
def test_q11_whether_a_network_operator_s_read_restores(restores: bool) -> None:
    world = suspended(ESME, switched(network_operator_read_restores=restores), running=V2)

    world.read_version(ESME, by=DISTRIBUTOR)

    assert world.status(ESME) is (SmiStatus.COMMISSIONED if restores else SmiStatus.SUSPENDED)
    assert everything(world) == (
        {SUPPLIER: ["N29"], DISTRIBUTOR: ["I0", "N29"]} if restores else {DISTRIBUTOR: ["I0"]}
    )


def test_q11_is_about_network_operators_alone() -> None:
    world = suspended(ESME, switched(network_operator_read_restores=False), running=V2)

    world.read_version(ESME, by=SUPPLIER)

    assert world.status(ESME) is SmiStatus.COMMISSIONED


@pytest.mark.parametrize("teaches", [True, False])
def test_g5_whether_a_response_teaches_whose_mac_only_the_user_can_verify(teaches: bool) -> None:
    world = suspended(ESME, switched(unverified_response_teaches=teaches), running=V2)

    world.read_version(ESME, by=SUPPLIER)

    assert world.version(ESME) == (V2 if teaches else V1)
    assert world.take(SUPPLIER)[0] == "I0", "the User gets it in any case"


@pytest.mark.parametrize("srv", ["11.2", "11.3"])
def test_g5_leaves_alone_what_the_dsp_can_verify(srv: str) -> None:
    world = suspended(ESME, switched(unverified_response_teaches=False), running=V2)

    if srv == "11.2":
        world.read_version(ESME, by=OTHER_USER)
    else:
        world.activate(ESME)

    assert state_of(world) == (V2, SmiStatus.COMMISSIONED)


# --- the GPF, which mirrors


@pytest.mark.parametrize(
    ("user", "told"),
    [
        (GAS_SUPPLIER, {GAS_SUPPLIER: ["I0", "N52"], GAS_TRANSPORTER: ["N52"]}),
        (GAS_TRANSPORTER, {GAS_SUPPLIER: ["N52"], GAS_TRANSPORTER: ["I0", "N52"]}),
        (OTHER_USER, {GAS_SUPPLIER: ["N52"], GAS_TRANSPORTER: ["N52"], OTHER_USER: ["I0", "N52"]}),
    ],
)
@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_a_gpf_that_mirrors_another_version_raises_n52_and_changes_nothing(
    after: bool, user: Eui, told: dict[Eui, list[str]]
) -> None:
    world = suspended(GSME, rules_as_of() if after else before_secmp0105())
    world.devices[GPF].version = V2

    world.read_version(GPF, by=user)

    alert = world.last(user)
    assert isinstance(alert, DccAlert)
    assert alert.body == FirmwareVersionMismatch(
        device_id=GSME, device_type=DeviceType.GSME, firmware_version_smi=V1, firmware_version_device=V2
    )
    assert everything(world) == told
    assert state_of(world, GSME) == (V1, SmiStatus.SUSPENDED)
    assert world.version(GPF) == V1


def test_a_gpf_that_mirrors_the_smi_s_version_raises_nothing() -> None:
    world = suspended(GSME)

    world.read_version(GPF, by=GAS_SUPPLIER)

    assert everything(world) == {GAS_SUPPLIER: ["I0"]}


def test_the_gsme_itself_heals_what_the_gpf_only_showed() -> None:
    world = suspended(GSME, running=V2)
    world.devices[GPF].version = V2
    world.read_version(GPF, by=GAS_SUPPLIER)

    world.read_version(GSME, by=GAS_SUPPLIER)
    world.read_version(GPF, by=GAS_SUPPLIER)

    assert state_of(world, GSME) == (V2, SmiStatus.COMMISSIONED)
    assert everything(world) == {
        GAS_SUPPLIER: ["I0", "N52", "I0", "N29", "I0"],
        GAS_TRANSPORTER: ["N52", "N29"],
    }


# --- SMETS1


def test_a_smets1_read_comes_decoded_and_teaches() -> None:
    world = suspended(ESME, running=V2, smets1=True)

    world.read_version(ESME)

    response = world.inbox[SUPPLIER][0]
    assert isinstance(response, ServiceResponse)
    assert response.response_id == f"{ESME}:{SUPPLIER}:1"
    assert response.body == Smets1ResponseMessage(success=True, firmware_version=V2)
    assert state_of(world) == (V2, SmiStatus.COMMISSIONED)
    assert everything(world) == {SUPPLIER: ["I0", "N29"], DISTRIBUTOR: ["N29"]}


def test_a_smets1_activation_without_a_version_teaches_nothing_and_the_read_does() -> None:
    world = suspended(ESME, smets1=True)
    world.devices[ESME].staged = (image_hash(V2), V2)
    world.activate(ESME)
    shown = learned(world), *state_of(world)

    world.read_version(ESME)

    assert shown == ("not learned", V1, SmiStatus.SUSPENDED)
    assert state_of(world) == (V2, SmiStatus.COMMISSIONED)


def smets1_response(counter: int, version: FirmwareVersion, *, success: bool = True) -> Smets1Response:
    return Smets1Response(
        originator=SUPPLIER,
        counter=counter,
        service_reference_variant="11.3",
        success=success,
        firmware_version=version,
    )


@pytest.mark.parametrize(("after", "success"), [(False, True), (False, False), (True, True), (True, False)])
def test_a_smets1_activation_with_a_version_teaches_as_any_other(after: bool, success: bool) -> None:
    world = suspended(ESME, rules_with(["SECMP0105"] if after else []), smets1=True)
    world.devices[ESME].silent = True
    world.activate(ESME)

    world.uplink(ESME, smets1_response(1, V2, success=success))

    assert world.version(ESME) == (V2 if after or success else V1)


def test_a_smets1_response_is_taken_once_and_only_to_what_was_asked() -> None:
    world = premises(smets1=True)
    world.devices[ESME].silent = True
    world.activate(ESME)

    for counter in (9, 1, 1):
        world.uplink(ESME, smets1_response(counter, V2))
    world.advance(60_000)

    assert everything(world) == {SUPPLIER: ["I0"]}
