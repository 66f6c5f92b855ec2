"""What rules say of a request and what access control makes of it are one: every SRV, status, type and variant."""

from itertools import combinations

import pytest

from dsp.core.asking import Asking
from dsp.core.authorisation import device_type_fits, reference_is_in_duis, status_permits
from dsp.core.inputs import RequestReceived
from dsp.core.records import SmiDevice
from dsp.core.state import State
from dsp.rules.releases import rules_with
from dsp.rules.rule_set import RuleSet
from dsp.rules.update_firmware import UPDATE_FIRMWARE, RequestFault
from dsp.rules.verdicts import NAMED, NOT_ASKED, TAKEN, Case, Verdict, effect, every_case
from smart_metering.command_variants import Service
from smart_metering.decisions import Decision
from smart_metering.device_types import Generation
from smart_metering.duis.service_requests import ServiceRequest, UninterpretedBody
from smart_metering.duis.service_responses import InventoryDevice
from smart_metering.identifiers import RequestId
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import SERVICE_REQUESTS
from tests.support.dsp_premises import CHF, ESME, START, SUPPLIER
from tests.support.hand_made_device import ACB

MODIFICATIONS = ("SECMP0105", "SECMP0007")
ASK_A_DEVICE = {"8.3", "11.1", "11.4"}  # of those to no Device
REGIMES = [names for size in range(3) for names in combinations(MODIFICATIONS, size)]


def access_control(rules: RuleSet, case: Case) -> Decision | None:
    """The checks about the SRV and the Device, in their order; 8.3, 11.1 and 11.4 ask the status of those they name."""
    asking = _asking(rules, case)
    target = asking.target
    assert target is not None
    unknown = reference_is_in_duis(asking)
    if unknown is not None or (case.definition.non_device and case.definition.srv not in ASK_A_DEVICE):
        return unknown
    return status_permits(asking, target) or device_type_fits(asking)


def _asking(rules: RuleSet, case: Case) -> Asking:
    state = State()
    state.put_device(
        SmiDevice(
            device=InventoryDevice(
                device_id=ESME,
                device_type=case.device_type,
                device_status=case.status,
                csp_region="SMETS1" if case.generation is Generation.SMETS1 else "Central",
            ),
            comms_hub=CHF,
        )
    )
    request = ServiceRequest(
        request_id=RequestId(SUPPLIER, ESME, 1),
        command_variant=case.variant,
        service_reference_variant=case.definition.srv,
        body=UninterpretedBody(),
    )
    received = RequestReceived(service=Service.SEND_COMMAND, caller=SUPPLIER, request=request)
    return Asking(
        state=state,
        rules=rules,
        received=received,
        definition=case.definition,
        acb=ACB,
        now=START,
        at=START,
    )


def agree(case: Case, said: Verdict, done: Decision | None) -> bool:
    """11.1 and 11.4 put what E5 refuses into their warning, and judge the Device Types of a list whole, later."""
    listed = UPDATE_FIRMWARE.get(case.definition.srv)
    if done is None:
        later = listed is not None and said.answer == listed.codes[RequestFault.MIXED]
        return said.answer in (TAKEN, NOT_ASKED) or later
    if listed is not None and done.code == ResponseCode.E5:
        return said.answer == NAMED
    return (said.answer, said.source, said.mark) == (done.code, done.source, done.mark)


@pytest.mark.parametrize("modifications", REGIMES, ids=lambda names: "+".join(names) or "none")
def test_rules_and_access_control_say_the_same_of_every_request(modifications: tuple[str, ...]) -> None:
    rules = rules_with(modifications)
    cases = [case for definition in SERVICE_REQUESTS for case in every_case(definition)]

    wrong = [case for case in cases if not agree(case, effect(rules, case), access_control(rules, case))]

    assert len(cases) > 40_000
    assert not wrong
