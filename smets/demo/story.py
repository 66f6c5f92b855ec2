"""The main job, told chapter by chapter; what is expected depends only on whether SECMP0105 is in force."""

from dataclasses import dataclass

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.device_requests import TopUpDevice
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.instants import HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.user_roles import UserRole
from smets.demo.stage import Meter, Stage

V1, V2, V3 = (FirmwareVersion(f"0000000{number}") for number in (1, 2, 3))
UTRN = "00000000000000000001"
DISTRIBUTED_MS = HOUR_MS + MINUTE_MS
GIVEN_UP_MS = 30 * SECOND_MS
MIRRORED_MS = 30 * MINUTE_MS

ESME = Meter(Generation.SMETS2, DeviceType.ESME, UserRole.IS)
GSME = Meter(Generation.SMETS2, DeviceType.GSME, UserRole.GS)
GPF = Meter(Generation.SMETS2, DeviceType.GPF, UserRole.GS)
SMETS1_ESME = Meter(Generation.SMETS1, DeviceType.ESME, UserRole.IS)


@dataclass(frozen=True, slots=True)
class Regime:
    """The rules that a telling is under."""

    name: str
    after: bool


BEFORE = Regime("before SECMP0105", after=False)
AFTER = Regime("after SECMP0105", after=True)


async def tell(stage: Stage, regime: Regime) -> None:
    """The whole story under one regime, on premises that nobody has touched yet."""
    await provision(stage, regime)
    await suspension(stage, regime)
    await distribution(stage, regime)
    await lost_response(stage, regime)
    await recovery_by_reading(stage, regime)
    await recovery_by_retry(stage, regime)
    await smets1(stage, regime)
    await gas_proxy(stage, regime)


async def provision(stage: Stage, regime: Regime) -> None:
    """Two premises stand in the SMI, and old and new firmware on the CPL."""
    stage.chapter(
        f"Two premises, {regime.name}",
        "A SMETS2+ and a SMETS1 premises, Commissioned; three firmware versions on the Central Products List.",
    )
    for meter in (ESME, GSME, SMETS1_ESME):
        for version in (V1, V2, V3):
            await stage.put_on_cpl(meter, version)
    answer = await stage.send("8.2", ESME, ReadInventory(device_id=stage.device(ESME)))
    stage.expect("8.2 shows the premises to its supplier", answer.response_code, "I0")
    for meter in (ESME, GSME, SMETS1_ESME):
        await stage.believe(meter, smi=("Commissioned", V1), runs=V1)


async def suspension(stage: Stage, regime: Regime) -> None:
    """The old firmware leaves the CPL: what a Suspended meter takes, and what it does not."""
    stage.chapter(
        "The old firmware leaves the Central Products List",
        "Every Device that runs it is Suspended, and those who answer for it are told.",
    )
    for meter in (ESME, SMETS1_ESME):
        await stage.take_off_cpl(meter, V1)
        await stage.believe(meter, smi=("Suspended", V1), runs=V1)
    stage.expect("the supplier was told of both (N28)", stage.alerts(UserRole.IS, "N28"), 2)
    stage.expect("the network operator was told of both (N28)", stage.alerts(UserRole.ED, "N28"), 2)

    stage.chapter(
        "What a Suspended meter takes",
        "The same requests of the same supplier: which pass access control, and which row says so.",
    )
    local = CommandVariant.LOCAL
    top_up = TopUpDevice(utrn=UTRN)
    same_supplier = stage.own_credentials(ESME, await stage.mpxn(ESME))
    await stage.expect_answer("4.1.1", ESME, "E5", "no ordinary read")
    await stage.expect_answer("2.2", ESME, "E5", "no top-up over the air", body=top_up)
    await stage.expect_answer("2.2", ESME, "E5", "no local top-up of SMETS2+", body=top_up, variant=local)
    await stage.expect_answer(
        "2.2", SMETS1_ESME, "I0", "a local top-up of SMETS1: a UTRN to type in", body=top_up, variant=local
    )
    await stage.expect_answer(
        "6.23", ESME, "I99", "a Change of Supplier (here to itself)", body=same_supplier
    )
    taken = "I99" if regime.after else "E5"
    await stage.expect_answer("11.2", ESME, taken, "11.2, once SECMP0105 is in force")
    await stage.advance(GIVEN_UP_MS)
    answered = 2 if regime.after else 1
    stage.expect("the meter answers what was taken (I0)", stage.responses(UserRole.IS, "I0"), answered)
    stage.expect("the version it runs is no news to the SMI: no N29", stage.alerts(UserRole.IS, "N29"), 0)


async def distribution(stage: Stage, regime: Regime) -> None:
    """11.1 with a real image, which the meter verifies and stages."""
    stage.chapter(
        "New firmware is sent to the meter (11.1)",
        "A signed firmware file travels to the Comms Hub, and over the HAN to the meter, which stages it.",
    )
    await stage.update_firmware(ESME, V2)
    await stage.advance(DISTRIBUTED_MS)
    stage.expect("it reached the Comms Hub (N60)", stage.alerts(UserRole.IS, "N60"), 1)
    stage.expect("the meter verified its signature (8F72)", stage.alerts(UserRole.IS, "8F72"), 1)
    await stage.believe(ESME, smi=("Suspended", V1), runs=V1, holds=V2)


async def lost_response(stage: Stage, regime: Regime) -> None:
    """11.3: the meter does it, and its word is lost."""
    stage.chapter(
        "Activate Firmware (11.3), and the Response is lost",
        "The meter swaps to the new firmware and says so; nobody hears it. The two sides believe different things.",
    )
    await stage.lose_next("11.3")
    await stage.activate(ESME, V2)
    await stage.advance(GIVEN_UP_MS)
    stage.expect("the DSP gave up waiting (E21)", stage.responses(UserRole.IS, "E21"), 1)
    await stage.believe(ESME, smi=("Suspended", V1), runs=V2)


async def recovery_by_reading(stage: Stage, regime: Regime) -> None:
    """11.2 to the meter."""
    stage.chapter(
        "Reading the version (11.2)",
        "The shortest way out, where the rules allow it: the Response shows the version that runs.",
    )
    if not regime.after:
        await stage.expect_answer("11.2", ESME, "E5", "11.2 is refused: nobody can ask the meter")
        await stage.believe(ESME, smi=("Suspended", V1), runs=V2)
        return
    await stage.expect_answer("11.2", ESME, "I99", "11.2 is taken although the meter is Suspended")
    await stage.advance(GIVEN_UP_MS)
    stage.expect("restored: the supplier was told (N29)", stage.alerts(UserRole.IS, "N29"), 1)
    stage.expect("and the network operator (N29)", stage.alerts(UserRole.ED, "N29"), 1)
    await stage.believe(ESME, smi=("Commissioned", V2), runs=V2)


async def recovery_by_retry(stage: Stage, regime: Regime) -> None:
    """11.3 again: noImageHeld, and the version that runs."""
    stage.chapter(
        "The supplier repeats Activate Firmware",
        "The meter has no image left to activate (noImageHeld), but its answer shows the version that runs.",
    )
    version = V2
    if regime.after:  # The meter was restored: once more, with the next version.
        version = V3
        await stage.take_off_cpl(ESME, V2)
        await stage.update_firmware(ESME, V3)
        await stage.advance(DISTRIBUTED_MS)
        await stage.lose_next("11.3")
        await stage.activate(ESME, V3)
        await stage.advance(GIVEN_UP_MS)
        await stage.believe(ESME, smi=("Suspended", V2), runs=V3)
    await stage.activate(ESME, version)
    await stage.advance(GIVEN_UP_MS)
    if regime.after:
        stage.expect("no image held, but the version counts: N29", stage.alerts(UserRole.IS, "N29"), 1)
        await stage.believe(ESME, smi=("Commissioned", V3), runs=V3)
    else:
        stage.expect("only success counts: no N29", stage.alerts(UserRole.IS, "N29"), 0)
        await stage.believe(ESME, smi=("Suspended", V1), runs=V2)


async def smets1(stage: Stage, regime: Regime) -> None:
    """A SMETS1 meter answers 11.3 without a version."""
    stage.chapter(
        "SMETS1: one step, and a retry that teaches nothing",
        "A SMETS1 meter answers 11.3 without a version, so only 11.2 can tell what it runs.",
    )
    await stage.update_firmware(SMETS1_ESME, V2)
    await stage.advance(DISTRIBUTED_MS)
    await stage.lose_next("11.3")
    await stage.activate(SMETS1_ESME, V2)
    await stage.advance(GIVEN_UP_MS)
    await stage.activate(SMETS1_ESME, V2)
    await stage.advance(GIVEN_UP_MS)
    await stage.believe(SMETS1_ESME, smi=("Suspended", V1), runs=V2)
    if not regime.after:
        await stage.expect_answer("11.2", SMETS1_ESME, "E5", "11.2 is refused here too")
        return
    await stage.expect_answer("11.2", SMETS1_ESME, "I99", "11.2 is taken")
    await stage.advance(GIVEN_UP_MS)
    await stage.believe(SMETS1_ESME, smi=("Commissioned", V2), runs=V2)


async def gas_proxy(stage: Stage, regime: Regime) -> None:
    """The GPF mirrors its GSME, and its word changes nothing in the SMI."""
    stage.chapter(
        "Gas: the GPF shows what the SMI does not know (N52)",
        "The Gas Proxy Function mirrors its GSME. Its word raises an alert, and changes nothing.",
    )
    await stage.take_off_cpl(GSME, V1)
    await stage.update_firmware(GSME, V2)
    await stage.advance(DISTRIBUTED_MS)
    await stage.lose_next("11.3")
    await stage.activate(GSME, V2)
    await stage.advance(MIRRORED_MS)
    await stage.believe(GSME, smi=("Suspended", V1), runs=V2)
    await stage.expect_answer("11.2", GPF, "I99", "11.2 to the GPF is taken: it is Commissioned")
    await stage.advance(GIVEN_UP_MS)
    stage.expect("the GPF shows another version than the SMI (N52)", stage.alerts(UserRole.GS, "N52"), 1)
    await stage.believe(GSME, smi=("Suspended", V1), runs=V2)
    if not regime.after:
        await stage.expect_answer("11.2", GSME, "E5", "and the GSME itself cannot be asked")
        return
    await stage.expect_answer("11.2", GSME, "I99", "the GSME itself can be asked")
    await stage.advance(GIVEN_UP_MS)
    stage.expect("restored (N29)", stage.alerts(UserRole.GS, "N29"), 1)
    await stage.believe(GSME, smi=("Commissioned", V2), runs=V2)
