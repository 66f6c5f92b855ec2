"""Messages to a User as lines: whatever the DCC or a Device can say has its words."""

from typing import get_args

import pytest

from smart_metering.dcc_alerts import DccAlertCode
from smart_metering.decisions import Decision
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import DspSchedule
from smart_metering.duis.service_responses import (
    AssociatedType1Device,
    ChangeOfSupplier,
    CommandFailure,
    CommsHubAlert,
    CspFirmwareDeliveryStatus,
    DccAlert,
    DccAlertBody,
    DeviceAlert,
    DeviceChangeOfSupplier,
    DeviceStatusChangeEvent,
    DspInventory,
    DspScheduledMessage,
    DspScheduleId,
    DspScheduleRemoval,
    DspSchedules,
    DspSchedulesRead,
    DspUpdateFirmwareWarning,
    FirmwareUpgradeRequested,
    FirmwareVersionMismatch,
    FutureDatedDeviceAlertMessage,
    GbcsPayload,
    LocalCommand,
    MeterMpxns,
    NotEmulated,
    PpmidAlert,
    PreCommand,
    ResponseBody,
    ServiceResponse,
    Smets1ResponseMessage,
    UpdateHanDeviceLogResult,
)
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui
from smart_metering.instants import HOUR_MS, Instant, parse_instant
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smets.cli.messages import answer_line, said_by
from smets.client.outcomes import Outcome

METER = Eui("00-DB-12-34-00-00-00-02")
HUB = Eui("00-DB-12-34-00-00-00-00")
HCALCS = Eui("00-DB-12-34-00-00-00-05")
V2 = FirmwareVersion("00000002")
REQUEST = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-00-00-00-02:7"
AT = parse_instant("2021-11-04T00:00:00Z")
MPXNS = MeterMpxns(import_mpxn="1000000000003", export_mpan="1000000000004")

ALERT_TEXTS: tuple[tuple[DccAlertBody, str], ...] = (
    (
        DeviceStatusChangeEvent(device_id=METER, device_status_change="DeviceSuspended"),
        f"DeviceSuspended {METER}",
    ),
    (
        DeviceStatusChangeEvent(
            device_id=METER,
            device_status_change="MeterIdentity",
            esme_variant="AD",
            meter_mpxns=MPXNS,
            associated_type1_devices=(
                AssociatedType1Device(device_id=HCALCS, device_type=DeviceType.HCALCS),
            ),
        ),
        f"MeterIdentity {METER}, variant AD, MPxN 1000000000003, export MPAN 1000000000004, with HCALCS {HCALCS}",
    ),
    (
        FirmwareVersionMismatch(
            device_id=METER,
            device_type=DeviceType.GSME,
            firmware_version_smi="00000001",
            firmware_version_device=V2,
        ),
        f"GSME {METER}: the SMI has 00000001, it runs 00000002",
    ),
    (
        CspFirmwareDeliveryStatus(
            update_firmware_request_id=REQUEST,
            comms_hub_device_id=HUB,
            target_device_id=METER,
            firmware_version=V2,
            time_stamp=AT,
            comms_hub_transfer_status="Success",
        ),
        f"Success: firmware 00000002 for {METER} at its hub",
    ),
    (
        CommsHubAlert(
            comms_hub_device_id=HUB,
            alert_code=0x8F8A,
            time_stamp=AT,
            device_id=METER,
            firmware_version=V2,
            transfer_response_code="FileTransferSuccess",
        ),
        f"FileTransferSuccess: firmware 00000002 to {METER}",
    ),
    (
        PpmidAlert(
            device_id=METER,
            device_alert_code=0x8F8B,
            time_stamp=AT,
            firmware_version=V2,
            activation_success=True,
        ),
        f"PPMID {METER} activated firmware 00000002",
    ),
    (CommandFailure(command_request_id=REQUEST, device_id=METER), f"{REQUEST} to {METER}"),
    (
        CommandFailure(command_request_id=REQUEST, device_id=METER, dsp_schedule_id=3),
        f"{REQUEST} to {METER}, of schedule 3",
    ),
    (DspScheduleRemoval(device_id=METER, dsp_schedule_id=3), f"schedule 3 of {METER} is removed"),
    (
        UpdateHanDeviceLogResult(update_han_device_log_service_request_id=REQUEST),
        f"8.11 {REQUEST}",
    ),
    (
        ChangeOfSupplier(change_of_supplier_service_request_id=REQUEST),
        f"6.23 {REQUEST} came to nothing",
    ),
    (
        ChangeOfSupplier(
            device_change_of_supplier=DeviceChangeOfSupplier(
                device_id=METER, device_type=DeviceType.ESME, mpxns=MeterMpxns(import_mpxn="1000000000003")
            )
        ),
        f"ESME {METER} has another supplier's credentials, MPxN 1000000000003",
    ),
    (
        FirmwareUpgradeRequested(
            device_type=DeviceType.ESME, firmware_version=V2, device_list=(METER, HCALCS)
        ),
        f"firmware 00000002 is asked for, for ESME {METER} {HCALCS}",
    ),
)


@pytest.mark.parametrize(("body", "text"), ALERT_TEXTS, ids=[type(body).__name__ for body, _ in ALERT_TEXTS])
def test_a_dcc_alert_is_told_in_words(body: DccAlertBody, text: str) -> None:
    alert = DccAlert(dcc_alert_code=DccAlertCode.N28, response_date_time=AT, body=body)

    assert said_by(alert) == f"  {text}"


def test_every_body_of_a_dcc_alert_has_its_words() -> None:
    assert {type(body) for body, _ in ALERT_TEXTS} == set(get_args(DccAlertBody))


def test_an_alert_after_a_storm_tells_which_it_was_and_how_many_were_held_back() -> None:
    body = DeviceStatusChangeEvent(device_id=METER, device_status_change="DeviceSuspended")
    dcc_alert = DccAlert(
        dcc_alert_code=DccAlertCode.N28,
        response_date_time=AT,
        body=body,
        throttled_alert_sequence_id=3,
        throttled_alert_count=57,
    )
    device_alert = DeviceAlert(
        response_id="",
        alert_code=0x8F52,
        response_date_time=AT,
        gbcs_payload=b"",
        throttled_alert_sequence_id=4,
        throttled_alert_count=1,
    )

    assert said_by(dcc_alert).endswith(f"{METER} (storm 3: 57 held back)")
    assert said_by(device_alert).endswith(" (storm 4: 1 held back)")


# --- answers -------------------------------------------------------------------------------------------------

TOLD = Outcome(text="import 1 Wh", success=True)
SCHEDULE = DspSchedule(
    schedule_frequency="Daily",
    schedule_start_date=AT,
    schedule_execution_start_time=2 * HOUR_MS,
    dsp_scheduled_service_reference_variant="4.8.1",
    device_id=METER,
)

BODY_TEXTS: tuple[tuple[ResponseBody | None, Outcome | None, str], ...] = (
    (None, None, ""),
    (GbcsPayload(gbcs_payload=b""), TOLD, "import 1 Wh"),
    (FutureDatedDeviceAlertMessage(future_dated_alert_code=0x8F66, gbcs_payload=b""), TOLD, "import 1 Wh"),
    (DspScheduledMessage(gbcs_payload=b"", dsp_schedule_id=7), TOLD, "schedule 7: import 1 Wh"),
    (Smets1ResponseMessage(success=True, utrn="1" * 20), None, f"success, UTRN {'1' * 20}"),
    (PreCommand(gbcs_version="4.2", gbcs_payload=bytes(78)), None, "a Pre-Command of 78 octets"),
    (LocalCommand(gbcs_payload=bytes(90)), None, "a Command of 90 octets for local delivery"),
    (DspInventory(devices=()), None, "0 Devices"),
    (
        DspUpdateFirmwareWarning(not_commissioned_device_id_list=(METER,)),
        None,
        f"left out: not commissioned {METER}",
    ),
    (DspScheduleId(dsp_schedule_id=7), None, "schedule 7"),
    (
        DspSchedulesRead(dsp_schedules=(DspSchedules(dsp_schedule_id=7, dsp_schedule_details=SCHEDULE),)),
        None,
        f"schedule 7: 4.8.1 to {METER}, Daily from 2021-11-04T02:00:00.000Z",
    ),
    (
        NotEmulated(service_reference_variant="7.1"),
        None,
        "SRV 7.1 passed every check, but is not emulated yet",
    ),
)


def _response(body: ResponseBody | None) -> ServiceResponse:
    return ServiceResponse(
        request_id=REQUEST, response_code=ResponseCode.I0, response_date_time=Instant(AT), body=body
    )


@pytest.mark.parametrize(
    ("body", "outcome", "text"), BODY_TEXTS, ids=[type(row[0]).__name__ for row in BODY_TEXTS]
)
def test_an_answer_is_told_in_words(body: ResponseBody | None, outcome: Outcome | None, text: str) -> None:
    assert said_by(_response(body), outcome).strip() == text


def test_every_body_of_a_response_has_its_words() -> None:
    assert {type(body) for body, _, _ in BODY_TEXTS if body is not None} == set(get_args(ResponseBody))


def test_what_nobody_has_read_is_read_as_far_as_anybody_can() -> None:
    said = said_by(_response(GbcsPayload(gbcs_payload=b"\x00")))

    assert said.startswith("  a payload that cannot be read")


def test_an_answer_line_says_when_what_and_because_of_which_row() -> None:
    decision = Decision(code="E5", row="11.2 for a Suspended GPF", source="DUIS", mark=Mark.CERTAIN)
    answer = ServiceResponse(
        request_id=REQUEST, response_code=ResponseCode.E5, response_date_time=AT, decision=decision
    )

    assert answer_line(answer) == (
        "2021-11-04T00:00:00.000Z  ",
        ("E5 SMI Status of the Device is incompatible with the Service Reference", "red"),
        " (because: 11.2 for a Suspended GPF; DUIS, C)",
    )
