"""What a world is made of before anything happens in it, and the two sides made of that."""

from collections.abc import Iterable
from dataclasses import dataclass

from device_emulator.core.emulator import Emulator
from device_emulator.core.keys import Keys, PartyKeys
from device_emulator.core.state import State as EmulatorState
from device_emulator.faults.link import Link
from device_emulator.firmware.images import FirmwareImages
from dsp.core.engine import Engine
from dsp.core.state import State as DspState
from dsp.core.turn import AccessControlBroker, ChangeOfSupplierParty
from dsp.rules.rule_set import RuleSet
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.pki.certificates import OrganisationRole
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, Credential, DevelopmentPki
from smart_metering.pki.keys import KeyUsage, derive_private_key
from smets.client.user import DEFAULT_ACB
from smets.local_system.state_folder import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """`organisations` are those whose certificates Devices may hold; all keys come from the `seed`.

    So do the dice of faults, unless they have a seed of their own.
    """

    rules: RuleSet
    epoch: Instant
    organisations: tuple[Organisation, ...]
    seed: str = "development"
    acb: Eui = DEFAULT_ACB
    dice_seed: str = ""

    def engine(self, state: DspState) -> Engine:
        """A DSP over these books."""
        seed = self.seed.encode()
        return Engine(
            state,
            self.rules,
            AccessControlBroker(
                eui=self.acb, key_agreement=derive_private_key(seed, self.acb, KeyUsage.KEY_AGREEMENT)
            ),
            ChangeOfSupplierParty(
                eui=CHANGE_OF_SUPPLIER_PARTY,
                digital_signing=derive_private_key(seed, CHANGE_OF_SUPPLIER_PARTY, KeyUsage.DIGITAL_SIGNING),
            ),
        )

    def emulator(self, state: EmulatorState, link: Link, images: FirmwareImages) -> Emulator:
        """A device emulator over these books; those of the link are among them."""
        return Emulator(state, link, Keys(self.seed.encode(), dict(self._party_keys()), self.acb), images)

    def _party_keys(self) -> Iterable[tuple[Eui, PartyKeys]]:
        pki = DevelopmentPki(self.seed.encode())
        parties = {organisation.eui: organisation.smki_role for organisation in self.organisations}
        parties[self.acb] = OrganisationRole.ACCESS_CONTROL_BROKER
        parties[CHANGE_OF_SUPPLIER_PARTY] = OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER
        for eui, role in parties.items():
            yield eui, _public(pki.organisation(eui, role))


def _public(credentials: dict[KeyUsage, Credential]) -> PartyKeys:
    top_up = credentials.get(KeyUsage.PREPAYMENT_KEY_AGREEMENT)
    return PartyKeys(
        digital_signing=credentials[KeyUsage.DIGITAL_SIGNING].private_key.public_key(),
        key_agreement=credentials[KeyUsage.KEY_AGREEMENT].private_key.public_key(),
        key_agreement_top_up=top_up.private_key.public_key() if top_up else None,
    )
