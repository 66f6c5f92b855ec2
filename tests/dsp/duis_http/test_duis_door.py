"""The DCC User Interface over HTTP: what it answers to whom; behind it stands the engine of the gRPC door."""

from pathlib import Path

import pytest

from smart_metering.command_variants import COMMAND_VARIANTS, CommandVariant, Service
from smart_metering.duis.inventory_requests import ReadInventory
from smart_metering.duis.service_requests import ActivateFirmware, SignedPreCommand, UpdateFirmware
from smart_metering.duis.service_responses import DspInventory, PreCommand, ServiceResponse
from smart_metering.duis_xml.messages import write_request
from smart_metering.gbcs.message import decode, encode
from smart_metering.gbcs.protection import sign
from smart_metering.ota.image import encode as encode_firmware
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import self_service_interface_pb2 as ssi_pb2
from smart_metering.rpc.v1 import service_request_pb2
from smart_metering.wire.conversion import to_message
from tests.dsp.duis_http.duis_over_http import DuisDcc, duis_dsp, signed_text, xml_signer
from tests.dsp.rpc.loopback import HandHeldHost, as_user
from tests.support.dsp_premises import ESME, OTHER_USER, STRANGER, SUPPLIER, V2, firmware_file, image_hash
from tests.support.hand_made_device import ACB, SEED


def signed_by_supplier(pre_command: bytes) -> bytes:
    """As a User signs what Transform gave it."""
    credential = DevelopmentPki(SEED).organisation(SUPPLIER, "02")[KeyUsage.DIGITAL_SIGNING]
    return encode(sign(decode(pre_command), credential.private_key))


async def test_a_request_is_acknowledged_and_its_response_follows(duis: DuisDcc) -> None:
    host = HandHeldHost(duis.dcc)
    await host.attach()

    answer = await duis.send(duis.read_version())
    await duis.dcc.advance(10_000)

    (response,) = await duis.dcc.inbox()
    assert isinstance(response, ServiceResponse)
    assert (answer.response_code, answer.body) == (ResponseCode.I99, None)
    assert (response.response_code, response.request_id) == (ResponseCode.I0, answer.request_id)
    await host.detach()


async def test_a_non_device_request_is_answered_at_once(duis: DuisDcc) -> None:
    request = duis.request("8.2", ReadInventory(device_id=ESME), CommandVariant.NON_DEVICE, target=ACB)

    answer = await duis.send(request)

    assert answer.response_code is ResponseCode.I0
    assert isinstance(answer.body, DspInventory)
    assert ESME in {device.device_id for device in answer.body.devices}


async def test_the_request_id_is_repeated_as_it_came(duis: DuisDcc) -> None:
    """DCC's parser writes EUIs in lower case, and looks for its request by the same text."""
    request = duis.read_version()
    as_sent = str(request.request_id).lower()
    text = write_request(request).decode().replace(str(request.request_id), as_sent)

    response = await duis.post(signed_text(text, xml_signer(SUPPLIER)))

    assert f"<sr:RequestID>{as_sent}</sr:RequestID><sr:ResponseCode>I99<" in response.text


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("variant", CommandVariant)
async def test_every_command_variant_belongs_to_one_service(
    duis: DuisDcc, variant: CommandVariant, service: Service
) -> None:
    """Whatever else is wrong with the request: at the service of another variant it is E13, at its own it is not."""
    definition = next(row for row in COMMAND_VARIANTS if row.variant is variant)
    request = changed(duis.read_version(), command_variant=variant)
    if definition.signed:
        request = changed(request, body=SignedPreCommand(gbcs_payload=b"\xdf"))

    code = await duis.code(request, service)

    assert (code is ResponseCode.E13) is (definition.service is not service)


async def test_transform_sign_and_send_go_under_one_request_id(duis: DuisDcc) -> None:
    host = HandHeldHost(duis.dcc)
    await host.attach()
    transform = duis.request("11.3", ActivateFirmware(firmware_hash=image_hash(V2)), CommandVariant.TRANSFORM)

    answer = await duis.send(transform)
    assert isinstance(answer.body, PreCommand)
    signed = changed(
        transform,
        command_variant=CommandVariant.SIGNED_SEND,
        body=SignedPreCommand(gbcs_payload=signed_by_supplier(answer.body.gbcs_payload)),
    )
    codes = [await duis.code(request) for request in (signed, signed, transform)]

    assert (answer.response_code, answer.request_id) == (ResponseCode.I0, str(transform.request_id))
    assert codes == [ResponseCode.I99, ResponseCode.E40, ResponseCode.E40]
    await host.detach()


async def test_a_used_request_id_is_refused_after_a_restart_too(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path) as duis:
        request = duis.read_version()
        first = await duis.code(request)
    async with duis_dsp(tmp_path, load=False) as duis:
        again = await duis.code(request)

    assert (first, again) == (ResponseCode.I99, ResponseCode.E40)


async def test_a_request_that_one_door_took_is_used_at_the_other(duis: DuisDcc) -> None:
    over_http, over_grpc = duis.read_version(), duis.read_version()
    first = [await duis.code(over_http), (await duis.dcc.send(as_message(over_grpc))).response_code]

    again = [(await duis.dcc.send(as_message(over_http))).response_code, await duis.code(over_grpc)]

    assert (first, again) == ([ResponseCode.I99] * 2, [ResponseCode.E40] * 2)


async def test_a_request_is_audited_as_if_it_had_come_over_grpc(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path / "http") as duis:
        await duis.send(duis.read_version())
        over_http = await audited(duis)
    async with duis_dsp(tmp_path / "grpc") as duis:
        await duis.dcc.send(as_message(duis.read_version()))
        over_grpc = await audited(duis)

    assert over_http == over_grpc
    assert [row.message_kind for row in over_http] == ["Acknowledgement", "ServiceRequest"]


def as_message(request: object) -> service_request_pb2.ServiceRequest:
    return to_message(request, service_request_pb2.ServiceRequest)  # type: ignore[arg-type]


async def audited(duis: DuisDcc) -> list[ssi_pb2.ServiceAuditTrailRecord]:
    query = ssi_pb2.ServiceAuditTrailQuery(device_id=ESME)
    page = await duis.dcc.ssi.QueryServiceAuditTrail(query, metadata=as_user(SUPPLIER))
    return list(page.records)


async def test_the_image_of_an_update_is_taken_out_and_kept(duis: DuisDcc) -> None:
    body = UpdateFirmware(
        firmware_image=encode_firmware(firmware_file(V2)), firmware_version=V2, device_id_list=(ESME,)
    )

    code = await duis.code(duis.request("11.1", body, CommandVariant.NON_DEVICE, target=ACB))

    assert code is ResponseCode.I0
    assert len(duis.dcc.dsp.runtime.engine.state.firmware_files) == 1


@pytest.mark.parametrize("usage", [KeyUsage.XML_SIGNING, KeyUsage.DIGITAL_SIGNING])
async def test_a_party_signs_with_its_key_for_xml_or_the_one_for_gbcs(duis: DuisDcc, usage: KeyUsage) -> None:
    response = await duis.post(write_request(duis.read_version(), signer=xml_signer(SUPPLIER, usage)))

    assert "<sr:ResponseCode>I99<" in response.text


@pytest.mark.parametrize(
    "signer",
    [xml_signer(OTHER_USER), xml_signer(STRANGER), xml_signer(SUPPLIER, seed=b"another seed"), None],
    ids=["another party", "no party", "a foreign key", "nobody"],
)
async def test_nobody_else_signs_for_a_party(duis: DuisDcc, signer: object) -> None:
    response = await duis.post(write_request(duis.read_version(), signer=signer))  # type: ignore[arg-type]

    assert response.status_code == 200
    assert "<sr:ResponseCode>E48<" in response.text
    assert len(duis.dcc.dsp.runtime.engine.state.outstanding) == 0


async def test_who_is_no_party_is_known_as_soon_as_it_is_loaded(tmp_path: Path) -> None:
    async with duis_dsp(tmp_path, load=False) as duis:
        before = await duis.code(duis.read_version())
        await duis.dcc.load_premises()
        after = await duis.code(duis.read_version())

    assert (before, after) == (ResponseCode.E48, ResponseCode.I99)


async def test_an_organisation_that_is_no_user_is_known_but_may_ask_nothing(duis: DuisDcc) -> None:
    """DCC's templates have one that the Access Control Broker sends."""
    signer = xml_signer(ACB, role=OrganisationRole.ACCESS_CONTROL_BROKER)

    response = await duis.post(write_request(duis.read_version(by=ACB), signer=signer))

    assert "<sr:ResponseCode>E1<" in response.text
