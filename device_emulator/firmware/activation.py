"""Two ways to new firmware: staged on receipt and activated later, or only registered and done at once at 11.3."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Protocol

from device_emulator.firmware.images import Image
from device_emulator.firmware.slots import PendingImage, Slots, swap
from device_emulator.firmware.verification import Moment, Verifier
from smart_metering.gbcs.activate_firmware import ActivationCode
from smart_metering.instants import Instant
from smart_metering.records import changed


@dataclass(frozen=True, slots=True)
class Activated:
    """What an attempt to activate left behind; `fault` says more of an ACTIVATION_FAILURE."""

    slots: Slots
    code: ActivationCode
    fault: str | None = None


class Activation(Protocol):
    """How a Device takes an image, and how it comes to run it."""

    def take_image(self, slots: Slots, image: Image, verifier: Verifier) -> tuple[Slots, str | None]:
        """The slots once the image is there whole, and what is wrong with it, if that is found now."""
        ...

    def activate(
        self, slots: Slots, manufacturer_image_hash: bytes, verifier: Verifier, now: Instant
    ) -> Activated:
        """Runs the pending image if it has this hash and can run here."""
        ...


class TwoStepActivation:
    """SMETS2: 11.1 stages a verified image, 11.3 swaps it in."""

    def take_image(self, slots: Slots, image: Image, verifier: Verifier) -> tuple[Slots, str | None]:
        """An image that fails is discarded, and so is the one that it was written over."""
        fault = verifier.fault(image, slots, {Moment.RECEIPT})
        return _stage(slots, None if fault else image), fault

    def activate(
        self, slots: Slots, manufacturer_image_hash: bytes, verifier: Verifier, now: Instant
    ) -> Activated:
        """What was verified on receipt is not verified again."""
        return _activate(slots, manufacturer_image_hash, verifier, now, {Moment.ACTIVATION})


class OneStepActivation:
    """SMETS1: 11.1 only registers the image, 11.3 verifies and installs it."""

    def take_image(self, slots: Slots, image: Image, verifier: Verifier) -> tuple[Slots, str | None]:
        """Nothing is looked at yet."""
        return _stage(slots, image), None

    def activate(
        self, slots: Slots, manufacturer_image_hash: bytes, verifier: Verifier, now: Instant
    ) -> Activated:
        """All is verified now."""
        return _activate(slots, manufacturer_image_hash, verifier, now, {Moment.RECEIPT, Moment.ACTIVATION})


def _stage(slots: Slots, image: Image | None) -> Slots:
    if image is None:
        return changed(slots, pending=None)
    pending = PendingImage(
        firmware_file=image.sha256,
        version=image.version,
        manufacturer_image_hash=image.manufacturer_image_hash,
    )
    return changed(slots, pending=pending)


def _activate(
    slots: Slots,
    manufacturer_image_hash: bytes,
    verifier: Verifier,
    now: Instant,
    moments: Container[Moment],
) -> Activated:
    """GBCS CS06: no image, hash, then whatever else forbids it. An image that cannot run stays pending."""
    pending = slots.pending
    if pending is None:
        return Activated(slots, ActivationCode.NO_IMAGE_HELD)
    if pending.manufacturer_image_hash != manufacturer_image_hash:
        return Activated(slots, ActivationCode.HASH_MISMATCH)
    image = verifier.images[pending.firmware_file]
    fault = verifier.fault(image, slots, moments)
    if fault is not None:
        return Activated(slots, ActivationCode.ACTIVATION_FAILURE, fault)
    resulting_variant = image.manifest.resulting_variant if image.manifest else None
    return Activated(swap(slots, pending.version, resulting_variant, now), ActivationCode.SUCCESS)
