"""A Comms Hub of its own on the SM WAN, with one ESME: python examples/real_hub.py DSP STATE_FOLDER HUB ESME."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from grpc import aio

from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.gbcs.message import decode, encode, response_to
from smart_metering.gbcs.protection import add_mac, shared_secret
from smart_metering.gbcs.read_firmware_version import encode_read_response
from smart_metering.identifiers import Eui
from smart_metering.pki import certificates, key_folders, keys
from smart_metering.rpc.v1 import sm_wan_pb2 as pb2
from smart_metering.rpc.v1.sm_wan_pb2_grpc import SmWanStub
from smart_metering.use_cases import UseCase

VERSION = FirmwareVersion("00000001")
DS, KA = keys.KeyUsage.DIGITAL_SIGNING, keys.KeyUsage.KEY_AGREEMENT


def contents(downlink: pb2.Downlink, state: Path, esme: str) -> list[pb2.Uplink]:
    """What goes up when this has come down; their numbers are given later."""
    seed = (state / "seed").read_bytes()
    if downlink.HasField("firmware_for_devices"):
        asked = downlink.firmware_for_devices.request_id
        return [pb2.Uplink(firmware_at_hub=pb2.FirmwareAtHub(request_id=asked, success=False))]
    if downlink.HasField("certificates_wanted"):
        own = {it.name.lower(): certificates.device_certificate(seed, Eui(esme), it) for it in (DS, KA)}
        return [pb2.Uplink(device_certificates=pb2.DeviceCertificates(**own))]
    receipt = pb2.Uplink(receipt=pb2.Receipt(frame=downlink.frame, delivered=downlink.device == esme))
    command = decode(downlink.gbcs)
    if downlink.device != esme or command.message_code != UseCase.ECS52:
        return [receipt]
    theirs = key_folders.read_certificate_file(state / "certificates", command.originator, KA)
    party = certificates.read_certificate(theirs).public_key
    secret = shared_secret(keys.derive_private_key(seed, Eui(esme), KA), party)
    read = encode_read_response(UseCase.ECS52, VERSION, command.counter)
    return [receipt, pb2.Uplink(gbcs=encode(add_mac(response_to(command, read), secret)))]


async def serve(dsp: str, state: Path, hub: str, esme: str) -> None:
    """One stream. Whoever must lose nothing keeps uplinks until uplinks_taken, and repeats them on the next stream."""
    up, sent, now = asyncio.Queue[pb2.FromHubs](), 0, 0
    up.put_nowait(pb2.FromHubs(attachment=pb2.Attachment(host=f"hub {hub}", comms_hubs=[hub])))

    async def frames() -> AsyncIterator[pb2.FromHubs]:
        while True:
            yield await up.get()

    async with aio.insecure_channel(dsp) as channel:
        async for down in SmWanStub(channel).Attach(frames()):
            if down.HasField("hubs_attached"):
                sent = max(sent, down.hubs_attached.uplinks_taken)  # Numbers go on from there.
            for it in down.downlinks.downlinks:
                for uplink in contents(it, state, esme):
                    sent, now = sent + 1, max(now, it.at)
                    numbered = pb2.Uplink(sequence=sent, comms_hub=hub, device=it.device, at=now)
                    numbered.MergeFrom(uplink)
                    up.put_nowait(pb2.FromHubs(uplinks=pb2.UplinkBatch(uplinks=[numbered])))
            if down.HasField("hubs_attached") or down.HasField("clock_update"):
                clock = down.clock_update if down.HasField("clock_update") else down.hubs_attached.clock
                reached = pb2.ClockReached(barrier=clock.barrier, uplinks_sent=sent)
                up.put_nowait(pb2.FromHubs(clock_reached=reached))


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
