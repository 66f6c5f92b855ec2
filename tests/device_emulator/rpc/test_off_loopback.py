"""Fleet control off loopback: over TLS, for the operator alone; and the way to a DSP that asks for the same."""

from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc import aio

from device_emulator.bootstrap import DeviceEmulator, EmulatorSettings
from operations.server_process import Operating
from smart_metering.rpc.access import Access, AccessError, AccessFiles, open_channel
from smart_metering.rpc.listening import CannotListen
from smart_metering.rpc.v1 import emulator_control_pb2 as pb2
from smart_metering.rpc.v1.emulator_control_pb2_grpc import EmulatorControlStub
from tests.device_emulator.han_bridge.rigs import until
from tests.dsp.rpc.protected import protected, reachable
from tests.support.tls import NAME, OPERATOR_TOKEN, Authority, own_address

PATIENCE_SECONDS = 10


async def code_of(address: str, access: Access | None) -> grpc.StatusCode:
    async with open_channel(reachable(address), (), access) as channel:
        try:
            await EmulatorControlStub(channel).ListFaults(pb2.ListFaultsRequest(), timeout=PATIENCE_SECONDS)
        except aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


async def test_without_tls_it_listens_on_loopback_only(settings: EmulatorSettings) -> None:
    with pytest.raises(CannotListen, match="expected --tls-certificate FILE"):
        async with DeviceEmulator(replace(settings, listen="0.0.0.0:0")):
            pass


async def test_off_loopback_it_must_know_the_operator(settings: EmulatorSettings, tmp_path: Path) -> None:
    operating = Operating(tls=Authority(tmp_path).issue(NAME).tls)

    with pytest.raises(CannotListen, match="nobody could call there: expected --operator-token-file FILE"):
        DeviceEmulator(replace(settings, listen=f"{own_address()}:0", operating=operating))


async def test_off_loopback_the_operator_s_token_alone_opens_it(
    settings: EmulatorSettings, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    operating = Operating(tls=authority.issue(NAME).tls, operator_token=OPERATOR_TOKEN)
    access = Access(ca=authority.file.read_bytes(), name=NAME)

    async with DeviceEmulator(
        replace(settings, listen=f"{own_address()}:0", operating=operating)
    ) as emulator:
        found = [
            await code_of(emulator.address, tried)
            for tried in (
                replace(access, token=OPERATOR_TOKEN),
                replace(access, token=OPERATOR_TOKEN[:-1]),
                access,
                None,
            )
        ]

    unauthenticated = grpc.StatusCode.UNAUTHENTICATED
    assert found == [grpc.StatusCode.OK, unauthenticated, unauthenticated, grpc.StatusCode.UNAVAILABLE]


async def test_it_attaches_to_a_dsp_over_tls_as_an_operator(
    settings: EmulatorSettings, tmp_path: Path
) -> None:
    folder = tmp_path / "dsp"
    folder.mkdir()

    async with protected(folder) as doors:
        token, ca = folder / "token", folder / "ca.pem"
        token.write_text(OPERATOR_TOKEN)
        ca.write_bytes(doors.access.ca or b"")
        way = AccessFiles(ca=ca, name=NAME, token=token)
        at_dsp = replace(settings, dsp=reachable(doors.dsp.address), dsp_access=way)
        async with DeviceEmulator(at_dsp):
            await until(lambda: settings.host in doors.dsp.runtime.hosts.hubs())


async def test_files_that_cannot_be_used_are_named(settings: EmulatorSettings, tmp_path: Path) -> None:
    for way, why in (
        (AccessFiles(ca=tmp_path / "nowhere"), "nowhere"),
        (AccessFiles(token=tmp_path / "nowhere"), "expected a bearer token"),
        (AccessFiles(certificate=tmp_path / "x"), "expected a client certificate and its key together"),
    ):
        with pytest.raises(AccessError, match=why):
            DeviceEmulator(replace(settings, dsp_access=way))
