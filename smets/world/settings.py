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
from smart_metering.pki.certificates import OrganisationRole, read_certificate
from smart_metering.pki.development import CHANGE_OF_SUPPLIER_PARTY, DevelopmentPki
from smart_metering.pki.given_keys import NOTHING_GIVEN, GivenKeys
from smart_metering.pki.keys import KeyUsage
from smets.client.user import DEFAULT_ACB
from smets.local_system.state_folder import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSettings:
    """`organisations` are those whose certificates Devices may hold; keys that are not `given` come from the `seed`.

    So do the dice of faults, unless they have a seed of their own.
    """

    rules: RuleSet
    epoch: Instant
    organisations: tuple[Organisation, ...]
    seed: str = "development"
    acb: Eui = DEFAULT_ACB
    dice_seed: str = ""
    given: GivenKeys = NOTHING_GIVEN

    @property
    def pki(self) -> DevelopmentPki:
        """Where all keys come from."""
        return DevelopmentPki(self.seed.encode(), self.given)

    def engine(self, state: DspState) -> Engine:
        """A DSP over these books. Raises MissingPrivateKey."""
        pki = self.pki
        return Engine(
            state,
            self.rules,
            AccessControlBroker(
                eui=self.acb, key_agreement=pki.private_key(self.acb, KeyUsage.KEY_AGREEMENT)
            ),
            ChangeOfSupplierParty(
                eui=CHANGE_OF_SUPPLIER_PARTY,
                digital_signing=pki.private_key(CHANGE_OF_SUPPLIER_PARTY, KeyUsage.DIGITAL_SIGNING),
            ),
        )

    def emulator(self, state: EmulatorState, link: Link, images: FirmwareImages) -> Emulator:
        """A device emulator over these books; those of the link are among them."""
        return Emulator(state, link, Keys(self.seed.encode(), dict(self._party_keys()), self.acb), images)

    def _party_keys(self) -> Iterable[tuple[Eui, PartyKeys]]:
        parties = {organisation.eui: organisation.smki_role for organisation in self.organisations}
        parties[self.acb] = OrganisationRole.ACCESS_CONTROL_BROKER
        parties[CHANGE_OF_SUPPLIER_PARTY] = OrganisationRole.TRANSITIONAL_CHANGE_OF_SUPPLIER
        for eui, role in parties.items():
            yield eui, _public(self.pki.certificates(eui, role))


def _public(certificates: dict[KeyUsage, bytes]) -> PartyKeys:
    top_up = certificates.get(KeyUsage.PREPAYMENT_KEY_AGREEMENT)
    return PartyKeys(
        digital_signing=read_certificate(certificates[KeyUsage.DIGITAL_SIGNING]).public_key,
        key_agreement=read_certificate(certificates[KeyUsage.KEY_AGREEMENT]).public_key,
        key_agreement_top_up=read_certificate(top_up).public_key if top_up else None,
    )
