"""Firmware files on their way in: kept in the store, then shown to the engine, which reads their headers."""

import asyncio

from dsp.core.effects import Refusal
from dsp.core.inputs import FirmwareUploaded
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.firmware_store import FirmwareStore, IncomingFile
from smart_metering.administration import FirmwareFile
from smart_metering.duis.service_requests import ServiceRequest, UpdateFirmware, UpdatePpmidFirmware
from smart_metering.ota.image import MAXIMUM_FIRMWARE_FILE_OCTETS, file_digest
from smart_metering.records import changed


class FirmwareIntake:
    """Where uploads end, and where images that come within an 11.1 or 11.4 are taken out of it."""

    def __init__(self, runtime: EngineRoom, store: FirmwareStore) -> None:
        self._runtime = runtime
        self.store = store

    def receive(self) -> IncomingFile:
        """A new file, to be filled and then given to `keep`."""
        return self.store.receive()

    async def keep(self, incoming: IncomingFile) -> FirmwareFile | Refusal:
        """Once this returns, the file is durable and 11.1 and 11.4 may name it."""
        name, octets = await asyncio.to_thread(incoming.keep)
        return await self._show(name, octets)

    async def take_out_image(self, request: ServiceRequest) -> ServiceRequest:
        """The request with its image, if it carries one, in the store and named.

        An image that is no firmware file is not kept: the engine will find the name unknown, and say so.
        """
        body = request.body
        if not isinstance(body, UpdateFirmware | UpdatePpmidFirmware) or not body.firmware_image:
            return request
        octets = body.firmware_image
        name = file_digest(octets)
        is_known = name in self._runtime.engine.state.firmware_files
        if not is_known and len(octets) <= MAXIMUM_FIRMWARE_FILE_OCTETS:
            await asyncio.to_thread(self.store.add, octets)
            await self._show(name, octets)
        return changed(request, body=changed(body, firmware_image=b"", firmware_file=name))

    async def _show(self, name: str, octets: bytes) -> FirmwareFile | Refusal:
        reply = await self._runtime.submit(FirmwareUploaded(sha256=name, octets=octets))
        assert isinstance(reply, FirmwareFile | Refusal), reply
        if isinstance(reply, Refusal):
            await asyncio.to_thread(self.store.remove, name)
        return reply
