"""The keys of a state folder as a client of DUIS needs them: who signs a request, who signed an answer, what it says.

A party signs XML with its key for XML; one that has none, with its DS key, as DCC's own tool does for some of DCC's
test organisations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from smart_metering.duis.service_responses import DccAlert, Message
from smart_metering.duis_xml.signature import Signer, SigningCertificate, certificates_by_serial
from smart_metering.errors import DecodeError
from smart_metering.identifiers import Eui
from smart_metering.pki.key_folders import (
    KeyFolderError,
    read_certificate_file,
    read_certificates,
    read_private_key,
)
from smart_metering.pki.keys import KeyUsage
from smart_metering.pki.serial_numbers import serial_number_of
from smets.client.opening import Opener
from smets.client.outcomes import Outcome, outcome_of
from smets.client.user_keys import Repository, read_user_keys
from smets.client.verification import Verified, Verifier
from smets.duis.faults import MissingKey
from smets.local_system.state_folder import StateFolder

NO_KEYS = Verified(None, "no keys of the addressee are at hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who vouches for what a Device says in a message, and what it says; None: no Device says anything."""

    verified: Verified
    outcome: Outcome | None


class KeyRing:
    """Reads when it is asked, and each thing once. All raise MissingKey."""

    def __init__(self, state: Path) -> None:
        self._folder = StateFolder(state)
        self._readers: dict[Eui, tuple[Verifier, Opener] | None] = {}

    def signer(self, party: Eui) -> Signer:
        """Who signs XML in the name of a party."""
        folder = self._folder.party(party)
        for usage in (KeyUsage.XML_SIGNING, KeyUsage.DIGITAL_SIGNING):
            try:
                private_key = read_private_key(folder, party, usage)
            except KeyFolderError as error:
                if error.path.exists() or usage is KeyUsage.DIGITAL_SIGNING:
                    raise MissingKey(f"no key to sign with as {party}: {error}") from None
                continue
            return Signer(private_key=private_key, serial_number=self._serial_number(party, usage))
        raise AssertionError("the last usage is had or raises")

    def digital_signing(self, party: Eui) -> EllipticCurvePrivateKey:
        """The key that signs Pre-Commands."""
        try:
            return read_private_key(self._folder.party(party), party, KeyUsage.DIGITAL_SIGNING)
        except KeyFolderError as error:
            raise MissingKey(f"no key to sign a Pre-Command with as {party}: {error}") from None

    def find(self, serial_number: int) -> SigningCertificate | None:
        """A certificate that may sign XML."""
        return self._certificates.get(serial_number)

    def read(self, user: Eui, message: Message) -> Reading:
        """A message to this User with what the User's own keys tell of it."""
        if user not in self._readers:
            self._readers[user] = self._reader(user)
        reader = self._readers[user]
        verifier, opener = reader if reader is not None else (None, Opener())
        outcome = None if isinstance(message, DccAlert) else outcome_of(message, opener)
        if verifier is not None:
            return Reading(verified=verifier.verify(message), outcome=outcome)
        return Reading(verified=NO_KEYS, outcome=outcome)

    def is_party(self, party: Eui) -> bool:
        """Whether the folder has keys of this party."""
        return self._folder.party(party).is_dir()

    @cached_property
    def _certificates(self) -> Mapping[int, SigningCertificate]:
        try:
            return certificates_by_serial(read_certificates(self._folder.certificates).values())
        except KeyFolderError as error:
            raise MissingKey(f"no certificates to verify by: {error}") from None

    def _serial_number(self, party: Eui, usage: KeyUsage) -> int:
        try:
            return serial_number_of(read_certificate_file(self._folder.certificates, party, usage))
        except (KeyFolderError, DecodeError) as error:
            raise MissingKey(f"no certificate to sign with as {party}: {error}") from None

    def _reader(self, user: Eui) -> tuple[Verifier, Opener] | None:
        try:
            keys = read_user_keys(self._folder.party(user), user)
        except KeyFolderError:
            return None
        verifier = Verifier(user, keys, Repository(self._folder.certificates, self._folder.seed))
        return verifier, Opener(user, verifier.secrets)
