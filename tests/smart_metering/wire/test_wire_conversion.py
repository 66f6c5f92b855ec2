"""A record and its message carry the same; what is no record is refused with the path of each fault."""

import msgspec
import pytest
from google.protobuf.message import Message
from hypothesis import given

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import DeviceType
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import ReadFirmwareVersion, ServiceRequest, UpdateFirmware
from smart_metering.duis.service_responses import DeviceAlert, GbcsPayload, InventoryDevice, ServiceResponse
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import LAST_INSTANT, Instant
from smart_metering.records import Record
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import service_request_pb2, service_response_pb2, sm_wan_pb2
from smart_metering.sm_wan import CertificatesWanted, Downlink, Gbcs, Uplink
from smart_metering.wire.conversion import Conversion, from_message, to_message
from smart_metering.wire.errors import Fault, WireError
from smart_metering.wire.pairs import PAIRS
from tests.support.any_values import values_of

METER = Eui("90-B3-D5-1F-30-01-00-00")
USER = Eui("90-B3-D5-1F-30-00-00-02")


@pytest.mark.parametrize(("record_type", "message_type"), PAIRS, ids=lambda it: it.__name__)
def test_a_record_and_its_message_have_the_same_fields(
    record_type: type[Record], message_type: type[Message]
) -> None:
    descriptor = message_type.DESCRIPTOR
    record_fields = {field.name for field in msgspec.structs.fields(record_type)}
    unions = record_fields & set(descriptor.oneofs_by_name)
    in_unions = {member.name for union in unions for member in descriptor.oneofs_by_name[union].fields}

    assert record_fields - unions == set(descriptor.fields_by_name) - in_unions


def test_every_record_has_one_message_and_every_message_one_record() -> None:
    assert len({record for record, _ in PAIRS}) == len(PAIRS) == len({message for _, message in PAIRS})


@pytest.mark.parametrize("record_type", [record for record, _ in PAIRS], ids=lambda it: it.__name__)
def test_a_record_comes_back_from_its_message(record_type: type[Record]) -> None:
    message_type = dict(PAIRS)[record_type]

    @given(values_of(record_type))
    def round_trip(record: Record) -> None:
        octets = to_message(record, message_type).SerializeToString()

        assert from_message(message_type.FromString(octets), record_type) == record

    round_trip()


def test_an_instant_of_zero_is_not_an_absent_one() -> None:
    for instant in (Instant(0), None):
        record = ReadFirmwareVersion(execution_date_time=instant)

        assert from_message(to_message(record), ReadFirmwareVersion) == record


def test_identifiers_are_normalised_on_the_way_in() -> None:
    message = sm_wan_pb2.Uplink(comms_hub=METER.lower(), device=METER.lower(), gbcs=b"\xdf")

    uplink = from_message(message, Uplink)

    assert (uplink.comms_hub, uplink.device, uplink.content) == (METER, METER, Gbcs(gbcs=b"\xdf"))


def test_a_member_without_fields_is_present() -> None:
    wanted = Downlink(frame="f", comms_hub=METER, device=METER, at=Instant(1), content=CertificatesWanted())

    assert to_message(wanted, sm_wan_pb2.Downlink).WhichOneof("content") == "certificates_wanted"


def test_a_scalar_member_is_a_record_of_one_field() -> None:
    response = ServiceResponse(
        request_id="r", response_date_time=Instant(5), body=GbcsPayload(gbcs_payload=b"\x01")
    )

    message = to_message(response, service_response_pb2.ServiceResponse)

    assert message.gbcs_payload == b"\x01"
    assert from_message(message, ServiceResponse) == response


def test_a_response_code_travels_as_itself() -> None:
    response = ServiceResponse(
        request_id="r", response_code=ResponseCode("E5"), response_date_time=Instant(5)
    )

    assert to_message(response, service_response_pb2.ServiceResponse).response_code == "E5"


def test_all_faults_are_told_at_once_with_their_paths() -> None:
    message = service_request_pb2.ServiceRequest(
        request_id="not one",
        command_variant=9,
        update_firmware=service_request_pb2.UpdateFirmware(
            firmware_version="1", device_id_list=[METER, "x", METER, "y"]
        ),
    )

    with pytest.raises(WireError) as refused:
        from_message(message, ServiceRequest)

    assert [fault.path for fault in refused.value.faults] == [
        "request_id",
        "command_variant",
        "update_firmware.firmware_version",
        "update_firmware.device_id_list[1]",
        "update_firmware.device_id_list[3]",
    ]
    assert "expected" in str(refused.value)


@pytest.mark.parametrize(
    ("message", "record_type", "path"),
    [
        (service_request_pb2.ReadInventory(), ReadInventory, "search"),
        (service_request_pb2.ReadInventory(uprn=""), ReadInventory, "search"),
        (sm_wan_pb2.Uplink(comms_hub=METER, device=METER), Uplink, "content"),
        (
            service_response_pb2.InventoryDevice(device_id=METER, device_type="TV"),
            InventoryDevice,
            "device_type",
        ),
        (service_response_pb2.DeviceAlert(response_date_time=-1), DeviceAlert, "response_date_time"),
        (
            service_response_pb2.DeviceAlert(response_date_time=LAST_INSTANT + 1),
            DeviceAlert,
            "response_date_time",
        ),
    ],
)
def test_what_is_no_record_is_refused(message: Message, record_type: type[Record], path: str) -> None:
    with pytest.raises(WireError) as refused:
        from_message(message, record_type)

    assert [fault.path for fault in refused.value.faults] == [path]


def test_the_text_of_an_error_stays_short() -> None:
    error = WireError(
        *[Fault(f"device_id_list[{index}]", "expected an EUI, not " + "x" * 10_000) for index in range(50)]
    )

    assert len(str(error)) < 3_000
    assert str(error).endswith("and 42 more")
    assert len(error.faults) == 50


class ReceiptInWords(Record, frozen=True, kw_only=True):
    frame: str
    delivered: str


@pytest.mark.parametrize("record_type", [ReceiptInWords, Gbcs])
def test_a_pair_whose_fields_disagree_is_our_own_fault(record_type: type[Record]) -> None:
    conversion = Conversion(((record_type, sm_wan_pb2.Receipt),))

    with pytest.raises(AssertionError):
        conversion.plan_of(record_type)


def test_a_firmware_request_carries_its_devices() -> None:
    request = ServiceRequest(
        request_id=RequestId(USER, METER, 1),
        command_variant=CommandVariant(8),
        service_reference_variant="11.1",
        body=UpdateFirmware(firmware_version=FirmwareVersion("00000002"), device_id_list=(METER,)),
    )

    message = to_message(request, service_request_pb2.ServiceRequest)

    assert message.request_id == f"{USER}:{METER}:1"
    assert list(message.update_firmware.device_id_list) == [METER]
    assert from_message(message, ServiceRequest) == request


def test_device_types_are_read_by_value() -> None:
    message = service_response_pb2.InventoryDevice(device_id=METER, device_type="ESME")

    device = from_message(message, InventoryDevice)

    assert device.device_type is DeviceType.ESME
    assert device.device_status is None
