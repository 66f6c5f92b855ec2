"""Choices made otherwise by text: every switch can be, and what is wrong in one is said."""

from dataclasses import fields

import pytest

from dsp.rules.choices import Switches
from dsp.rules.switching import READERS, InvalidSwitch, switches_from
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


def test_every_switch_can_be_read() -> None:
    assert set(READERS) == {field.name for field in fields(Switches)}


def test_without_texts_every_choice_is_the_recommended_one() -> None:
    assert switches_from(()) == Switches()


def test_each_text_changes_its_own_switch_alone() -> None:
    read = switches_from(
        ["restore_needs_active_cpl=no", "non_device_empty_answer=I99", "suspendable=Pending,Commissioned"]
    )

    assert read == Switches(
        restore_needs_active_cpl=False,
        non_device_empty_answer=ResponseCode.I99,
        suspendable=frozenset({SmiStatus.PENDING, SmiStatus.COMMISSIONED}),
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("restore_needs_active_cp=no", "expected one of"),
        ("restore_needs_active_cpl", "expected yes or no"),
        ("restore_needs_active_cpl=true", "expected yes or no"),
        ("non_device_empty_answer=E5", "expected I0 or I99"),
        ("suspendable=Lost", "'Lost' is no SMI Status"),
    ],
)
def test_a_wrong_switch_says_what_was_expected(text: str, what: str) -> None:
    with pytest.raises(InvalidSwitch, match=what):
        switches_from([text])
