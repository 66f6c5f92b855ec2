"""SR 6.23 and what a Device answers to it, for the tests of the DSP's core."""

from smart_metering.administration import Registration
from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import UpdateSecurityCredentialsCos
from smart_metering.duis.service_responses import (
    ServiceResponse,
)
from smart_metering.gbcs.credential_outcomes import ReplacementOutcome, UpdateOutcome
from smart_metering.gbcs.security_credentials import CredentialStatus, CredentialUsage
from smart_metering.gbcs.update_security_credentials import (
    encode_update_security_credentials_response,
)
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.user_roles import UserRole
from tests.support.device_answers import last_command, response
from tests.support.dsp_premises import (
    ESME,
    GAS_SUPPLIER,
    GPF,
    GSME,
    HCALCS,
    IMPORT_MPAN,
    MPRN,
    OTHER_SUPPLIER,
    START,
    SUPPLIER,
)
from tests.support.dsp_world import DspWorld, premises
from tests.support.hand_made_device import SEED

TAKEN_BY_6_23 = {ESME: SUPPLIER, HCALCS: SUPPLIER, GSME: GAS_SUPPLIER, GPF: GAS_SUPPLIER}
TODAY = Instant(START + 1)  # a moment after the Devices were loaded
MPXNS = {ESME: IMPORT_MPAN, HCALCS: IMPORT_MPAN, GSME: MPRN, GPF: MPRN}


def certificates(party: Eui, role: str = "02") -> dict[KeyUsage, bytes]:
    """Of the development PKI, by their use."""
    return {
        usage: known.certificate for usage, known in DevelopmentPki(SEED).organisation(party, role).items()
    }


MINE, ANOTHER_S = certificates(OTHER_SUPPLIER), certificates(SUPPLIER)
DS, KA, TOP_UP = KeyUsage.DIGITAL_SIGNING, KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_KEY_AGREEMENT


def credentials(device: Eui = ESME, **changes: object) -> UpdateSecurityCredentialsCos:
    """Of the gaining supplier, in order but for the changes."""
    body = UpdateSecurityCredentialsCos(
        supplier_floor_seq_number=1,
        digital_signing_certificate=MINE[DS],
        key_agreement_certificate=MINE[KA],
        certification_path_certificates=(MINE[DS],),
        import_mpxn=MPXNS[device],
    )
    return changed(body, **changes)


def gaining(at: Instant = TODAY) -> DspWorld:
    """OTHER_SUPPLIER is registered for electricity and gas from `at` on; the Devices hear and say nothing."""
    world = premises()
    world.load(
        registrations=[
            Registration(mpxn=mpxn, role=role, party=OTHER_SUPPLIER, effective_from=at)
            for mpxn, role in ((IMPORT_MPAN, UserRole.IS), (MPRN, UserRole.GS))
        ]
    )
    world.advance(TODAY - START)
    for device in world.devices.values():
        device.silent = True
    return world


def ask_for_change(
    world: DspWorld, body: UpdateSecurityCredentialsCos, device: Eui = ESME, *, by: Eui = OTHER_SUPPLIER
) -> ServiceResponse:
    """6.23, Command Variant 1."""
    return world.ask("6.23", body, by=by, target=device, variant=CommandVariant.SEND)


def outcome_of_change(world: DspWorld, device: Eui, status: CredentialStatus) -> UpdateOutcome:
    """What the Device says of the Command that it heard last."""
    command = last_command(world, device)
    replaced = ReplacementOutcome(
        usage=CredentialUsage.DIGITAL_SIGNING,
        status=status,
        existing_party=SUPPLIER,
        existing_key_id=bytes(8),
        new_party=OTHER_SUPPLIER,
        new_key_id=bytes(8),
    )
    return UpdateOutcome(
        originator_counter=command.counter, supplier_floor_sequence_number=1, replacements=(replaced,)
    )


def credentials_replaced(
    world: DspWorld, device: Eui = ESME, status: CredentialStatus = CredentialStatus.SUCCESS
) -> None:
    """The Device answers."""
    payload = encode_update_security_credentials_response(outcome_of_change(world, device, status))
    world.say(device, response(world, device, payload))
