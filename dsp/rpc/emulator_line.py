"""A line to the control service of an emulator, to look inside its Devices and set faults; they share the contract.

An address `@FILE` is read out of the file whenever the line is used: an emulator that starts after the DSP, or again on
another port, writes there where it listens.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
from grpc import aio

from dsp.runtime.emulator_faults import FaultRefused
from dsp.runtime.emulator_view import MOST_FATES, EmulatorSilent
from smart_metering.administration import DeviceInside, Fate, FaultRule
from smart_metering.identifiers import Eui
from smart_metering.rpc.access import Access, open_channel
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from smart_metering.wire.conversion import from_message, to_message

if TYPE_CHECKING:
    from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlAsyncStub

CALL_SECONDS = 2.0
IN_FILE = "@"
OPTIONS = (("grpc.use_local_subchannel_pool", 1),)  # a new line tries for itself, whatever befell another


class EmulatorLine:
    """Opened by the first question. Made where an event loop runs."""

    def __init__(self, where: str, access: Access | None = None) -> None:
        self._where = where
        self._access = access
        self._address = ""
        self._channel: aio.Channel | None = None

    async def inspect(self, device_id: Eui) -> DeviceInside | None:
        """Raises EmulatorSilent."""
        stub = await self._stub()
        try:
            answer = await stub.InspectDevice(
                pb2.InspectDeviceRequest(device_id=device_id), timeout=CALL_SECONDS
            )
        except aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise self._silent(error) from None
        return from_message(answer, DeviceInside)

    async def fates(self, device_id: Eui) -> list[Fate]:
        """Raises EmulatorSilent."""
        stub = await self._stub()
        try:
            page = await stub.ListFates(
                pb2.ListFatesRequest(device_id=device_id, page_size=MOST_FATES), timeout=CALL_SECONDS
            )
        except aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return []
            raise self._silent(error) from None
        return [from_message(fate, Fate) for fate in page.fates]

    async def faults(self) -> list[FaultRule]:
        """Raises EmulatorSilent."""
        stub = await self._stub()
        try:
            answer = await stub.ListFaults(pb2.ListFaultsRequest(), timeout=CALL_SECONDS)
        except aio.AioRpcError as error:
            raise self._silent(error) from None
        return [from_message(rule, FaultRule) for rule in answer.rules]

    async def set_fault(self, rule: FaultRule) -> None:
        """Raises EmulatorSilent and FaultRefused."""
        stub = await self._stub()
        rules = pb2.FaultRules(rules=[to_message(rule, pb2.FaultRule)])
        try:
            await stub.SetFaults(rules, timeout=CALL_SECONDS)
        except aio.AioRpcError as error:
            raise self._refused(error) from None

    async def clear_faults(self, names: Sequence[str]) -> None:
        """Raises EmulatorSilent and FaultRefused."""
        stub = await self._stub()
        try:
            await stub.ClearFaults(pb2.ClearFaultsRequest(names=names), timeout=CALL_SECONDS)
        except aio.AioRpcError as error:
            raise self._refused(error) from None

    async def close(self) -> None:
        """Breaks off what is still asked."""
        if self._channel is not None:
            await self._channel.close()

    async def _stub(self) -> "EmulatorControlAsyncStub":
        address = await self._found_address()
        if self._channel is None or address != self._address:
            await self.close()
            self._address = address
            self._channel = open_channel(address, OPTIONS, self._access)
        return EmulatorControlStub(self._channel)

    async def _found_address(self) -> str:
        if not self._where.startswith(IN_FILE):
            return self._where
        file = Path(self._where.removeprefix(IN_FILE))
        try:
            address = (await asyncio.to_thread(file.read_text, "ascii")).strip()
        except (OSError, UnicodeDecodeError):
            raise EmulatorSilent("no emulator has said yet where it listens") from None
        if not address:
            raise EmulatorSilent("no emulator has said yet where it listens")
        return address

    def _refused(self, error: aio.AioRpcError) -> EmulatorSilent | FaultRefused:
        if error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
            return FaultRefused(error.details() or error.code().name)
        return self._silent(error)

    def _silent(self, error: aio.AioRpcError) -> EmulatorSilent:
        return EmulatorSilent(f"the emulator at {self._address} does not answer ({error.code().name})")
