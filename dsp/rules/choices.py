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
    audit_titles_show_refused: bool = False
    audit_titles_show_response_code: bool = False


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
    push_kept_ms: int = 2 * DAY_MS
    pending_ms: int = 1_096 * DAY_MS
    local_delivery_ms: int = 30 * DAY_MS
    change_of_supplier_lead_ms: int = HOUR_MS
    sequence_memory_ms: int = 30 * DAY_MS
    alert_storm_window_ms: int = 5 * MINUTE_MS
    alerts_before_storm: int = 10


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
    Choice(
        "Q17",
        "Fields of the Service Audit Trail",
        "own records whole; a title: when, which Device, what kind, the SRV and its name, the originator's role",
    ),
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
    Choice(
        "Q21",
        "Schedules for Suspended Devices",
        "created; a run that is refused is told by CommandFailure, the schedule stays",
    ),
    Choice(
        "Q22", "Status to restore after an 8.1.1 or 8.7.x while Suspended", "Commissioned; it stays Suspended"
    ),
    Choice("Q23", "Two suspensions of one Device", "the first status before suspension is kept"),
    Choice(
        "Q24", "Change of Supplier while Suspended", "N29 goes to whoever is responsible at the restoration"
    ),
    Choice("Q25", "Does SECMP0105 apply to Responses returned by 8.13", "yes, as to those over the SM WAN"),
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
    Choice("G7", "A date in the past, further ahead than Q20, or of local delivery", "refused with E100"),
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
    Choice("G40", "Does a title show the response code", "no", "audit_titles_show_response_code"),
    Choice(
        "G41",
        "Are there titles of requests that were answered with a code that refuses, whatever check it was of",
        "no: they never reached the Device",
        "audit_titles_show_refused",
    ),
    Choice(
        "G42",
        "Who sees no titles, though a Device is of some interest to it",
        "the Export Supplier, the Registered Supplier Agent, the pre-notifier, the losing supplier, "
        "the gaining one before its day",
    ),
    Choice(
        "G43",
        "Which messages stand in a page of titles",
        "those of other Users; one's own are one's own records",
    ),
    Choice(
        "G44",
        "Until when a record of the Service Audit Trail is shown, and kept",
        "shown for three calendar months, to the instant; kept for 92 days",
    ),
    Choice(
        "G80",
        "What a User's own record shows",
        "the message whole, read back from the journal, the messages delivered and the answers, its size, the date "
        "it is for and its DSP schedule",
    ),
    Choice(
        "G81",
        "What a User's own record of a run of its schedule shows",
        "the run's request without content, since no User sent it; its Response whole",
    ),
    Choice(
        "G82",
        "Where the DCC's own reads stand in the Service Audit Trail",
        "with the ACB, in no User Role; beside the Device, with the title of request and Response",
    ),
    Choice(
        "G83",
        "In which role a User asks what names its Device in the body",
        "the first eligible one that is responsible for that Device, else the first eligible one",
    ),
    Choice(
        "G45", "A schedule by months, in a month without the day it began on", "runs on the month's last day"
    ),
    Choice(
        "G46",
        "For which Devices, and for whom, a schedule is created",
        "none that left the service (E5); the caller is responsible at the first run",
    ),
    Choice(
        "G47",
        "The first run of a schedule, and runs missed while the DSP stood still",
        "the first that is not over; of those missed one is made",
    ),
    Choice(
        "G48",
        "Which DCC Alerts tell of schedules",
        "removed: N4 decommissioned, N5 withdrawn, N6 Change of Supplier, N17 left the SMI, N40 otherwise; "
        "a run: N10 refused, N12 not delivered, N13 not answered",
    ),
    Choice(
        "G49", "RequestID of a scheduled run", "the owner's, with the last free counter before its instant"
    ),
    Choice("G50", "Whose schedules end by a Change of Supplier", "the losing supplier's"),
    Choice(
        "G51",
        "A request of a sequence that cannot follow the one it names",
        "E41 unknown, E42 first yet with a predecessor, E43 to be answered at once, E31 the predecessor failed",
    ),
    Choice("G52", "How long a request of a sequence is remembered after its end", "30 days"),
    Choice(
        "G53",
        "What an alert storm is",
        "more than 10 equal alerts about a Device to a User in 5 minutes; at their end the newest of the others "
        "goes out, with its count",
    ),
    Choice(
        "G54",
        "Which alerts are never held back",
        "DCC Alerts of a status, a schedule, or one request of the User",
    ),
    Choice(
        "G55",
        "What emulated meters show",
        "a function of seed, Device and time; the balance begins anew each Monday; "
        "a profile of an ESME ends with the 5,000th half hour asked for",
    ),
    Choice(
        "G56",
        "For whom a Device encrypts what the ACB asks for a party that it does not know",
        "for that party if its certificate came along, under a counter of the Device's; else for the ACB",
    ),
    Choice(
        "G57",
        "Which UTRN an emulated meter takes",
        "any 20 digits, once, they alone say what it is worth; the same Command again is answered as before",
    ),
    Choice("G58", "Are 8F12, 8F52 and 8F53 critical alerts", "yes: signed, with message code 1000"),
    Choice(
        "G59", "How long a Device takes to join once 8.11 lets it", "5 seconds, if its join time is that long"
    ),
    Choice(
        "G60", "Who stands on Device Logs when nothing was joined yet", "all but what awaits installation"
    ),
    Choice(
        "G61",
        "8.11 at an emulated hub",
        "any install code is believed; what is on the log already, or off it, is a success",
    ),
    Choice(
        "G62",
        "8.7.1 and 8.7.2 at the Device",
        "joined already: success; partner not on the HAN: invalidOrMissingCertificate, noPartnerLinkKeyReceived",
    ),
    Choice("G63", "6.24.1 about Root and Recovery, or a role nobody has", "trustAnchorNotFound"),
    Choice(
        "G64",
        "When an ESME raises 8F53",
        "a Command not its supplier's has an originator that may not ask, or a wrong MAC; once for each Command",
    ),
    Choice("G65", "An 11.4 before SECMP0007", "refused with E100, as any SRV that DUIS does not have"),
    Choice(
        "G66",
        "11.2 and 11.3 for PPMID and HCALCS, and an HCALCS in an 11.1, before SECMP0007",
        "E11; E110106",
    ),
    Choice(
        "G67",
        "From which day the Service Audit Trail shows titles",
        "that of the release its report targets: November 2022",
    ),
    Choice("G23", "How long a pre-notified Device may stay Pending", "36 months, then N8 and removal"),
    Choice(
        "G24",
        "Which supplier may send 8.14.x, or set a hub's status by 8.4",
        "any for a hub without meters, else one responsible for its HAN",
    ),
    Choice(
        "G25", "Parties of one organisation", "each acts for what another is registered for, in that role"
    ),
    Choice(
        "G26",
        "A Command for local delivery before the DSP has the Device's certificates",
        "E20, and they are asked for",
    ),
    Choice("G28", "An 8.13 that fits no Command given out", "E100; E48 where it is not genuine"),
    Choice("G29", "Who may have Commands delivered locally (E17)", "suppliers of the Device"),
    Choice("G30", "When a dated 6.23 leaves the DSP", "one hour before its date, which the Device keeps"),
    Choice("G31", "What the DSP does on 8F12", "reads the hub's Device Log; who is connected is installed"),
    Choice(
        "G32",
        "Commands of a supplier whose credentials the Device does not hold",
        "Critical ones as they are, others through the ACB",
    ),
    Choice("G33", "Which Device 8.7.1 or 8.7.2 commissions", "the PPMID, HCALCS or GPF of the two"),
    Choice(
        "G34",
        "What leaves with a hub, and comes back with it",
        "its GPF; the Devices behind it keep their SMI Status and stand on no HAN",
    ),
    Choice("G35", "2.2 with Command Variant 2 for SMETS1", "answered at once with the UTRN"),
    Choice("G36", "The answer to Command Variants 3 and 7", "I99 with the LocalCommand"),
    Choice(
        "G68",
        "What an IHD or CAD, which has no SMI Status, is to 8.4",
        "as a Pending Device while it is on no HAN: its pre-notifier deletes it or changes its details",
    ),
    Choice(
        "G69",
        "Who may send 8.4 UpdateMPxN",
        "the Responsible Supplier, or the pre-notifier of a meter that has no ImportMPxN; and to another ImportMPxN "
        "only who is registered for that one",
    ),
    Choice(
        "G70",
        "To which point of supply 8.4 UpdateMPxN moves a meter",
        "to an ImportMPxN with a registered supplier, and to none that another meter of its type in use has",
    ),
    Choice(
        "G71",
        "8.11 Remove of a Device in service, and its way back",
        "it keeps its SMI Status and points of supply and stands on no HAN, until an 8.11 Add to any hub, which "
        "changes neither",
    ),
    Choice(
        "G72",
        "A hub, or its GPF, that is pre-notified while the hub is connected",
        "in service at once",
    ),
    Choice(
        "G73",
        "A Device whose firmware is not on the CPL when its recovery ends",
        "Suspended, with N28",
    ),
    Choice("G74", "11.2 to a Suspended GPF, after SECMP0105", "E5, as before"),
    Choice("G39", "A request to a Device that stands on no HAN", "E20 at once"),
    Choice(
        "G38",
        "Who may send an 8.11 that adds a meter",
        "who is registered for the point of supply it names, or responsible for the hub",
    ),
    Choice(
        "G90",
        "Whose power a Device has",
        "each Device and each hub its own: a hub does not go with its ESME; CHF and GPF have that of their hub",
    ),
    Choice(
        "G91",
        "What a Device had a date for while it had no power",
        "done when the power is back, and told as ever",
    ),
    Choice(
        "G92",
        "How long a Device activates firmware, and a power cut meanwhile",
        "no time; after a cut the old version runs again and the image still waits; there is no Response to that 11.3, "
        "a dated one is told as failed (8F67), a PPMID's own by CS09; 8F1B is not raised",
    ),
    Choice(
        "G93",
        "What Devices say while their hub has no power, and what is sent to them",
        "they keep it and it goes out when the hub is back; Commands are lost, the DSP has no receipt (E20)",
    ),
    Choice(
        "G94",
        "Which tamper alerts a meter has, and who is told",
        "ESME: 8F74 to 8F78; GSME: 8F73 to 8F75 and 8F78; the supplier alone; other Device Types and SMETS1 have none",
    ),
    Choice(
        "G95",
        "What goes by a Device's own clock",
        "the dates of its answers, alerts and logs, and its future dates; registers and profile logs go by true time",
    ),
    Choice(
        "G96",
        "What a hub says of a Command to a Device without power",
        "not delivered, at once: the DSP tries again as ever, then E20; 8F84 is not raised",
    ),
    Choice(
        "G97",
        "Registers and profile logs of a meter that had no power",
        "registers stand still; its half hours stand in the log, with nothing in them",
    ),
    Choice(
        "G98",
        "Firmware on its way while a hub or a Device has no power",
        "rests, and goes on where it was; a Device that was off asks for it when it is on",
    ),
    Choice(
        "G99",
        "Who tells of an outage when it is over",
        "an ESME of SMETS2+ tells its network operator (8F35, 8F36); hubs and other Devices tell nobody",
    ),
    Choice(
        "G110",
        "What is answered to DUIS XML that is not as the schema says, or whose signature is not right",
        "E100 for its form, E48 for its signature; what no Response could name is no DUIS, and HTTP says so (400)",
    ),
    Choice(
        "G111",
        "What DUIS XML answers to a request that is not emulated",
        "E71 without a payload: no rule gives that code, and its meaning is not known; over gRPC NotEmulated",
    ),
    Choice(
        "G112",
        "What DUIS XML answers to a SMETS1 top-up that is to be entered by hand",
        "no payload: DUIS has no element for a UTRN in an answer, and the User gave it",
    ),
    Choice(
        "G113",
        "What a reader of DUIS 5.2 or 5.3 knows of what came after 5.1",
        "nothing: it is told no more than one of 5.1",
    ),
    Choice(
        "G114",
        "What a User's Receive Response Service may answer to a push",
        "2xx: taken; 400, 413, 415, 422: parked, where the User can see it; all else, and no answer: tried again",
    ),
    Choice(
        "G115",
        "How long a message that is not taken is tried",
        "until it is two days old by the DSP's clock and an attempt has failed; then it is parked",
    ),
    Choice(
        "G116",
        "What is pushed to a User who says for the first time where",
        "what is younger than two days, or only what comes from then on, if the User says so",
    ),
    Choice("G37", "A correction by the DCC of manufacturer or model", "changes no SMI Status"),
)


def choice(name: str) -> Choice:
    """The row of that name."""
    return next(row for row in CHOICES if row.name == name)
