"""Changes of supplier as the Change of Supplier party commands them, for the bench."""

from smart_metering.gbcs.update_security_credentials import (
    ReplacementCredentials,
    encode_update_security_credentials_command,
)
from smart_metering.identifiers import Eui
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import changed
from smart_metering.sm_wan import UplinkContent
from smart_metering.use_cases import UseCase
from tests.device_emulator.bench import Bench, gbcs
from tests.device_emulator.commands import certificate_of, command


def credentials_of(party: Eui, role: str = OrganisationRole.SUPPLIER) -> ReplacementCredentials:
    """The counter is filled in when the Command is made."""
    return ReplacementCredentials(
        digital_signing=certificate_of(party, KeyUsage.DIGITAL_SIGNING, role),
        key_agreement=certificate_of(party, KeyUsage.KEY_AGREEMENT, role),
        key_agreement_top_up=certificate_of(party, KeyUsage.PREPAYMENT_KEY_AGREEMENT, role)
        if role == OrganisationRole.SUPPLIER
        else None,
        certification_path=(),
        originator_counter=0,
        supplier_floor_sequence_number=500,
        top_up_floor_sequence_number=7,
    )


def replace_supplier(
    bench: Bench,
    device: Eui,
    wanted: ReplacementCredentials,
    *,
    by: Eui = CHANGE_OF_SUPPLIER_PARTY,
    signer: Eui | None = None,
    counter: int | None = None,
) -> list[UplinkContent]:
    """Sends CS02b, with the counter of its header."""
    message = command(
        bench,
        UseCase.CS02B,
        device,
        lambda exchange: encode_update_security_credentials_command(
            changed(wanted, originator_counter=exchange.counter)
        ),
        by=by,
        signer=signer,
        counter=counter,
    )
    return bench.send(device, gbcs(message))
