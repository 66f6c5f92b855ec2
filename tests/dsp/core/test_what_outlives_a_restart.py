"""What waits, is scheduled or held back when the DSP stops goes on when it starts again."""

from pathlib import Path

from dsp.core.engine import Engine
from dsp.core.inputs import RequestReceived
from dsp.core.state import State
from dsp.rules.choices import Times
from ledger.sqlite_store import SqliteStore
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.device_alerts import DeviceAlertCode
from smart_metering.duis.inventory_requests import DspSchedule, ReadLogPeriodOffset, ReadSchedule
from smart_metering.duis.service_requests import ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import DeviceAlert, DspSchedulesRead
from smart_metering.gbcs.firmware_alerts import FirmwareReceipt, encode_firmware_receipt
from smart_metering.identifiers import RequestId
from smart_metering.instants import DAY_MS, Instant
from smart_metering.use_cases import UseCase
from tests.support.dsp_premises import (
    ESME,
    PPMID,
    START,
    SUPPLIER,
    V2,
    broker,
    change_of_supplier_party,
    image_hash,
)
from tests.support.dsp_world import DspWorld, premises


def restart(world: DspWorld, folder: Path) -> None:
    """Everything in memory is gone; the file is read."""
    store = SqliteStore(folder / "dsp.db")
    store.load(State().ledger)
    store.commit(world.engine.ledger.take_changes())
    state = State()
    store.load(state.ledger)
    store.close()
    world.engine = Engine(state, world.engine.rules, broker(), change_of_supplier_party())


def test_a_schedule_runs_on(tmp_path: Path) -> None:
    world = premises()
    world.devices[ESME].silent = True
    details = DspSchedule(
        schedule_frequency="Weekly",
        schedule_start_date=Instant(START - START % DAY_MS + DAY_MS),
        dsp_scheduled_service_reference_variant="4.8.1",
        device_id=ESME,
        read_log_period_offset=ReadLogPeriodOffset(start_date_offset=-7, end_date_offset=0),
    )
    world.ask("5.1", details)
    deadline = world.engine.next_deadline()

    restart(world, tmp_path)

    assert world.engine.next_deadline() == deadline
    assert isinstance(world.ask("5.2", ReadSchedule(device_id=ESME)).body, DspSchedulesRead)
    world.advance(8 * DAY_MS)
    assert len(set(world.devices[ESME].heard)) == 2


def test_a_request_waits_on(tmp_path: Path) -> None:
    world = premises()
    world.devices[ESME].silent = True
    first, second = RequestId(SUPPLIER, ESME, 1), RequestId(SUPPLIER, PPMID, 2)
    for request_id, before in ((first, None), (second, first)):
        request = ServiceRequest(
            request_id=request_id,
            first_in_sequence=before is None,
            preceding_service_request_id=before,
            command_variant=CommandVariant.SEND,
            service_reference_variant="11.2",
            body=ReadFirmwareVersion(),
        )
        world.give(RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request))

    restart(world, tmp_path)
    said = world.devices[ESME].answer(world.devices[ESME].heard[-1])
    assert said is not None
    world.uplink(ESME, said)
    world.advance(0)

    assert world.take(SUPPLIER) == ["I0", "I0"]


def test_a_storm_is_still_told(tmp_path: Path) -> None:
    world = premises()
    meter = world.devices[ESME]
    for _ in range(Times().alerts_before_storm + 2):
        received = FirmwareReceipt(DeviceAlertCode.FIRMWARE_VERIFICATION_SUCCESSFUL, START, image_hash(V2))
        use_case = UseCase.ESME_FIRMWARE_RECEIPT
        payload = encode_firmware_receipt(use_case, received, meter.alert_counter + 1)
        world.say(ESME, meter.alert(use_case, SUPPLIER, payload))

    restart(world, tmp_path)
    world.advance(Times().alert_storm_window_ms)

    alert = world.last(SUPPLIER)
    assert isinstance(alert, DeviceAlert)
    assert (alert.throttled_alert_sequence_id, alert.throttled_alert_count) == (1, 2)


def test_calm_alerts_leave_nothing_to_wake_up_for(tmp_path: Path) -> None:
    world = premises()
    meter, use_case = world.devices[ESME], UseCase.ESME_FIRMWARE_RECEIPT
    received = FirmwareReceipt(DeviceAlertCode.FIRMWARE_VERIFICATION_FAILED, START, image_hash(V2))
    payload = encode_firmware_receipt(use_case, received, meter.alert_counter + 1)
    world.say(ESME, meter.alert(use_case, SUPPLIER, payload))

    restart(world, tmp_path)

    assert len(world.engine.state.alert_storms) == 1
    assert world.engine.next_deadline() is None
