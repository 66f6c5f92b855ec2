"""What a Device checks of an image, and when: rows, in the order of checking; the first that fails is the fault."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from device_emulator.firmware.images import FirmwareImages, Image
from device_emulator.firmware.slots import Slots
from smart_metering.device_types import DeviceType
from smart_metering.marks import Mark


class Moment(Enum):
    """When a Device with two steps finds a fault; one with one step finds all at activation."""

    RECEIPT = "receipt"
    ACTIVATION = "activation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """What a Device brings to the check of an image: the key of its supplier, `signer` its name. Without a key no
    signature can be verified."""

    images: FirmwareImages
    device_type: DeviceType
    signature_required: bool
    signer: str
    digital_signing: EllipticCurvePublicKey | None

    def fault(self, image: Image, slots: Slots, moments: Container[Moment]) -> str | None:
        """What is wrong with the image, as far as it is looked at in these moments; None: nothing."""
        for check in CHECKS:
            if check.moment in moments and not check.holds(self, image, slots):
                return check.fault
        return None


@dataclass(frozen=True, slots=True)
class Check:
    """`fault` is what the log says when `holds` does not."""

    fault: str
    holds: Callable[[Verifier, Image, Slots], bool]
    moment: Moment
    source: str
    mark: Mark


def signature_is_the_suppliers(verifier: Verifier, image: Image, _slots: Slots) -> bool:
    """The supplier that the Device knows signed it; a PPMID asks for no signature."""
    if not verifier.signature_required:
        return True
    if verifier.digital_signing is None:
        return False
    return verifier.images.signed_by(image, verifier.signer, verifier.digital_signing)


def is_for_the_device_type(verifier: Verifier, image: Image, _slots: Slots) -> bool:
    """A foreign image does not say for which Device Type it is."""
    return image.manifest is None or image.manifest.device_type is verifier.device_type


def permits_the_true_variant(_verifier: Verifier, image: Image, slots: Slots) -> bool:
    """The variant that the Device is, whatever the SMI thinks it is."""
    return image.manifest is None or image.manifest.permits_variant(slots.esme_variant)


def permits_the_change(_verifier: Verifier, image: Image, slots: Slots) -> bool:
    """Going back is permitted unless the manifest names a lowest version."""
    return image.manifest is None or image.manifest.permits_change(slots.running, image.version)


CHECKS = (
    # fault, what must hold, when it is looked at, source, mark
    Check(
        "the signature is not the supplier's",
        signature_is_the_suppliers, Moment.RECEIPT, "GBCS 11.2", Mark.LIKELY,
    ),
    Check(
        "the image is for another Device Type",
        is_for_the_device_type, Moment.RECEIPT, "chosen here", Mark.CHOICE,
    ),
    Check(
        "the image is for other ESME Variants",
        permits_the_true_variant, Moment.ACTIVATION, "SECMP0125 report; moment chosen here", Mark.CHOICE,
    ),
    Check(
        "the image forbids to change to it",
        permits_the_change, Moment.ACTIVATION, "chosen here", Mark.CHOICE,
    ),
)  # fmt: skip
