"""A DSP that takes DUIS XML over HTTP, asked as DCC's own clients ask it; its gRPC doors stand beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from lxml import etree

from dsp.duis_http.settings import DuisSettings
from smart_metering.command_variants import CommandVariant, Service, service_of
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.duis_xml.messages import read_response, write_request
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import Signer, sign
from smart_metering.identifiers import Eui, RequestId
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smart_metering.response_codes import ResponseCode
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.rpc.v1 import receive_response_pb2 as receiving
from smart_metering.rpc.v1.receive_response_pb2_grpc import ReceiveResponseStub
from smart_metering.service_requests import service_reference_of
from tests.dsp.rpc.loopback import PATIENCE_SECONDS, Dcc, as_user, running
from tests.support.dsp_premises import ESME, SUPPLIER
from tests.support.hand_made_device import SEED

PATHS = {
    Service.TRANSFORM: "/api/v1/serviceT",
    Service.SEND_COMMAND: "/api/v1/serviceS",
    Service.NON_DEVICE: "/api/v1/serviceD",
}


def xml_signer(
    party: Eui,
    usage: KeyUsage = KeyUsage.XML_SIGNING,
    seed: bytes = SEED,
    role: OrganisationRole = OrganisationRole.SUPPLIER,
) -> Signer:
    """With the key that the seed gives the party."""
    credential = DevelopmentPki(seed).organisation(party, role)[usage]
    return Signer(private_key=credential.private_key, serial_number=serial_number_of(credential.certificate))


def signed_text(text: str, signer: Signer) -> bytes:
    """A document as it is written, with a Signature."""
    root = read_tree(text.encode())
    sign(root, signer)
    return etree.tostring(root)


@dataclass
class DuisDcc:
    """The HTTP door of a DSP, with a User's keys; `dcc` are its gRPC doors."""

    dcc: Dcc
    http: httpx.AsyncClient
    counter: int = 1_000

    def __post_init__(self) -> None:
        self.receiving = ReceiveResponseStub(self.dcc.channel)

    def request(
        self,
        srv: str,
        body: Body,
        variant: CommandVariant = CommandVariant.SEND,
        *,
        target: Eui = ESME,
        by: Eui = SUPPLIER,
    ) -> ServiceRequest:
        """Under a RequestID that was not used before."""
        self.counter += 1
        return ServiceRequest(
            request_id=RequestId(by, target, self.counter),
            command_variant=variant,
            service_reference=service_reference_of(srv),
            service_reference_variant=srv,
            body=body,
        )

    def read_version(self, device: Eui = ESME, by: Eui = SUPPLIER) -> ServiceRequest:
        """11.2."""
        return self.request("11.2", ReadFirmwareVersion(), target=device, by=by)

    async def load_party(self, eui: Eui, digital_signing_certificate: bytes) -> None:
        """One that is an import supplier."""
        party = administration_pb2.Party(
            eui=eui, roles=["IS"], digital_signing_certificate=digital_signing_certificate
        )
        batch = administration_pb2.InventoryBatch(parties=[party])
        await self.dcc.administration.Load(iter([batch]), timeout=PATIENCE_SECONDS)

    async def post(self, octets: bytes, service: Service = Service.SEND_COMMAND) -> httpx.Response:
        """As it is."""
        headers = {"content-type": "application/xml"}
        return await self.http.post(PATHS[service], content=octets, headers=headers)

    async def send(self, request: ServiceRequest, service: Service | None = None) -> ServiceResponse:
        """Signed by its originator, to the service of its Command Variant or to another; the answer, read."""
        signed = write_request(request, signer=xml_signer(request.request_id.originator))
        response = await self.post(signed, service or service_of(request.command_variant))
        assert (response.status_code, response.headers["content-type"]) == (200, "application/xml")
        answer = read_response(response.content)
        assert isinstance(answer, ServiceResponse), answer
        return answer

    async def code(self, request: ServiceRequest, service: Service | None = None) -> ResponseCode | None:
        """The response code alone."""
        return (await self.send(request, service)).response_code

    async def push_to(
        self, url: str, user: Eui = SUPPLIER, *, from_now: bool = False
    ) -> receiving.ReceiveResponseState:
        """Sets the address of a User."""
        address = receiving.ReceiveResponseAddress(url=url, from_now=from_now)
        return await self.receiving.SetAddress(address, metadata=as_user(user), timeout=PATIENCE_SECONDS)

    async def state(self, user: Eui = SUPPLIER) -> receiving.ReceiveResponseState:
        """How far the push is."""
        ask = receiving.GetReceiveResponseStateRequest()
        return await self.receiving.GetState(ask, metadata=as_user(user), timeout=PATIENCE_SECONDS)

    async def parked(self, user: Eui = SUPPLIER) -> list[receiving.ParkedMessage]:
        """What is parked of a User's."""
        ask = receiving.ListParkedRequest()
        listed = self.receiving.ListParked(ask, metadata=as_user(user), timeout=PATIENCE_SECONDS)
        return [it async for it in listed]


AT_ONCE = DuisSettings(listen="127.0.0.1:0", response_delay=0, first_wait=0.02, longest_wait=0.1)


@asynccontextmanager
async def duis_dsp(state: Path, duis: DuisSettings = AT_ONCE, *, load: bool = True) -> AsyncIterator[DuisDcc]:
    """A DSP on this state, with its premises unless not `load`; without a word it pushes at once."""
    async with running(state, duis=duis) as dcc:
        if load:
            await dcc.load_premises()
        async with httpx.AsyncClient(base_url=f"http://{dcc.dsp.duis_address}", timeout=30) as http:
            yield DuisDcc(dcc, http)
