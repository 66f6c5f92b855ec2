"""Choices made otherwise, from text: `restore_needs_active_cpl=no`, `suspendable=Commissioned,Pending`."""

from collections.abc import Callable, Iterable

from dsp.rules.choices import Switches
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


class InvalidSwitch(ValueError):
    """A switch that is not in the table, or a value that it cannot have."""


def _yes_or_no(text: str) -> bool:
    if text in ("yes", "no"):
        return text == "yes"
    raise ValueError("expected yes or no")


def _empty_answer(text: str) -> ResponseCode:
    if text in ("I0", "I99"):
        return ResponseCode(text)
    raise ValueError("expected I0 or I99")


def _statuses(text: str) -> frozenset[SmiStatus]:
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in set(SmiStatus)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no SMI Status; expected some of {', '.join(SmiStatus)}")
    return frozenset(map(SmiStatus, names))


READERS: dict[str, Callable[[str], object]] = {
    "non_device_empty_answer": _empty_answer,
    "suspendable": _statuses,
    "communications_hubs_are_suspended": _yes_or_no,
    "restore_needs_active_cpl": _yes_or_no,
    "read_teaches_before_secmp0105": _yes_or_no,
    "network_operator_read_restores": _yes_or_no,
    "unverified_response_teaches": _yes_or_no,
    "firmware_version_must_match_header": _yes_or_no,
    "correct_variant_while_suspended": _yes_or_no,
    "audit_titles_show_refused": _yes_or_no,
    "audit_titles_show_response_code": _yes_or_no,
}


def switches_from(texts: Iterable[str]) -> Switches:
    """`NAME=VALUE` each. Raises InvalidSwitch, which says what was expected."""
    values: dict[str, object] = {}
    for text in texts:
        name, _, value = text.partition("=")
        reader = READERS.get(name)
        if reader is None:
            raise InvalidSwitch(f"switch {name!r} is unknown; expected one of {', '.join(READERS)}")
        try:
            values[name] = reader(value)
        except ValueError as error:
            raise InvalidSwitch(f"switch {name}={value}: {error}") from None
    return Switches(**values)  # type: ignore[arg-type]  # each reader gives what its field holds
