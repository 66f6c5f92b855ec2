"""The rules in force: frozen tables that the core asks. A modification makes another one out of it."""

from dataclasses import dataclass

from dsp.rules.audit_visibility import BASE_AUDIT_VISIBILITY, VisibilityRow
from dsp.rules.choices import Switches, Times
from dsp.rules.device_details import BASE_AMENDMENTS, AmendmentRow
from dsp.rules.firmware_device_types import BASE_FIRMWARE_DEVICE_TYPES, FirmwareDeviceTypes
from dsp.rules.firmware_evidence import BASE_EVIDENCE, Evidence
from dsp.rules.statuses import BASE_EXEMPTIONS, Exemption


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """What the SEC says, as of some modifications, with the choices made where it is silent."""

    modifications: tuple[str, ...] = ()
    firmware_device_types: tuple[FirmwareDeviceTypes, ...] = BASE_FIRMWARE_DEVICE_TYPES
    exemptions: tuple[Exemption, ...] = BASE_EXEMPTIONS
    evidence: tuple[Evidence, ...] = BASE_EVIDENCE
    amendments: tuple[AmendmentRow, ...] = BASE_AMENDMENTS
    audit_visibility: tuple[VisibilityRow, ...] = BASE_AUDIT_VISIBILITY
    switches: Switches = Switches()
    times: Times = Times()
