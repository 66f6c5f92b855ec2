"""What a fleet file may say, as models; what it leaves out has the value that is written here."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from device_emulator.core.fleet import EUIS_PER_PREMISES
from dsp.rules.switching import switches_from
from smart_metering.device_types import TYPE_2, DeviceType, Generation
from smart_metering.instants import parse_instant
from smart_metering.ota.making import Defect
from smart_metering.smi_statuses import SmiStatus
from smart_metering.user_roles import UserRole
from smets.fleet.texts import (
    DurationText,
    EuiText,
    FileName,
    HashText,
    InstantText,
    Label,
    ManufacturerText,
    ModelText,
    ModificationName,
    PartyName,
    ReleaseName,
    SrvText,
    TemplateName,
    VariantText,
    VersionText,
)

FUNCTIONS_OF_THE_HUB = frozenset({DeviceType.CHF, DeviceType.GPF})


class Strict(BaseModel):
    """Frozen, and without room for a key that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Described(Strict):
    """With a docstring for each field, which the JSON Schema and the pages of the documents show."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class PartyModel(Strict):
    """An organisation under one EUI, in one or more User Roles. Parties of one `organisation` act for each other."""

    eui: EuiText
    roles: Annotated[tuple[UserRole, ...], Field(min_length=1)]
    organisation: str = ""
    suspended: bool = False


class SmiDifferences(Strict):
    """Where the SMI is wrong about a Device."""

    firmware_version: VersionText | None = None
    esme_variant: VariantText | None = None


class DeviceModel(Strict):
    """One Device of a premises: what it is, and where the SMI thinks otherwise.

    `awaits_installation`: it is at the premises, but not on the HAN, and the SMI does not know it. `external`: its
    place has one outside the emulator.
    """

    device_type: DeviceType
    manufacturer: ManufacturerText
    model: ModelText
    firmware_version: VersionText
    esme_variant: VariantText | None = None
    smets_chts_version: Annotated[str, Field(max_length=20)] = ""
    smi: SmiDifferences = SmiDifferences()
    awaits_installation: bool = False
    external: bool = False

    @model_validator(mode="after")
    def _has_a_variant_if_it_is_an_esme(self) -> Self:
        if self.device_type is not DeviceType.ESME and (self.esme_variant or self.smi.esme_variant):
            raise ValueError(f"a {self.device_type} has no esme_variant")
        return self

    @model_validator(mode="after")
    def _can_be_installed_if_it_awaits_that(self) -> Self:
        if self.awaits_installation and self.device_type in FUNCTIONS_OF_THE_HUB:
            raise ValueError(f"a {self.device_type} comes with its hub: it awaits no installation")
        return self

    @model_validator(mode="after")
    def _is_no_part_of_the_hub_if_it_is_external(self) -> Self:
        if self.external and self.device_type in FUNCTIONS_OF_THE_HUB:
            raise ValueError(f"a {self.device_type} is the hub itself: it is not external")
        return self


class TemplateModel(Strict):
    """What premises hold: up to sixteen Devices, the CHF first."""

    generation: Generation = Generation.SMETS2
    devices: Annotated[tuple[DeviceModel, ...], Field(min_length=1, max_length=EUIS_PER_PREMISES)]

    @model_validator(mode="after")
    def _begins_with_its_hub(self) -> Self:
        types = [device.device_type for device in self.devices]
        if types[0] is not DeviceType.CHF or types.count(DeviceType.CHF) > 1:
            raise ValueError("the first of the devices is the CHF, and there is no other")
        if self.generation is Generation.SMETS1 and DeviceType.HCALCS in types:
            raise ValueError("there was no SMETS1 HCALCS")
        if self.generation is Generation.SMETS1 and any(device.external for device in self.devices):
            raise ValueError("SMETS1 Devices are reached through an S1SP, not by GBCS: none is external")
        return self


class NextSupplierModel(Strict):
    """A Change of Supplier to come: `supplier` is registered for the meters of this fuel from `since` on."""

    supplier: PartyName
    since: InstantText
    fuel: Literal["electricity", "gas", "both"] = "both"


class PremisesModel(Strict):
    """`count` premises alike. The parties are names; the second fuel's are those of the first if left out.
    By their `labels` steps of a scenario find them. A `list` is a CSV or NDJSON file, beside this one, whose every row
    is one premises: what the row leaves out is as it is said here.

    Devices `awaiting_installation` are at the premises, but not on the HAN, and the SMI does not know them.
    `external` Devices are outside the emulator, whose hub hands on what is for them. Premises that are not
    `emulated` the SMI alone knows: a real hub has them (docs/hardware-in-the-loop.md).
    """

    count: Annotated[int, Field(ge=1, le=10_000_000)] = 1
    template: TemplateName = "smets2"
    list: Annotated[str, Field(min_length=1)] | None = None
    name: Annotated[str, Field(min_length=1)] | None = None
    eui_from: EuiText | None = None
    labels: tuple[Label, ...] = ()
    status: SmiStatus = SmiStatus.COMMISSIONED
    status_before_suspension: SmiStatus | None = None
    supplier: PartyName = "supplier"
    network_operator: PartyName = "network operator"
    gas_supplier: PartyName | None = None
    gas_transporter: PartyName | None = None
    next_suppliers: tuple[NextSupplierModel, ...] = ()
    firmware: dict[DeviceType, VersionText] = {}
    esme_variant: VariantText | None = None
    awaiting_installation: tuple[DeviceType, ...] = ()
    external: tuple[DeviceType, ...] = ()
    emulated: bool = True

    @model_validator(mode="after")
    def _leaves_the_hub_whole(self) -> Self:
        for device_type in FUNCTIONS_OF_THE_HUB.intersection(self.awaiting_installation):
            raise ValueError(f"a {device_type} comes with its hub: it awaits no installation")
        for device_type in FUNCTIONS_OF_THE_HUB.intersection(self.external):
            raise ValueError(f"a {device_type} is the hub itself: it is not external")
        if not self.emulated and (self.external or self.awaiting_installation):
            raise ValueError(
                "premises that are not emulated have no Devices external or awaiting installation"
            )
        return self

    @model_validator(mode="after")
    def _is_listed_or_counted(self) -> Self:
        if self.list is not None and "count" in self.model_fields_set:
            raise ValueError("count: how many premises there are, their list says")
        return self

    @model_validator(mode="after")
    def _was_something_before_it_was_suspended(self) -> Self:
        if self.status_before_suspension is not None and self.status is not SmiStatus.SUSPENDED:
            raise ValueError("status_before_suspension is for premises whose status is Suspended")
        return self


class CplModel(Strict):
    """One entry of the CPL. Manufacturer and model are those of the template's Device, unless they are given."""

    device_type: DeviceType
    firmware_version: VersionText
    template: TemplateName = "smets2"
    manufacturer: ManufacturerText | None = None
    model: ModelText | None = None
    manufacturer_image_hash: HashText | None = None
    esme_variants: tuple[VariantText, ...] = ()
    entry_id: str = ""

    @model_validator(mode="after")
    def _is_of_a_type_that_the_cpl_knows(self) -> Self:
        if self.device_type in TYPE_2:
            raise ValueError(f"a {self.device_type} is not on the CPL")
        return self


class FirmwareModel(Strict):
    """A firmware file to make, for the template's Device of this type. It is uploaded, and put on the CPL if asked."""

    device_type: DeviceType
    version: VersionText
    template: TemplateName = "smets2"
    signed_by: PartyName = "supplier"
    esme_variants: tuple[VariantText, ...] = ()
    lowest_version: VersionText | None = None
    resulting_variant: VariantText | None = None
    size_octets: Annotated[int, Field(ge=128, le=10_000_000)] = 1_024
    defect: Defect | None = None
    on_cpl: bool = True


class FaultModel(Strict):
    """A fault on the link: a preset, or a rule of its own: `next` n messages of each Device, or one in n."""

    preset: str | None = None
    name: str = ""
    fate: Literal["lose", "delay", "repeat", "reorder", "garble"] | None = None
    direction: Literal["TO_DEVICE", "FROM_DEVICE"] | None = None
    srvs: tuple[SrvText, ...] = ()
    device: EuiText | None = None
    comms_hub: EuiText | None = None
    next: Annotated[int, Field(ge=1)] | None = None
    one_in: Annotated[int, Field(ge=1)] | None = None
    delay: DurationText = 0

    @model_validator(mode="after")
    def _says_what_happens_and_when(self) -> Self:
        if self.preset is not None:
            if self.model_fields_set - {"preset", "name", "device", "comms_hub"}:
                raise ValueError("beside a preset only name, device and comms_hub have a meaning")
            return self
        if self.fate is None:
            raise ValueError("expected a preset or a fate")
        if (self.next is None) == (self.one_in is None):
            raise ValueError("expected either next or one_in")
        if self.fate == "delay" and not self.delay:
            raise ValueError("fate 'delay' needs a delay")
        return self


class ClockModel(Strict):
    """When emulated time begins, and how fast it runs: 0 is stepped, 1 real, n times as fast."""

    epoch: InstantText = parse_instant("2021-11-04T00:00:00Z")
    rate: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


class FleetModel(Strict):
    """What stands when a system is launched. Parties, if given, stand in place of the four that there are otherwise."""

    version: Annotated[int, Field(ge=1, le=1)] = 1
    seed: Annotated[str, Field(min_length=1)] = "development"
    clock: ClockModel = ClockModel()
    release: ReleaseName | None = None
    with_modifications: tuple[ModificationName, ...] = ()
    without_modifications: tuple[ModificationName, ...] = ()
    modifications: tuple[ModificationName, ...] | None = None
    switches: dict[str, str] = {}
    parties: dict[str, PartyModel] = {}
    templates: dict[str, TemplateModel] = {}
    fleets: tuple[PremisesModel, ...] = ()
    cpl_of_templates: bool = True
    cpl: tuple[CplModel, ...] = ()
    firmware: dict[FileName, FirmwareModel] = {}
    faults: tuple[FaultModel, ...] = ()

    @property
    def switch_texts(self) -> tuple[str, ...]:
        """The choices made otherwise, as the DSP is told them."""
        return tuple(f"{name}={value}" for name, value in self.switches.items())

    @model_validator(mode="after")
    def _makes_choices_that_can_be_made(self) -> Self:
        switches_from(self.switch_texts)
        return self

    @model_validator(mode="after")
    def _has_one_rule_book(self) -> Self:
        if self.release is not None and self.modifications is not None:
            raise ValueError("expected a release or modifications, not both")
        if self.modifications is not None and (self.with_modifications or self.without_modifications):
            raise ValueError(
                "modifications means exactly these; expected with_modifications and without_modifications "
                "beside a release"
            )
        if both := set(self.with_modifications).intersection(self.without_modifications):
            raise ValueError(f"modification {min(both)}: expected with it or without it, not both")
        return self
