"""The rows of evidence: every SRV, Device Type and success, before and after, against the report said again here."""

from itertools import product

import pytest

from dsp.rules.choices import Switches
from dsp.rules.firmware_evidence import evidence
from dsp.rules.releases import rules_with
from smart_metering.device_types import METERS, DeviceType
from smart_metering.service_requests import SERVICE_REQUESTS

READ_TEACHES = "11.2 taught before SECMP0105 (Q8, switched)"
REGIMES: dict[str, tuple[tuple[str, ...], Switches]] = {
    "before": ((), Switches()),
    READ_TEACHES: ((), Switches(read_teaches_before_secmp0105=True)),
    "after": (("SECMP0105",), Switches()),
    "after, Q8 switched": (("SECMP0105",), Switches(read_teaches_before_secmp0105=True)),
    "after both": (("SECMP0105", "SECMP0007"), Switches()),
    "SECMP0007 alone": (("SECMP0007",), Switches()),
}


def teaches(regime: str, srv: str, device_type: DeviceType, success: bool) -> bool:
    """Which Response shows the SMI a version: 11.3 and 11.2, and a PPMID's own activation; a GPF's never."""
    after, both = regime.startswith("after"), regime == "after both"
    covered = METERS | ({DeviceType.PPMID, DeviceType.HCALCS} if both else set())
    new_types = both or regime == "SECMP0007 alone"
    if srv == "11.3":
        activated = METERS | ({DeviceType.HCALCS} if new_types else set())
        return device_type in activated and (success or after)
    if srv == "11.2":
        reads = covered | {DeviceType.CHF}
        if regime == READ_TEACHES:
            return device_type is not DeviceType.GPF
        return after and device_type in reads
    return new_types and srv == "11.4" and device_type is DeviceType.PPMID and success


@pytest.mark.parametrize("regime", REGIMES)
def test_a_response_teaches_as_the_report_says(regime: str) -> None:
    modifications, switches = REGIMES[regime]
    rows = rules_with(modifications, switches=switches).evidence
    srvs = [definition.srv for definition in SERVICE_REQUESTS]

    wrong = [
        case
        for case in product(srvs, DeviceType, (True, False))
        if (evidence(rows, *case) is not None) is not teaches(regime, *case)
    ]

    assert not wrong
    assert all(row.source for row in rows)


def test_a_gpf_teaches_under_no_rules() -> None:
    for modifications, switches in REGIMES.values():
        rows = rules_with(modifications, switches=switches).evidence

        assert not any(DeviceType.GPF in row.device_types for row in rows)
