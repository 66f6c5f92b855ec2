"""Firmware on its way: from the DSP to the hub, over the HAN to each Device, and what the Device makes of it."""

from device_emulator.core import power
from device_emulator.core.effects import FileWanted, Offered, OfferEnded
from device_emulator.core.external import is_external
from device_emulator.core.external_records import HanOffer, TransferEnded
from device_emulator.core.fleet import Place
from device_emulator.core.parties import supplier_of
from device_emulator.core.saying import say
from device_emulator.core.state import HubDistribution, Transfer, distribution_key
from device_emulator.core.transfers import carry_over, duration, rest
from device_emulator.core.turn import Turn, has_joined
from device_emulator.devices.activating import attempt
from device_emulator.devices.alerts import firmware_receipt, firmware_transfer, ppmid_activation
from device_emulator.firmware.images import Image
from smart_metering.gbcs.firmware_alerts import FirmwareTransferCode
from smart_metering.identifiers import Eui
from smart_metering.records import changed
from smart_metering.sm_wan import FirmwareAtHub, FirmwareForDevices


def begin(turn: Turn, comms_hub: Eui, wanted: FirmwareForDevices) -> None:
    """The DSP hands a file to the hub. A request that the hub knows is not begun again."""
    distribution = HubDistribution(
        request_id=wanted.request_id,
        comms_hub=comms_hub,
        firmware_file=wanted.firmware_file,
        devices=wanted.devices,
    )
    known = turn.state.distributions.get(distribution_key(distribution))
    if known is not None and known.at_hub:
        turn.send(comms_hub, comms_hub, FirmwareAtHub(request_id=wanted.request_id, success=True))
        return
    turn.state.distributions.put(distribution)
    fetch(turn, distribution)


def fetch(turn: Turn, distribution: HubDistribution) -> None:
    """The hub takes the file from the DSP, or asks for it."""
    if distribution.firmware_file in turn.images:
        file_at_hub(turn, distribution)
    else:
        turn.effects.append(FileWanted(firmware_file=distribution.firmware_file))


def file_at_hub(turn: Turn, distribution: HubDistribution) -> None:
    """The hub holds the file whole: it tells the DSP, and turns to the Devices. Without power it takes nothing."""
    turn.cause = distribution.request_id
    if not turn.has_power(distribution.comms_hub):
        return
    turn.state.distributions.put(changed(distribution, devices=(), at_hub=True))
    comms_hub = distribution.comms_hub
    turn.send(comms_hub, comms_hub, FirmwareAtHub(request_id=distribution.request_id, success=True))
    image = turn.images[distribution.firmware_file]
    for device_id in distribution.devices:
        place = turn.fleet.find(device_id)
        if place is None or place.comms_hub != comms_hub:
            turn.observe(device_id, f"no firmware: not on the HAN of {comms_hub}")
        elif not has_joined(place, turn.device(place)):
            _fail(turn, place, image)
        elif place.profile.activation is None:
            turn.observe(device_id, f"no firmware: a {place.template.device_type} takes none")
        elif not place.profile.image_over_han:
            _take_image(turn, place, image)
        else:
            _offer(turn, place, image)


def file_failed(turn: Turn, distribution: HubDistribution) -> None:
    """The hub could not get the file, or cannot read it. The DSP may send the request again."""
    if not turn.has_power(distribution.comms_hub):
        return
    turn.state.distributions.remove(distribution_key(distribution))
    content = FirmwareAtHub(request_id=distribution.request_id, success=False)
    turn.send(distribution.comms_hub, distribution.comms_hub, content)


def finish(turn: Turn, place: Place, transfer: Transfer) -> None:
    """The Device has the whole file: it verifies it, and whoever tells of it tells."""
    turn.state.transfers.remove(transfer.device)
    image = turn.images[transfer.firmware_file]
    if not has_joined(place, turn.device(place)):
        _fail(turn, place, image)
        return
    fault = _take_image(turn, place, image)
    if place.profile.transfer_reported:
        _report(
            turn,
            place,
            image,
            FirmwareTransferCode.IMAGE_DISCARDED if fault else FirmwareTransferCode.FILE_TRANSFER_SUCCESS,
        )
    supplier = supplier_of(place, turn.device(place))
    if place.profile.receipt is not None and supplier is not None:
        device, alert = firmware_receipt(
            turn.device(place),
            supplier,
            place.profile.receipt,
            image.manufacturer_image_hash,
            verified=fault is None,
            now=turn.now,
        )
        turn.keep(device)
        say(turn, place, alert)
    if place.profile.activates_by_itself and fault is None:
        _activate(turn, place, image)


def finish_outside(turn: Turn, place: Place, ended: TransferEnded) -> None:
    """A Device outside says what became of the file it was offered; what it makes of it, it tells itself."""
    offer = turn.state.han_offers.get(ended.device)
    if offer is None or offer.firmware_file != ended.firmware_file:
        turn.observe(place.device_id, "external: the end of a transfer that nobody offered")
        if offer is None:  # An offer of former days may still be retained somewhere.
            turn.effects.append(OfferEnded(comms_hub=place.comms_hub, device=place.device_id))
        return
    turn.state.han_offers.remove(ended.device)
    turn.effects.append(OfferEnded(comms_hub=place.comms_hub, device=place.device_id))
    if place.profile.transfer_reported:
        _report(turn, place, turn.images[offer.firmware_file], ended.code)


def go_on(turn: Turn, place: Place) -> None:
    """The power is back: if hub and Device have it, the transfer goes on where it rests."""
    transfer = turn.state.transfers.get(place.device_id)
    if transfer is None or transfer.remaining_ms is None or not _has_power(turn, place):
        return
    image = turn.images[transfer.firmware_file]
    if transfer.remaining_ms == duration(image):
        turn.state.transfers.remove(place.device_id)
        _offer(turn, place, image)  # It had not begun: the Device has not asked for the file yet.
    else:
        carry_over(turn, place, image, transfer.remaining_ms)


def _offer(turn: Turn, place: Place, image: Image) -> None:
    """A Device asks for the file by its maker and its hardware; a newer file takes the place of one on its way.

    One without power asks when it has power again.
    """
    if not _has_power(turn, place):
        carry_over(turn, place, image, duration(image))
        rest(turn, place.device_id)
        return
    refusal = _refusal(place, image)
    if refusal is not None:
        turn.observe(place.device_id, f"no transfer: {refusal.name.lower()}")
        _report(turn, place, image, refusal)
        return
    if is_external(turn.state, place):
        _offer_outside(turn, place, image)
    else:
        carry_over(turn, place, image, duration(image))


def _has_power(turn: Turn, place: Place) -> bool:
    return turn.has_power(place.device_id) and turn.has_power(place.comms_hub)


def _offer_outside(turn: Turn, place: Place, image: Image) -> None:
    """The Device outside fetches the file whenever it likes: nothing of that is played."""
    offer = HanOffer(
        comms_hub=place.comms_hub,
        device=place.device_id,
        firmware_file=image.sha256,
        firmware_version=image.version,
        size=image.size,
    )
    turn.state.han_offers.put(offer)
    turn.effects.append(Offered(offer=offer))


def _fail(turn: Turn, place: Place, image: Image) -> None:
    """What is not on the HAN cannot be given a file; of some Devices the ACB learns that."""
    turn.observe(place.device_id, f"no firmware: not on the HAN of {place.comms_hub}")
    if place.profile.transfer_reported:
        _report(turn, place, image, FirmwareTransferCode.FILE_TRANSFER_FAILURE)


def _refusal(place: Place, image: Image) -> FirmwareTransferCode | None:
    """DeviceManufacturer is the manufacturer code, the last four digits of DeviceModel the hardware version."""
    header = image.file.header
    if header.manufacturer != place.template.device_manufacturer.upper():
        return FirmwareTransferCode.IMAGE_DISCARDED
    try:
        hardware_version = int(place.template.device_model[-4:], 16)
    except ValueError:
        return FirmwareTransferCode.HARDWARE_VERSION_MISMATCH
    if header.permits_hardware(hardware_version):
        return None
    return FirmwareTransferCode.HARDWARE_VERSION_MISMATCH


def _take_image(turn: Turn, place: Place, image: Image) -> str | None:
    """The Device's own part: it stages or registers the image, or finds a fault."""
    assert place.profile.activation is not None, place
    device = turn.device(place)
    slots, fault = place.profile.activation.take_image(device.slots, image, turn.verifier(place))
    turn.keep(changed(device, slots=slots))
    if fault is not None:
        turn.observe(place.device_id, f"image refused: {fault}")
    return fault


def _report(turn: Turn, place: Place, image: Image, code: FirmwareTransferCode) -> None:
    """CCS08, from the hub to the ACB."""
    hub = turn.fleet.find(place.comms_hub)
    assert hub is not None, place
    state, alert = firmware_transfer(
        turn.device(hub), turn.keys.acb, place.device_id, image.version, code, turn.now
    )
    turn.keep(state)
    say(turn, hub, alert)


def _activate(turn: Turn, place: Place, image: Image) -> None:
    """A PPMID runs its image by itself, and tells the ACB by CS09."""
    outcome, device, fault = attempt(
        turn.device(place), place.profile, image.manufacturer_image_hash, turn.verifier(place), turn.now
    )
    if fault is not None:
        turn.observe(place.device_id, fault)
    if outcome is None:
        turn.keep(device)
        power.cut(turn, place)
        return
    device, alert = ppmid_activation(device, turn.keys.acb, outcome.code, turn.now)
    turn.keep(device)
    say(turn, place, alert)
