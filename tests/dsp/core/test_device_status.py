"""E5 whole: all 129 SRVs in each SMI Status, Command Variant, generation and Device Type, before and after.

What is expected is the rule said again, from the SRV and its class alone: no table of the rules is read.
"""

from dataclasses import dataclass
from itertools import product

import pytest

from dsp.core.asking import Asking
from dsp.core.authorisation import device_status_permits, status_permits
from dsp.core.inputs import RequestReceived
from dsp.core.records import SmiDevice
from dsp.core.state import State
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from smart_metering.command_variants import CommandVariant, Service
from smart_metering.device_types import DeviceType, Generation
from smart_metering.duis.service_requests import ServiceRequest, UninterpretedBody
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import RequestId
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import SERVICE_REQUESTS, ServiceRequestDefinition, definition_of
from smart_metering.smi_statuses import SmiStatus
from tests.support.dsp_premises import CHF, ESME, START, SUPPLIER
from tests.support.hand_made_device import ACB

NEVER = {  # the columns that are E5 for every request to a Device
    SmiStatus.PENDING,
    SmiStatus.WHITELISTED,
    SmiStatus.RECOVERY,
    SmiStatus.DECOMMISSIONED,
    SmiStatus.WITHDRAWN,
}
FIRMWARE_PER_DEVICE = {"11.1", "11.4"}  # non-device requests that ask the status of each Device they list

REGIMES: dict[str, tuple[str, ...]] = {
    "before": (),
    "SECMP0105": ("SECMP0105",),
    "SECMP0105 and SECMP0007": ("SECMP0105", "SECMP0007"),
}
READ_WHILE_SUSPENDED: dict[str, set[DeviceType]] = {
    "before": set(),
    "SECMP0105": {DeviceType.ESME, DeviceType.GSME},
    "SECMP0105 and SECMP0007": {DeviceType.ESME, DeviceType.GSME, DeviceType.PPMID, DeviceType.HCALCS},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One request to one Device."""

    definition: ServiceRequestDefinition
    status: SmiStatus
    variant: CommandVariant
    generation: Generation
    device_type: DeviceType


def permitted(regime: str, case: Case) -> bool:
    """Domain 4.2 for a Suspended Device, 4.3 for every other."""
    srv = case.definition.srv
    if case.status is SmiStatus.SUSPENDED:
        return (
            case.definition.critical
            or srv in {"11.1", "6.23"}
            or (srv == "11.4" and "SECMP0007" in REGIMES[regime])  # which brings it
            or (srv == "2.2" and case.variant == 2 and case.generation is Generation.SMETS1)
            or (srv == "11.2" and case.device_type in READ_WHILE_SUSPENDED[regime])
        )
    if srv in FIRMWARE_PER_DEVICE:
        return case.status is SmiStatus.COMMISSIONED
    if srv == "6.23" and case.status is SmiStatus.INSTALLED_NOT_COMMISSIONED:
        return False
    return case.status not in NEVER


def refused(rules: RuleSet, case: Case) -> bool:
    """What access control says of it."""
    state = State()
    device = SmiDevice(
        device=InventoryDevice(
            device_id=ESME,
            device_type=case.device_type,
            device_status=case.status,
            csp_region="SMETS1" if case.generation is Generation.SMETS1 else "Central",
        ),
        comms_hub=CHF,
    )
    state.put_device(device)
    request = ServiceRequest(
        request_id=RequestId(SUPPLIER, ESME, 1),
        command_variant=case.variant,
        service_reference_variant=case.definition.srv,
        body=UninterpretedBody(),
    )
    asking = Asking(
        state=state,
        rules=rules,
        received=RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request),
        definition=case.definition,
        acb=ACB,
        now=START,
        at=START,
    )
    decision = (
        status_permits(asking, device)
        if case.definition.srv in FIRMWARE_PER_DEVICE
        else device_status_permits(asking)
    )
    assert decision is None or decision.code == ResponseCode.E5
    return decision is not None


def cases(definitions: list[ServiceRequestDefinition]) -> list[Case]:
    return [Case(*case) for case in product(definitions, SmiStatus, CommandVariant, Generation, DeviceType)]


def is_asked_of_a_device(definition: ServiceRequestDefinition) -> bool:
    return not definition.non_device or definition.srv in FIRMWARE_PER_DEVICE


@pytest.mark.parametrize("regime", REGIMES)
def test_each_request_is_taken_in_each_status_as_the_report_and_the_base_table_say(regime: str) -> None:
    rules = rules_with(REGIMES[regime])
    asked = [definition for definition in SERVICE_REQUESTS if is_asked_of_a_device(definition)]

    wrong = [case for case in cases(asked) if refused(rules, case) is permitted(regime, case)]

    assert len(asked) == 115
    assert not wrong


@pytest.mark.parametrize("regime", REGIMES)
def test_a_request_to_no_device_asks_no_status(regime: str) -> None:
    rules = rules_with(REGIMES[regime])
    others = [definition for definition in SERVICE_REQUESTS if not is_asked_of_a_device(definition)]

    wrong = [case for case in cases(others) if refused(rules, case)]

    assert len(others) == 14
    assert not wrong


@pytest.mark.parametrize(("name", "srvs"), [("SECMP0105", {"11.2"}), ("SECMP0007", {"11.2", "11.4"})])
def test_only_11_2_and_the_new_11_4_change_between_before_and_after(name: str, srvs: set[str]) -> None:
    before, after = rules_with(()), rules_with(["SECMP0105", name])
    suspended = [
        case
        for case in cases(list(SERVICE_REQUESTS))
        if case.status is SmiStatus.SUSPENDED and is_asked_of_a_device(case.definition)
    ]

    changed = {case.definition.srv for case in suspended if refused(before, case) != refused(after, case)}

    assert changed == srvs


def test_a_device_without_a_status_takes_no_request() -> None:
    definition = definition_of("11.2")
    assert definition is not None
    state = State()
    device = SmiDevice(device=InventoryDevice(device_id=ESME, device_type=DeviceType.IHD))
    state.put_device(device)
    request = ServiceRequest(
        request_id=RequestId(SUPPLIER, ESME, 1),
        command_variant=CommandVariant.SEND,
        service_reference_variant="11.2",
        body=UninterpretedBody(),
    )
    received = RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request)
    asking = Asking(
        state=state,
        rules=rules_with(()),
        received=received,
        definition=definition,
        acb=ACB,
        now=START,
        at=START,
    )

    decision = device_status_permits(asking)

    assert decision is not None
    assert decision.code == ResponseCode.E5
