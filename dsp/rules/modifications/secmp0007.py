"""SECMP0007: firmware for PPMIDs and HCALCSs, which brings them under SECMP0105 where that is in force too."""

from dataclasses import replace

from dsp.rules.firmware_device_types import FirmwareDeviceTypes
from dsp.rules.firmware_evidence import Evidence
from dsp.rules.rule_set import RuleSet
from dsp.rules.statuses import Exemption
from smart_metering.device_types import ALL_TYPES, DeviceType, Generation
from smart_metering.marks import Mark

NAME = "SECMP0007"

_HCALCS, _PPMID = frozenset({DeviceType.HCALCS}), frozenset({DeviceType.PPMID})
_BOTH = _HCALCS | _PPMID
_EVERY = frozenset(Generation)
_WEBSITE = "SECMP0007, SEC website"

_DEVICE_TYPES = (
    #                   SRV     Device Types  source             mark
    FirmwareDeviceTypes("11.1", _HCALCS,      _WEBSITE,          Mark.CERTAIN),
    FirmwareDeviceTypes("11.2", _BOTH,        "SECMP0105 report, on SECMP0007", Mark.CERTAIN),
    FirmwareDeviceTypes("11.3", _HCALCS,      _WEBSITE,          Mark.CERTAIN),
    FirmwareDeviceTypes("11.4", _PPMID,       _WEBSITE,          Mark.CERTAIN),
)  # fmt: skip

_EXEMPTIONS = (
    Exemption("11.4", None, _EVERY, ALL_TYPES, "as 11.1; chosen here", Mark.CHOICE),
)  # fmt: skip

_EVIDENCE = (
    #        SRV     Device Types  success  source                mark
    Evidence("11.3", _HCALCS,      True,    _WEBSITE,             Mark.CERTAIN),
    Evidence("11.4", _PPMID,       True,    "as 11.3; chosen here", Mark.CHOICE),
)  # fmt: skip

_EXEMPTIONS_WITH_SECMP0105 = (
    Exemption("11.2", None, _EVERY, _BOTH, "SECMP0007; chosen here", Mark.CHOICE),
)  # fmt: skip

_EVIDENCE_WITH_SECMP0105 = (
    Evidence("11.3", _HCALCS,      False,   "SECMP0007; chosen here", Mark.CHOICE),
    Evidence("11.2", _BOTH,        False,   "SECMP0007; chosen here", Mark.CHOICE),
)  # fmt: skip


def secmp0007(rules: RuleSet) -> RuleSet:
    """The rules after SECMP0007. A Suspended PPMID or HCALCS may be read only where SECMP0105 is in force too."""
    beside = "SECMP0105" in rules.modifications
    return replace(
        rules,
        modifications=(*rules.modifications, NAME),
        firmware_device_types=(*rules.firmware_device_types, *_DEVICE_TYPES),
        exemptions=(*rules.exemptions, *_EXEMPTIONS, *(_EXEMPTIONS_WITH_SECMP0105 if beside else ())),
        evidence=(*rules.evidence, *_EVIDENCE, *(_EVIDENCE_WITH_SECMP0105 if beside else ())),
    )
