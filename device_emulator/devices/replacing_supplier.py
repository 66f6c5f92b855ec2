"""Update Security Credentials, Change of Supplier (SR 6.23): by CS02b a Device takes another supplier's credentials.

At once, or at a date; a dated Command takes the place of one that waits, or cancels it. What is wrong with the
certificates is told at once, and nothing is replaced. Nobody checks who issued them: the path is not walked.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from device_emulator.devices import decoded_content
from device_emulator.devices.credentials import keys_of
from device_emulator.devices.profile import Answer, DeviceProfile, Handled, Hearing
from device_emulator.devices.state import DeviceState, ScheduledReplacement, SupplierCredentials, lived
from device_emulator.devices.surroundings import HeldCredentials, KnownParty, Surroundings
from smart_metering.errors import DecodeError
from smart_metering.gbcs.credential_outcomes import ReplacementOutcome, UpdateOutcome
from smart_metering.gbcs.security_credentials import KEY_ID_SIZE, CredentialStatus, CredentialUsage
from smart_metering.gbcs.update_security_credentials import (
    ReplacementCredentials,
    decode_update_security_credentials_command,
    encode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui, eui_from_octets
from smart_metering.instants import CANCELLATION, Instant
from smart_metering.pki.certificates import CertifiedKey, OrganisationRole, key_identifier, read_certificate
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed

_NOBODY = eui_from_octets(bytes(8))
_NO_KEY = bytes(KEY_ID_SIZE)

Certificates = Mapping[CredentialUsage, bytes]


def replace_supplier(hearing: Hearing) -> Handled:
    """Raises DecodeError if the payload cannot be read, or names another counter than the header."""
    command = hearing.command
    wanted = decode_update_security_credentials_command(command.payload)
    if wanted.originator_counter != command.counter:
        raise DecodeError(0, f"CS02b command: counter {wanted.originator_counter} is not the header's")
    if wanted.execution_time == CANCELLATION:
        return _answer(hearing, lived(hearing.state, scheduled_replacement=None), None)
    certificates = _certificates_of(wanted)
    new = _supplier_of(certificates)
    if new is None:
        floors = wanted.supplier_floor_sequence_number, wanted.top_up_floor_sequence_number
        refused = _outcome(hearing.around, command.counter, floors, certificates, None)
        return _answer(hearing, hearing.state, refused, what="the certificates are not those of a supplier")
    replacement = ScheduledReplacement(
        originator=command.originator,
        counter=command.counter,
        due=wanted.execution_time or hearing.time,
        supplier=_named(new, certificates),
        supplier_floor=wanted.supplier_floor_sequence_number,
        top_up_floor=wanted.top_up_floor_sequence_number,
    )
    taken = tuple(certificates.values())
    if wanted.execution_time is not None:
        return _answer(hearing, lived(hearing.state, scheduled_replacement=replacement), None, taken=taken)
    outcome = _success(hearing.around, replacement, new)
    return _answer(hearing, _replaced(hearing.state, replacement), outcome, taken=taken)


def carry_out_replacement(
    state: DeviceState, profile: DeviceProfile, around: Surroundings, now: Instant
) -> Handled:
    """The date of the stored Command has come."""
    replacement = state.life.scheduled_replacement
    assert replacement is not None, state
    assert profile.answering is not None, profile
    outcome = _success(around, replacement, around.credentials(replacement.supplier))
    state = lived(_replaced(state, replacement), scheduled_replacement=None)
    state, answer = profile.answering.scheduled_replacement(state, replacement, outcome, now)
    return Handled(state=state, answer=answer)


def _answer(
    hearing: Hearing,
    state: DeviceState,
    outcome: UpdateOutcome | None,
    *,
    taken: tuple[bytes, ...] = (),
    what: str | None = None,
) -> Handled:
    answer = Answer(
        payload=lambda: encode_update_security_credentials_response(outcome),
        content=lambda: decoded_content.of_replacement(outcome),
        success=outcome is None or outcome.success,
        accepted=outcome is None,
    )
    return Handled(state=state, answer=hearing.answer(answer), what=what, certificates=taken)


def _replaced(state: DeviceState, replacement: ScheduledReplacement) -> DeviceState:
    """The new supplier's counters begin at the floor; without one they go on from where they were."""
    supplier, floor = replacement.supplier, replacement.supplier_floor
    last = state.accepted_counters.get(supplier.party, 0) if floor is None else floor
    counters = {**state.accepted_counters, supplier.party: last}
    return changed(
        lived(state, supplier=changed(supplier, floor=last)),
        accepted_counters=counters,
    )


# --- certificates -------------------------------------------------------------------------------------------


def _certificates_of(wanted: ReplacementCredentials) -> Certificates:
    certificates = {
        CredentialUsage.DIGITAL_SIGNING: wanted.digital_signing,
        CredentialUsage.KEY_AGREEMENT: wanted.key_agreement,
    }
    if wanted.key_agreement_top_up is not None:
        certificates[CredentialUsage.KEY_AGREEMENT_TOP_UP] = wanted.key_agreement_top_up
    return certificates


def _supplier_of(certificates: Certificates) -> HeldCredentials | None:
    """The supplier whose certificates these are, all of them and each for its use; None: they cannot be taken."""
    try:
        read = {usage: read_certificate(certificate) for usage, certificate in certificates.items()}
    except DecodeError:
        return None
    signing = read[CredentialUsage.DIGITAL_SIGNING]
    if not all(_serves(certified, usage, signing.entity) for usage, certified in read.items()):
        return None
    top_up = read.get(CredentialUsage.KEY_AGREEMENT_TOP_UP)
    return HeldCredentials(
        party=signing.entity,
        digital_signing=signing.public_key,
        key_agreement=read[CredentialUsage.KEY_AGREEMENT].public_key,
        key_agreement_top_up=top_up.public_key if top_up else None,
    )


def _serves(certified: CertifiedKey, usage: CredentialUsage, party: Eui) -> bool:
    signs = usage is CredentialUsage.DIGITAL_SIGNING
    return (
        certified.entity == party
        and certified.organisation_role == OrganisationRole.SUPPLIER
        and (certified.usage is KeyUsage.DIGITAL_SIGNING) == signs
    )


def _named(supplier: HeldCredentials, certificates: Certificates) -> SupplierCredentials:
    names = {usage: sha256(certificate).hexdigest() for usage, certificate in certificates.items()}
    return SupplierCredentials(
        party=supplier.party,
        digital_signing=names[CredentialUsage.DIGITAL_SIGNING],
        key_agreement=names[CredentialUsage.KEY_AGREEMENT],
        key_agreement_top_up=names.get(CredentialUsage.KEY_AGREEMENT_TOP_UP, ""),
    )


# --- outcomes -----------------------------------------------------------------------------------------------


def _success(around: Surroundings, replacement: ScheduledReplacement, new: HeldCredentials) -> UpdateOutcome:
    floors = replacement.supplier_floor, replacement.top_up_floor
    return _outcome(around, replacement.counter, floors, keys_of(new), new)


def _outcome(
    around: Surroundings,
    counter: int,
    floors: tuple[int | None, int | None],
    usages: Iterable[CredentialUsage],
    new: HeldCredentials | None,
) -> UpdateOutcome:
    """Without a new supplier nothing was replaced: whose the credentials are is whose they were."""
    existing = around.held(KnownParty.SUPPLIER)
    replacements = []
    for usage in usages:
        (existing_party, existing_key_id) = _holder(existing, usage)
        (new_party, new_key_id) = _holder(new or existing, usage)
        replacements.append(
            ReplacementOutcome(
                usage=usage,
                status=CredentialStatus.SUCCESS if new else CredentialStatus.BAD_CERTIFICATE,
                existing_party=existing_party,
                existing_key_id=existing_key_id,
                new_party=new_party,
                new_key_id=new_key_id,
            )
        )
    return UpdateOutcome(
        originator_counter=counter,
        supplier_floor_sequence_number=floors[0],
        top_up_floor_sequence_number=floors[1],
        replacements=tuple(replacements),
    )


def _holder(held: HeldCredentials | None, usage: CredentialUsage) -> tuple[Eui, bytes]:
    """Zeros where nobody holds a credential (chosen here)."""
    key = keys_of(held).get(usage) if held else None
    if held is None or key is None:
        return _NOBODY, _NO_KEY
    return held.party, key_identifier(key)
