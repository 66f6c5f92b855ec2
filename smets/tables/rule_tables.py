"""Tables of the DSP's rules that no modification changes, of the releases, the choices and the times."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from dsp.rules.alert_recipients import ALERT_ROWS
from dsp.rules.alert_storms import HELD_BACK_ROWS
from dsp.rules.change_of_supplier import COS_FAULTS
from dsp.rules.choices import CHOICES, Switches, Times, choice
from dsp.rules.device_details import DETAIL_LENGTHS, DETAILS_REFUSALS
from dsp.rules.device_log_updates import DEVICE_LOG_REFUSALS
from dsp.rules.differences import Row
from dsp.rules.inventory_updates import INVENTORY_REFUSALS, STATUS_UPDATES
from dsp.rules.known_parties import KNOWN_PARTIES
from dsp.rules.prenotification import PRENOTIFICATION_REFUSALS
from dsp.rules.releases import MODIFICATIONS, RELEASES
from dsp.rules.responsibility import RESPONSIBILITIES
from dsp.rules.schedules import FAILURE_ROWS, FAULT_ROWS, FREQUENCIES, REMOVAL_ROWS
from dsp.rules.self_service import PANELS
from dsp.rules.sequences import SEQUENCE_ROWS
from dsp.rules.statuses import SUSPENDED_ROWS
from dsp.rules.update_firmware import UPDATE_FIRMWARE, DeviceFault, RequestFault
from smart_metering.marks import Mark
from smart_metering.use_cases import USE_CASE_ROWS
from smets.tables.cells import NOTHING, duration, in_order, least_sure
from smets.tables.page import Table
from smets.tables.rows import setting
from smets.tables.rule_set_tables import rows_table

ROW_TABLES: tuple[tuple[str, str, Sequence[Row]], ...] = (
    (
        "Statuses that an 8.4 sets",
        "What each choice of UpdateInventory is to a Device; where it leads from stands among the transitions.",
        STATUS_UPDATES,
    ),
    (
        "What refuses an 8.4",
        "Each fault with its code, in the order in which they are looked for; those of UpdateDeviceDetails follow.",
        INVENTORY_REFUSALS,
    ),
    ("What refuses an UpdateDeviceDetails of 8.4", "In this order.", DETAILS_REFUSALS),
    (
        "Lengths of details",
        "What 12.2, 8.4 and the DCC's own correction say of a Device has so many characters at most.",
        DETAIL_LENGTHS,
    ),
    ("What refuses an 8.11", "Each fault with its code, in this order.", DEVICE_LOG_REFUSALS),
    ("What refuses a 12.2", "Each fault with its code, in this order.", PRENOTIFICATION_REFUSALS),
    (
        "What refuses a Suspended Device's non-critical requests",
        "With E5, where no exemption lets the request in; the first row that fits says so.",
        SUSPENDED_ROWS,
    ),
    (
        "Recipients of the DCC Alerts that are raised",
        "Who is told, each once, as of the moment of the alert.",
        ALERT_ROWS,
    ),
    (
        "Alerts that may be held back",
        "When too many equal ones come about one Device (choice G53).",
        HELD_BACK_ROWS,
    ),
    (
        "Responsibility",
        "Which User a Device is the business of: E4 refuses others. RSA and OU need no registration (choice G9).",
        RESPONSIBILITIES,
    ),
    (
        "What the pages of the Self-Service Interface show",
        "Beside the Service Audit Trail, whose rows stand above. What no row shows is not shown.",
        PANELS,
    ),
    (
        "Parties that a Device knows",
        "Their commands go to the Device directly, everybody else's through the Access Control Broker.",
        KNOWN_PARTIES,
    ),
    ("What refuses a 6.23", "Each fault with its code.", COS_FAULTS),
    ("How often a DSP schedule runs", "From one run to the next.", FREQUENCIES),
    ("What refuses a 5.1, 5.2 or 5.3", "Each fault with its code.", FAULT_ROWS),
    ("Schedules that the DSP removes", "The alert that their owner gets.", REMOVAL_ROWS),
    ("Runs of a schedule that fail", "The alert that its owner gets.", FAILURE_ROWS),
    ("What refuses a request of a sequence", "Each fault with its code.", SEQUENCE_ROWS),
    (
        "GBCS use cases that are emulated",
        "The message codes that both sides speak, and what protects each: the messages of a critical one are signed.",
        USE_CASE_ROWS,
    ),
)
"""Title, sentence and rows of each table that is nothing but its rows."""

TIMES_BELONG_TO = {
    "response_timeout_ms": "Q19",
    "attempt_interval_ms": "Q19",
    "attempts": "Q19",
    "late_response_ms": "Q19",
    "future_dated_outcome_ms": "G17",
    "push_kept_ms": "G115",
    "furthest_future_date_ms": "Q20",
    "distribution_ms": "G12",
    "distribution_retry_ms": "G12",
    "distribution_deadline_ms": "G12",
    "sequence_memory_ms": "G52",
    "alert_storm_window_ms": "G53",
    "alerts_before_storm": "G53",
}
"""The choice that each time rests on; one that is not here stands for itself."""


def row_tables() -> Iterator[Table]:
    """Those that are nothing but their rows."""
    for title, sentence, rows in ROW_TABLES:
        yield rows_table(title, sentence, rows)


def update_firmware() -> Table:
    lists = ", ".join(f"`{fault.value}`" for fault in DeviceFault)
    warnings = " or ".join(rules.warning for rules in UPDATE_FIRMWARE.values())
    return Table(
        "What refuses an 11.1 or 11.4 whole",
        "Each fault of the request with its code. A Device that cannot take the firmware is named in a list of the "
        f"warning ({lists}), and the others proceed under {warnings}.",
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


def releases() -> Table:
    dated = {name for release in RELEASES for name in release.modifications}
    undated = in_order(name for name in MODIFICATIONS if name not in dated)
    return Table(
        "SEC Releases",
        "The modifications that each release puts in force, beside those before it; "
        f"any can be switched on or off alone. Of no release, for want of a date: {undated}.",
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
        "How long the DSP waits, in emulated time, and how often it tries.",
        ("Setting", "Default", "Source", "Mark"),
        [
            (f"`{field.name}`", _time(field.name, getattr(defaults, field.name)), *_choice_of(field.name))
            for field in fields(Times)
        ],
    )


def _choice_of(name: str) -> tuple[str, Mark]:
    row = choice(TIMES_BELONG_TO[name]) if name in TIMES_BELONG_TO else None
    return (f"choice {row.name}", row.mark) if row is not None else ("chosen here", Mark.CHOICE)


def _time(name: str, value: int) -> str:
    return duration(value) if name.endswith("_ms") else str(value)
