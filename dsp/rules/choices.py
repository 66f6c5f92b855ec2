"""Every choice made where the public documents are silent: one row each, and a switch where both ways are built.

Questions Q1 to Q26 are those of the domain reference; the rest (G...) are ground rules that both sides share.
"""

from dataclasses import dataclass

from smart_metering.instants import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from smart_metering.marks import Mark
from smart_metering.response_codes import ResponseCode
from smart_metering.smi_statuses import SmiStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The choices that can be made the other way. The names stand in the table of choices."""

    non_device_empty_answer: ResponseCode = ResponseCode.I0
    suspendable: frozenset[SmiStatus] = frozenset(
        {SmiStatus.INSTALLED_NOT_COMMISSIONED, SmiStatus.COMMISSIONED, SmiStatus.RECOVERED}
    )
    communications_hubs_are_suspended: bool = True
    restore_needs_active_cpl: bool = True
    read_teaches_before_secmp0105: bool = False
    network_operator_read_restores: bool = True
    unverified_response_teaches: bool = True
    firmware_version_must_match_header: bool = True
    correct_variant_while_suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long the DSP waits, in emulated milliseconds."""

    response_timeout_ms: int = 30 * SECOND_MS
    attempt_interval_ms: int = 10 * SECOND_MS
    attempts: int = 3
    late_response_ms: int = DAY_MS
    distribution_ms: int = HOUR_MS
    distribution_retry_ms: int = HOUR_MS
    distribution_deadline_ms: int = 5 * DAY_MS
    furthest_future_date_ms: int = 30 * DAY_MS
    future_dated_outcome_ms: int = 15 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Choice:
    """One open question, what was chosen, and the switch (a field of Switches) that chooses otherwise."""

    name: str
    question: str
    choice: str
    switch: str = ""
    mark: Mark = Mark.CHOICE


CHOICES = (
    Choice(
        "Q1", "I0 or I99 for a successful non-device request without data", "I0", "non_device_empty_answer"
    ),
    Choice("Q2", "Code and recipients of the suspension alert", "N28, to the recipients of N29"),
    Choice("Q3", "Polarity of N60 and N61", "N60 delivered to the hub, N61 not"),
    Choice("Q4", "E5 per SRV and status, beside Suspended", "table of SMI Statuses"),
    Choice(
        "Q5",
        "Which statuses can be suspended",
        "InstalledNotCommissioned, Commissioned, Recovered",
        "suspendable",
    ),
    Choice("Q5a", "Are CHF and GPF suspended by the CPL", "yes", "communications_hubs_are_suspended"),
    Choice(
        "Q6",
        "Restore when the version that the Device reports is itself off the CPL",
        "take the version, stay Suspended",
        "restore_needs_active_cpl",
    ),
    Choice("Q7", "Restore when the reported version is the one the SMI holds", "no change, no N29"),
    Choice(
        "Q8",
        "Did an 11.2 Response teach the SMI before SECMP0105",
        "no",
        "read_teaches_before_secmp0105",
    ),
    Choice("Q9", "A Device's answer to a repeated 11.3", "noImageHeld and the version now running"),
    Choice("Q10", "N29 for gas", "Responsible Gas Supplier and Gas Transporter"),
    Choice("Q11", "May a network operator's 11.2 restore a Device", "yes", "network_operator_read_restores"),
    Choice("Q12", "Statuses that 11.1 accepts", "Commissioned and Suspended"),
    Choice("Q13", "Does the version count when the activation code is not success", "yes, after SECMP0105"),
    Choice("Q14", "Link of the CPL to ESME Variants", "optional variants of a CPL entry; none: any"),
    Choice(
        "Q15",
        "May 8.4 correct the ESME Variant of a Suspended Device",
        "no",
        "correct_variant_while_suspended",
    ),
    Choice("Q16", "Who edits a Pending Device when its pre-notifier is gone", "nobody"),
    Choice("Q17", "Fields of the Service Audit Trail", "own records whole"),
    Choice(
        "Q18",
        "Meaning of six-digit codes and of codes above E30",
        "rows marked so; no conformance is claimed",
    ),
    Choice(
        "Q19",
        "Attempts, time-outs and late Responses",
        "three attempts in 30 s; a late Response counts for a day",
    ),
    Choice("Q20", "How far ahead a request may be dated", "30 days"),
    Choice("Q21", "Schedules for Suspended Devices", "not emulated yet"),
    Choice("Q22", "Status to restore after an 8.1.1 while Suspended", "not emulated yet"),
    Choice("Q23", "Two suspensions of one Device", "the first status before suspension is kept"),
    Choice(
        "Q24", "Change of Supplier while Suspended", "N29 goes to whoever is responsible at the restoration"
    ),
    Choice("Q25", "Does SECMP0105 apply to Responses returned by 8.13", "not emulated yet"),
    Choice("Q26", "An 11.3 Response with a version unknown to the CPL", "as Q6"),
    Choice("G1", "A RequestID used again, per originator and Command Variant", "refused with E40"),
    Choice("G2", "A RequestID whose originator is another than the caller", "refused with E1"),
    Choice("G3", "A Signed Pre-Command whose signature does not verify", "refused with E48"),
    Choice("G4", "A Service Request or Signed Pre-Command that cannot be read", "refused with E100"),
    Choice(
        "G5",
        "Does a Response teach the SMI whose MAC only the User can verify",
        "yes, as in the field",
        "unverified_response_teaches",
    ),
    Choice(
        "G6",
        "11.1 whose FirmwareVersion differs from the OTA header",
        "refused with E110102",
        "firmware_version_must_match_header",
    ),
    Choice("G7", "A date in the past, or further ahead than Q20", "refused with E100"),
    Choice("G8", "What 8.2 by Device shows", "the Device and every Device of its HAN, the Device first"),
    Choice("G9", "Responsibility asked of RSA and OU", "none: they hold no registration"),
    Choice(
        "G10", "An alert of a Device whose certificates the DSP does not hold yet", "held until they are read"
    ),
    Choice("G11", "A Device that repeats an alert", "taken once"),
    Choice("G12", "Time of a distribution", "one hour to the hub; given up (N61) after five days"),
    Choice("G13", "Which Devices stand in InvalidGBCSVersionList", "none: no rule is public"),
    Choice(
        "G14", "Order of the access checks", "RequestID, shape, service, User, Device, status, type, date"
    ),
    Choice(
        "G15", "Device named in a non-device request that is not emulated", "not looked at: only the User is"
    ),
    Choice(
        "G16", "A future-dated 11.3 to a SMETS1 Device", "the S1SP accepts it at once, its outcome follows"
    ),
    Choice("G17", "When the outcome of a future-dated 11.3 is given up (E30)", "15 minutes after its date"),
    Choice("G18", "An 11.3 dated in the past, at the Device", "carried out at once"),
    Choice("G19", "An immediate 11.3 while another is stored for a date", "the stored one stays"),
    Choice("G20", "GBCSVersion of a Pre-Command where the SMI has none", "4.2"),
    Choice("G21", "A RequestID that was refused", "may be used again"),
    Choice(
        "G22",
        "11.4, and 11.2 and 11.3 for PPMID and HCALCS, before SECMP0007",
        "served; only restoration waits",
    ),
)


def choice(name: str) -> Choice:
    """The row of that name."""
    return next(row for row in CHOICES if row.name == name)
