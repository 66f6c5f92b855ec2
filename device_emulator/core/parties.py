"""The parties that one Device knows, and their keys: as its template says, or as it has taken others since."""

from device_emulator.core.fleet import Place
from device_emulator.core.keys import KeyName, Keys
from device_emulator.devices.state import DeviceState, SupplierCredentials
from device_emulator.devices.surroundings import HeldCredentials, KnownParty
from smart_metering.identifiers import Eui


def party_at(known: KnownParty, place: Place, device: DeviceState, keys: Keys) -> Eui | None:
    """The party in one of the places that a Device has for credentials."""
    match known:
        case KnownParty.SUPPLIER:
            return supplier_of(place, device)
        case KnownParty.NETWORK_OPERATOR:
            return place.template.network_operator
        case KnownParty.ACB:
            return keys.acb
        case KnownParty.CHANGE_OF_SUPPLIER:
            return keys.change_of_supplier


def supplier_of(place: Place, device: DeviceState) -> Eui | None:
    """The supplier whose Commands the Device hears, and who learns of what befalls it."""
    taken = device.life.supplier
    return place.template.supplier if taken is None else taken.party


def agreement_key_name(party: Eui, device: DeviceState) -> KeyName:
    """The key agreement key by which this Device knows a party."""
    taken = device.life.supplier
    return taken.key_agreement if taken is not None and taken.party == party else party


def signing_key_name(party: Eui, device: DeviceState) -> KeyName:
    """The digital signing key by which this Device knows a party."""
    taken = device.life.supplier
    return taken.digital_signing if taken is not None and taken.party == party else party


def held(known: KnownParty, place: Place, device: DeviceState, keys: Keys) -> HeldCredentials | None:
    """The credentials in one of these places; None: nobody's, or of a party whose keys are not here."""
    taken = device.life.supplier
    if known is KnownParty.SUPPLIER and taken is not None:
        return taken_credentials(taken, keys)
    party = party_at(known, place, device, keys)
    if party is None or party not in keys.parties:
        return None
    given = keys.parties[party]
    return HeldCredentials(
        party=party,
        digital_signing=given.digital_signing,
        key_agreement=given.key_agreement,
        key_agreement_top_up=given.key_agreement_top_up,
    )


def taken_credentials(taken: SupplierCredentials, keys: Keys) -> HeldCredentials:
    """The keys of a supplier that took another's place."""
    top_up = taken.key_agreement_top_up
    return HeldCredentials(
        party=taken.party,
        digital_signing=keys.certified(taken.digital_signing),
        key_agreement=keys.certified(taken.key_agreement),
        key_agreement_top_up=keys.certified(top_up) if top_up else None,
        floor=taken.floor,
    )
