"""Tables of the DSP's other rules: evidence, 8.4, 11.1, alerts, parties, releases, choices and times."""

from dataclasses import fields

from dsp.rules.alert_recipients import ALERT_ROWS
from dsp.rules.choices import CHOICES, Switches, Times, choice
from dsp.rules.device_details import AmendmentRow
from dsp.rules.firmware_evidence import Evidence
from dsp.rules.known_parties import KNOWN_PARTIES
from dsp.rules.releases import MODIFICATIONS, RELEASES, rules_with
from dsp.rules.responsibility import RESPONSIBILITIES
from dsp.rules.update_firmware import UPDATE_FIRMWARE, DeviceFault, RequestFault
from smets.tables.cells import (
    NOTHING,
    device_types,
    duration,
    generations,
    in_order,
    least_sure,
    setting,
    statuses,
    user_roles,
    with_origin,
    yes,
)
from smets.tables.page import Table

TIMES_BELONG_TO = {
    "response_timeout_ms": "Q19",
    "attempt_interval_ms": "Q19",
    "attempts": "Q19",
    "late_response_ms": "Q19",
    "future_dated_outcome_ms": "Q19",
    "furthest_future_date_ms": "Q20",
    "distribution_ms": "G12",
    "distribution_retry_ms": "G12",
    "distribution_deadline_ms": "G12",
}
"""The choice that each time rests on."""


def firmware_evidence() -> Table:
    return Table(
        "Responses from which the SMI learns a firmware version",
        "Without a row a Response is passed on and teaches nothing. A GPF never teaches: it raises N52.",
        ("Response to", "Device Types", "Only a success", "In force", "Source", "Mark"),
        [
            (
                row.srv,
                device_types(row.device_types),
                yes(row.success_needed),
                origin,
                row.source,
                row.mark,
            )
            for origin, row in [*with_origin(lambda rules: rules.evidence), *_switched_evidence()]
        ],
    )


def amendments() -> Table:
    return Table(
        "Who may change a Device's details by 8.4",
        "Without a row UpdateDeviceDetails is refused whole.",
        ("SMI Statuses", "Sender", "Details", "Generations", "Device Types", "In force", "Source", "Mark"),
        [
            (
                statuses(row.statuses),
                row.sender,
                row.details,
                generations(row.generations),
                device_types(row.device_types),
                origin,
                row.source,
                row.mark,
            )
            for origin, row in [*with_origin(lambda rules: rules.amendments), *_switched_amendments()]
        ],
    )


def update_firmware() -> Table:
    lists = ", ".join(f"`{fault.value}`" for fault in DeviceFault)
    warnings = " or ".join(rules.warning for rules in UPDATE_FIRMWARE.values())
    served = "; ".join(
        f"{rules.srv} serves {device_types(rules.device_types)}" for rules in UPDATE_FIRMWARE.values()
    )
    return Table(
        "What refuses an 11.1 or 11.4 whole",
        f"Each fault of the request with its code. {served}. A Device that cannot take the firmware is named in a "
        f"list of the warning ({lists}), and the others proceed under {warnings}.",
        ("Fault", *UPDATE_FIRMWARE, "Source", "Mark"),
        [
            (
                fault,
                *(rules.codes[fault] for rules in UPDATE_FIRMWARE.values()),
                "; ".join(dict.fromkeys(rules.source for rules in UPDATE_FIRMWARE.values())),
                least_sure(rules.mark for rules in UPDATE_FIRMWARE.values()),
            )
            for fault in RequestFault
        ],
    )


def alert_recipients() -> Table:
    return Table(
        "Recipients of the DCC Alerts that are raised",
        "Who is told, each once, as of the moment of the alert.",
        ("Code", "Device Types", "Recipients", "Source", "Mark"),
        [
            (row.code, device_types(row.device_types), ", ".join(row.recipients), row.source, row.mark)
            for row in ALERT_ROWS
        ],
    )


def responsibilities() -> Table:
    return Table(
        "Responsibility",
        "Which User, by User Role and registration, a Device is the business of (E4 refuses the others). RSA and "
        "OU are asked for no registration (choice G9).",
        ("Device Type", "User Role", "Registered for", "Source", "Mark"),
        [(row.device_type, row.role, row.supply, row.source, row.mark) for row in RESPONSIBILITIES],
    )


def known_parties() -> Table:
    return Table(
        "Parties that a Device knows",
        "Their commands go to the Device directly, everybody else's through the Access Control Broker.",
        ("Device Type", "User Roles", "Use cases", "Source", "Mark"),
        [
            (
                row.device_type,
                user_roles(row.roles),
                in_order(use_case.name for use_case in sorted(row.use_cases)) if row.use_cases else "all",
                row.source,
                row.mark,
            )
            for row in KNOWN_PARTIES
        ],
    )


def releases() -> Table:
    dated = {name for release in RELEASES for name in release.modifications}
    undated = in_order(name for name in MODIFICATIONS if name not in dated)
    return Table(
        "SEC Releases",
        "The modifications that each release puts in force, beside those before it. Only by name, for want of a "
        f"date: {undated}.",
        ("Release", "Day", "Modifications", "Source", "Mark"),
        [
            (release.name, release.day, in_order(release.modifications), release.source, release.mark)
            for release in RELEASES
        ],
    )


def choices() -> Table:
    defaults = Switches()
    return Table(
        "Choices",
        "What the public documents leave open and what was chosen. Where there is a switch, the other way is "
        "built too.",
        ("Source", "Question", "Choice", "Switch", "Default", "Mark"),
        [
            (
                f"choice {row.name}",
                row.question,
                row.choice,
                f"`{row.switch}`" if row.switch else NOTHING,
                setting(getattr(defaults, row.switch)) if row.switch else NOTHING,
                row.mark,
            )
            for row in CHOICES
        ],
    )


def times() -> Table:
    defaults = Times()
    return Table(
        "Times",
        "How long the DSP waits, in emulated time.",
        ("Setting", "Default", "Source", "Mark"),
        [
            (
                f"`{field.name}`",
                _time(field.name, getattr(defaults, field.name)),
                f"choice {TIMES_BELONG_TO[field.name]}",
                choice(TIMES_BELONG_TO[field.name]).mark,
            )
            for field in fields(Times)
        ],
    )


def _switched_evidence() -> list[tuple[str, Evidence]]:
    base = rules_with(()).evidence
    switched = rules_with((), switches=Switches(read_teaches_before_secmp0105=True)).evidence
    return [("before SECMP0105, if switched", row) for row in switched if row not in base]


def _switched_amendments() -> list[tuple[str, AmendmentRow]]:
    base = rules_with(MODIFICATIONS).amendments
    switched = rules_with(MODIFICATIONS, switches=Switches(correct_variant_while_suspended=True)).amendments
    return [("with SECMP0125, if switched", row) for row in switched if row not in base]


def _time(name: str, value: int) -> str:
    return duration(value) if name.endswith("_ms") else str(value)
