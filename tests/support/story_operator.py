"""What the DCC's own people do in stories, and what they are answered."""

from dsp.core.effects import Refusal, Reply
from dsp.core.inputs import DeviceCorrected, RecoveryChanged
from smart_metering.administration import DeviceCorrection, RecoveryChange
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import Eui
from tests.support.story_words import Words


def correction(words: Words, device: Eui) -> DeviceCorrected:
    """`correct TYPE model=... manufacturer=... reason=...`."""
    return DeviceCorrected(
        correction=DeviceCorrection(
            device_id=device,
            device_manufacturer=words.named.get("manufacturer", ""),
            device_model=words.named.get("model", ""),
            reason=words.named.get("reason", ""),
        )
    )


def recovery(words: Words, device: Eui) -> RecoveryChanged:
    """`recovery EVENT`."""
    change = RecoveryChange(device_id=device, event=words.plain[0], reason="a compromise")
    return RecoveryChanged(change=change)


def answered(reply: Reply | None) -> str:
    """The Device as it is shown to them, or why they are refused."""
    if isinstance(reply, Refusal):
        return f"refused, {'; '.join(reply.faults)}"
    assert isinstance(reply, InventoryDevice), reply
    return f"{reply.device_type} of {reply.device_manufacturer} {reply.device_model} is {reply.device_status}"
