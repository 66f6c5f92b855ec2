"""Certificates as the SMKI Repository has them: of organisations and of the SMI's Devices, by owner or serial number.

A Device's certificates are those that its hub gave, else the ones that the seed derives: the same, where the emulator
has the same seed. A derived serial number ends with the Device ID, so a Device is found by it among millions without
an index; of other certificates that hubs gave there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dsp.core.state import State
from smart_metering.device_types import TYPE_2
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import CertifiedKey, device_certificate, read_certificate
from smart_metering.pki.given_keys import Use
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import device_named_by, serial_number_of

_DERIVED_REMEMBERED = 20_000  # about 1 kB each, 0.3 ms to derive
_OF_DEVICES = (KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT)
_FIRST = (
    # The first that a party has is the one in use for GBCS; SMKI tells no more apart.
    (KeyUsage.DIGITAL_SIGNING, KeyUsage.XML_SIGNING),
    (KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_KEY_AGREEMENT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certificate in use: its DER, its serial number, and what it says."""

    certificate: bytes
    serial_number: int
    says: CertifiedKey


class CertificateDesk:
    """`organisations` are certificates that are known beside those of the parties that were loaded."""

    def __init__(self, state: State, seed: bytes, organisations: Mapping[Use, bytes]) -> None:
        self._state = state
        self._organisations = organisations
        self._derive = lru_cache(_DERIVED_REMEMBERED)(
            lambda device, usage: device_certificate(seed, device, usage)
        )
        state.index_serials()

    def in_use_by(self, entity: Eui, role: int | None = None) -> list[Certified]:
        """One for digital signing and one for key agreement at most, DS first; of an organisation in this role."""
        known = {usage: _certified(octets) for usage, octets in self._held_by(entity).items()}
        if not known:
            return self._of_device(entity) if role is None else []
        if role is not None:
            known = {usage: row for usage, row in known.items() if _role_of(row) == role}
        firsts = (next((usage for usage in usages if usage in known), None) for usages in _FIRST)
        return [known[usage] for usage in firsts if usage is not None]

    def with_serial_number(self, serial_number: int) -> Certified | None:
        """Of whomever, also one that is not the first in use of its owner."""
        assert self._state.foreign_serials is not None
        foreign = self._state.foreign_serials.get(serial_number)
        for device in (device_named_by(serial_number), foreign):
            for row in self._of_device(device) if device is not None else ():
                if row.serial_number == serial_number:
                    return row
        found = (octets for entity in self._parties() for octets in self._held_by(entity).values())
        return next(
            (_certified(octets) for octets in found if serial_number_of(octets) == serial_number), None
        )

    def _of_device(self, device: Eui) -> list[Certified]:
        given = self._state.certificates.get(device)
        if given is not None:
            return [_certified(octets) for octets in (given.digital_signing, given.key_agreement)]
        known = self._state.devices.get(device)
        if known is None or known.device.device_type in TYPE_2:
            return []  # IHD and CAD take no GBCS, and have no certificates.
        return [_certified(self._derive(device, usage)) for usage in _OF_DEVICES]

    def _parties(self) -> list[Eui]:
        return list(
            dict.fromkeys((*(entity for entity, _ in self._organisations), *map(Eui, self._state.parties)))
        )

    def _held_by(self, entity: Eui) -> dict[KeyUsage, bytes]:
        """An organisation's. What was loaded of a party goes first: the DSP verifies its signatures with that."""
        found = {usage: self._organisations.get((entity, usage), b"") for usage in KeyUsage}
        party = self._state.parties.get(entity)
        if party is not None:
            found[KeyUsage.DIGITAL_SIGNING] = (
                party.digital_signing_certificate or found[KeyUsage.DIGITAL_SIGNING]
            )
            found[KeyUsage.KEY_AGREEMENT] = party.key_agreement_certificate or found[KeyUsage.KEY_AGREEMENT]
        return {usage: octets for usage, octets in found.items() if octets}


@lru_cache(1_000)
def _certified(certificate: bytes) -> Certified:
    return Certified(
        certificate=certificate,
        serial_number=serial_number_of(certificate),
        says=read_certificate(certificate),
    )


def _role_of(row: Certified) -> int | None:
    return int(row.says.organisation_role, 16) if row.says.organisation_role is not None else None
