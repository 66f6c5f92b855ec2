"""`smets send` for every Service Request that has a body: what is asked, what comes back, and what is said of it."""

from collections.abc import Iterator

import pytest

from smart_metering.service_requests import SERVICE_REQUESTS
from smets.requests.bodies import ROWS
from tests.smets.cli.command_line import CommandLine, field, running

FLEET = """
fleets:
  - name: standing
  - {name: new, awaiting_installation: [ESME, PPMID]}
  - {name: old, template: smets1}
  - name: sold
    next_suppliers: [{supplier: second supplier, since: "2021-11-04T00:30:00Z"}]
  - {name: leaving, count: 2}
"""
HUB, GPF, ESME, GSME, PPMID, HCALCS = (f"00-DB-12-34-00-00-00-0{position}" for position in range(6))
NEW_HUB, NEW_ESME, NEW_PPMID, NEW_HCALCS = (f"00-DB-12-34-00-00-00-1{position}" for position in (0, 2, 4, 5))
OLD_ESME = "00-DB-12-34-00-00-00-22"
SOLD_GPF, SOLD_ESME, SOLD_GSME, SOLD_PPMID = (f"00-DB-12-34-00-00-00-3{position}" for position in range(1, 5))
LEAVING_HUB, LEAVING_ESME, LEAVING_GSME = (f"00-DB-12-34-00-00-00-4{position}" for position in (0, 2, 3))
SPARE_HUB, SPARE_ESME, SPARE_PPMID = (f"00-DB-12-34-00-00-00-5{position}" for position in (0, 2, 4))
SECOND_SUPPLIER = "90-B3-D5-1F-30-03-00-00"


@pytest.fixture(scope="module")
def smets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A system for all tests of this module; each changes only what no other asks about."""
    with running(tmp_path_factory.mktemp("system"), FLEET, premises=6) as line:
        yield line


# --- what a Device answers -----------------------------------------------------------------------------------

ANSWERED = (
    # what is sent, and what comes back
    (("2.2", ESME), "top-up accepted"),
    (("2.2", GSME, "--set", "utrn=12345678901234567890"), "worth £"),
    (("3.3", ESME), "event log cleared"),
    (("4.1.1", ESME), "import "),
    (("4.1.1", GSME), "consumption "),
    (("4.3", ESME), "balance £"),
    (("4.8.1", ESME), "49 half hours from "),
    (("4.8.1", ESME, "--set", "from=-2h", "--set", "to=-1h"), "3 half hours from "),
    (("4.8.1", GSME, "--user", "other user"), "dm³ in all"),
    (("4.8.1", ESME, "--user", "other user", "--set", "certificate=no"), "so not to be read here"),
    (("6.2.4", ESME), "variant AD"),
    (("6.24.1", ESME), "NetworkOperator 90-B3-D5-1F-30-02-00-00"),
    (("6.24.1", ESME, "--set", "roles=Root"), "Root trustAnchorNotFound"),
    (("7.4", GSME), "supply Enabled, battery for "),
    (("8.1.1", ESME), "clock set: "),
    (("8.1.1", GSME, "--set", "tolerance_period=5", "--set", "time=-1d"), "clock not set"),
    (("8.7.1", ESME, "--set", f"other={PPMID[-5:]}"), "joined"),
    (("8.7.2", GSME, "--set", f"other={GPF}"), "joined"),
    (("8.7.1", ESME, "--set", f"other={HCALCS}"), "joined"),
    (("8.7.1", GSME, "--set", f"other={PPMID}"), "joined"),
    (("8.7.2", GPF, "--set", f"other={GSME}"), "joined"),
    (("8.7.2", GPF, "--set", f"other={PPMID}"), "joined"),
    (("8.7.2", ESME, "--set", f"other={PPMID}"), "joined"),
    (("8.9", ESME), "joined with CHF"),
    (("8.9", HUB), f"{ESME} heard "),
    (("8.11", NEW_HUB, "--set", f"device={NEW_HCALCS}", "--set", "request=Remove"), "put off the log"),
    (("4.1.1", OLD_ESME), "ActiveImportRegister "),
    (("2.2", OLD_ESME), "success"),
)


@pytest.mark.parametrize(("arguments", "text"), ANSWERED, ids=[" ".join(row[0]) for row in ANSWERED])
def test_a_request_is_answered_in_words(smets: CommandLine, arguments: tuple[str, ...], text: str) -> None:
    said = smets.run("send", *arguments)

    assert "I99" in said
    assert text in said


def test_an_answer_is_data_too(smets: CommandLine) -> None:
    sent = smets.ask("send", "4.1.1", ESME)

    assert field(sent, "verified", "holds") is True
    assert field(sent, "outcome", "success") is True
    assert int(str(field(sent, "outcome", "content", "active_import_wh"))) > 0


def test_two_top_ups_have_two_utrns(smets: CommandLine) -> None:
    first, second = smets.run("send", "2.2", GSME), smets.run("send", "2.2", GSME)

    assert "top-up accepted" in first
    assert "top-up accepted" in second


def test_a_dated_read_comes_at_its_date(smets: CommandLine) -> None:
    said = smets.run("send", "4.3", SPARE_ESME, "--at", "+2h", "--advance", "3h")

    assert "balance £" in said


# --- what the DCC answers ------------------------------------------------------------------------------------

DECIDED = (
    # what is sent                                                                exit  what is answered
    (("8.4", PPMID, "--set", "status=InstalledNotCommissioned"),                   4,    "E080407"),
    (("8.4", PPMID, "--set", "hub_status=Withdrawn"),                              4,    "E080408"),
    (("8.4", ESME, "--set", "delete_device=yes"),                                  4,    "E4"),
    (("8.4", ESME, "--set", "import_mpxn=12"),                                     4,    "expected 13 digits"),
    (("8.4", LEAVING_GSME, "--set", "import_mpxn=7400000099"),                     4,    "nobody is registered for"),
    (("8.4", LEAVING_GSME, "--set", "import_mpxn=7400000004"),                     0,    "UpdateMPxN by the supplier"),
    (("8.4", ESME, "--set", "esme_variant=A"),                                     4,    "E080405"),
    (("8.13", "--set", "response=00"),                                             4,    "E100"),
    (("8.14.1", SPARE_HUB, "--set", "mpxn=1000000000053"),                         0,    "I0"),
    (("8.14.2", SPARE_HUB),                                                        0,    "I0"),
    (("5.1", ESME, "--set", "srv=8.3"),                                            4,    "E050101"),
    (("5.1", ESME, "--set", "start=2020-01-01"),                                   4,    "E050103"),
    (("5.2", "--set", "id=999"),                                                   4,    "E050201"),
    (("6.23", ESME, "--set", "import_mpxn=1"),                                     4,    "E062301"),
    (("6.23", ESME, "--user", "second supplier"),                                  4,    "E4 User Role not authorised"),
    (("4.1.1", ESME),                                                              0,    "I99 accepted for sending"),
    (("4.1.1", ESME),                                                              0,    "(as supplier)"),
    (("4.1.1", ESME, "--variant", "2", "--user", "network operator"),              4,    "E17"),
    (("8.1.1", ESME, "--variant", "6"),                                            4,    "E12"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "exit_code", "text"), DECIDED, ids=[" ".join(row[0]) for row in DECIDED]
)
def test_a_request_is_decided_at_once(
    smets: CommandLine, arguments: tuple[str, ...], exit_code: int, text: str
) -> None:
    assert text in smets.run("send", *arguments, exit_code=exit_code)


def test_a_schedule_is_made_read_and_deleted(smets: CommandLine) -> None:
    created = smets.ask("send", "5.1", SPARE_ESME, "--set", "time=02:00", "--set", "start=+2d")
    number = field(created, "answer", "body", "dsp_schedule_id")

    by_device = smets.run("send", "5.2", SPARE_ESME)
    deleted = smets.run("send", "5.3", "--set", f"id={number}")
    nothing = smets.run("send", "5.2", SPARE_ESME)

    assert f"schedule {number}: 4.8.1 to {SPARE_ESME}, Daily from 2021-11-06T02:00:00.000Z" in by_device
    assert "I0" in deleted
    assert "W050201" in nothing


def test_a_run_of_a_schedule_is_told_among_the_responses(smets: CommandLine) -> None:
    created = smets.ask("send", "5.1", SPARE_ESME, "--set", "start=+1d", "--set", "end=+1d")
    number = field(created, "answer", "body", "dsp_schedule_id")

    smets.run("clock", "advance", "1d1m")

    said = smets.run("alerts", "--responses", "--user", "supplier")
    assert f"schedule {number}: 49 half hours from " in said


# --- from the box on the shelf to the decommissioned meter ----------------------------------------------------


def test_a_meter_and_its_display_are_installed(smets: CommandLine) -> None:
    _prenotify(smets, NEW_ESME, "ESME", "AB01", "010A030B", "--set", "esme_variant=AD")
    _prenotify(smets, NEW_PPMID, "PPMID", "AB03", "030A0101")
    smets.run("send", "8.11", NEW_HUB, "--set", f"device={NEW_ESME}", "--set", "import_mpxn=1000000000012")
    smets.run("send", "8.11", NEW_HUB, "--set", f"device={NEW_PPMID}", "--set", "join_time=600")
    smets.run("clock", "advance", "10m")
    smets.run("send", "8.1.1", NEW_ESME)
    smets.run("send", "8.7.1", NEW_ESME, "--set", f"other={NEW_PPMID}")

    meter, display = (smets.ask("device", "show", device) for device in (NEW_ESME, NEW_PPMID))

    for device, shown in ((NEW_ESME, meter), (NEW_PPMID, display)):
        assert field(shown, "smi", "device", "device_status") == "Commissioned"
        assert "on the HAN yes" in " ".join(smets.run("device", "show", device).split())
    history = field(meter, "smi", "status_history")
    assert isinstance(history, list)
    assert [entry["status"] for entry in history] == [
        "Pending",
        "Whitelisted",
        "InstalledNotCommissioned",
        "Commissioned",
    ]
    assert [bool(entry["request_id"]) for entry in history if "request_id" in entry] == [True, True, True]
    assert f"MeterIdentity {NEW_ESME}" in smets.run("alerts", "--user", "network operator")


def test_a_supplier_takes_over_what_it_is_registered_for(smets: CommandLine) -> None:
    smets.run("clock", "advance", "1h")

    said = smets.run("send", "6.23", SOLD_ESME, "--user", "second supplier")
    mirror = smets.run("send", "6.23", SOLD_GPF, "--user", "second supplier")

    assert "KeyAgreementTopUp are now of 90-B3-D5-1F-30-03-00-00" in said
    assert "DigitalSigning KeyAgreement are now of 90-B3-D5-1F-30-03-00-00" in mirror
    assert "import " in smets.run("send", "4.1.1", SOLD_ESME, "--user", "second supplier")
    assert "E4" in smets.run("send", "4.1.1", SOLD_ESME, "--user", "supplier", exit_code=4)
    assert SECOND_SUPPLIER in smets.run("device", "show", SOLD_ESME)
    assert f"{SOLD_ESME} has another supplier's credentials" in smets.run("alerts", "--user", "supplier")


def test_a_meter_leaves_the_service_and_its_hub_is_returned(smets: CommandLine) -> None:
    assert "8.3 by the Responsible Supplier" in smets.run("send", "8.3", LEAVING_ESME)
    assert "I0" in smets.run("send", "8.14.3", LEAVING_HUB, "--set", "reason=Damaged case")

    shown = smets.run("device", "show", LEAVING_ESME)
    assert "Decommissioned" in shown
    assert "8.3 accepted by 90-B3-D5-1F-30-01-00-00" in shown


def _prenotify(
    smets: CommandLine, device: str, kind: str, manufacturer: str, model: str, *others: str
) -> None:
    fields = (
        f"device_type={kind}",
        f"device_manufacturer={manufacturer}",
        f"device_model={model}",
        "firmware_version=00000001",
    )
    options = [option for text in fields for option in ("--set", text)]
    smets.run("send", "12.2", device, *options, *others)


# --- local delivery, and sequences ---------------------------------------------------------------------------


def test_a_command_for_local_delivery_is_printed(smets: CommandLine) -> None:
    said = smets.run("send", "4.1.1", SPARE_ESME, "--variant", "2")
    sent = smets.ask("send", "4.1.1", SPARE_ESME, "--variant", "2")

    assert "\ncommand   dd0000000000" in said
    assert str(field(sent, "command")).startswith("dd0000000000")
    assert field(sent, "delivery") is None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("4.1.1", SPARE_ESME, "--variant", "2"), "import "),
        (("8.7.1", SPARE_ESME, "--variant", "6", "--set", f"other={SPARE_PPMID}"), "joined"),
        (("11.2", SPARE_ESME, "--variant", "3"), "firmware 00000001"),
        (("8.7.1", SPARE_ESME, "--variant", "7", "--set", f"other={SPARE_PPMID}"), "joined"),
    ],
    ids=["2", "6", "3", "7"],
)
def test_a_command_is_delivered_by_hand(smets: CommandLine, arguments: tuple[str, ...], text: str) -> None:
    said = smets.run("send", *arguments, "--deliver")

    assert "\ndelivered " in said
    assert text in said


def test_what_came_of_a_local_delivery_is_data_too(smets: CommandLine) -> None:
    sent = smets.ask("send", "4.1.1", SPARE_ESME, "--variant", "2", "--deliver")

    assert field(sent, "delivery", "answered", "verified", "holds") is True
    assert field(sent, "delivery", "returned", "response_code") == "I0"
    assert field(sent, "response") is None


def test_an_answer_is_brought_back_from_a_file(smets: CommandLine) -> None:
    delivered = smets.ask("send", "11.2", SPARE_ESME, "--variant", "2", "--deliver")
    octets = str(field(delivered, "delivery", "answered", "response", "body", "gbcs_payload"))
    file = smets.folder / "response.hex"
    file.write_text(octets)

    said = smets.run("send", "8.13", "--set", f"response=@{file}", exit_code=4)

    assert "no Command" in said  # The DSP has it already.


def test_a_device_that_stays_silent_is_no_response(smets: CommandLine) -> None:
    """It does not know the supplier that signed."""
    smets.run("clock", "advance", "1h")

    said = smets.run(
        *("send", "8.7.1", SOLD_GSME, "--set", f"other={SOLD_PPMID}", "--user", "second supplier"),
        *("--variant", "6", "--deliver"),
        exit_code=5,
    )

    assert "delivered the Device stays silent" in said


def test_a_smets1_device_has_nothing_to_deliver(smets: CommandLine) -> None:
    said = smets.run("send", "2.2", OLD_ESME, "--variant", "2", "--deliver")

    assert "UTRN " in said
    assert "nothing to deliver: a UTRN, to be typed in at the meter" in said


def test_a_request_with_a_date_to_come_is_done_for_now(smets: CommandLine) -> None:
    said = smets.run("send", "4.1.1", SPARE_ESME, "--at", "2021-11-20")
    asked = smets.ask("send", "4.1.1", SPARE_ESME, "--at", "2021-11-20")

    assert "response  due at 2021-11-20T00:00:00.000Z" in said
    assert asked["due"] == 1_637_366_400_000
    assert asked["response"] is None


def test_a_dated_request_that_is_reached_is_answered(smets: CommandLine) -> None:
    said = smets.run("send", "4.1.1", SPARE_ESME, "--at", "+1h", "--advance", "2h")

    assert "import " in said
    assert "due at" not in said


def test_a_meter_that_awaits_installation_shows_where(smets: CommandLine) -> None:
    (smets.folder / "later.yaml").write_text(
        "fleets: [{name: later, eui_from: 00-DB-12-34-00-00-10-00, awaiting_installation: [ESME, PPMID]}]"
    )
    smets.run("fleet", "launch", str(smets.folder / "later.yaml"))

    assert "awaits installation at MPxN 1000000002561" in smets.run(
        "device", "show", "00-DB-12-34-00-00-10-02"
    )
    assert "MPxN" not in smets.run("device", "show", "00-DB-12-34-00-00-10-04")


def test_a_request_waits_for_the_one_before_it(smets: CommandLine) -> None:
    first = smets.ask("send", "4.1.1", SPARE_ESME, "--sequence-first", "--at", "+1h", "--no-wait")[
        "request_id"
    ]

    waiting = smets.run("send", "4.3", SPARE_ESME, "--after", str(first), exit_code=5)
    done = smets.run("send", "4.3", SPARE_ESME, "--after", str(first), "--advance", "2h")

    assert "none yet" in waiting
    assert "balance £" in done


# --- the DCC's own changes -----------------------------------------------------------------------------------


def test_a_model_is_corrected_by_hand(smets: CommandLine) -> None:
    said = smets.run(
        "inventory", "correct", SPARE_PPMID, "--model", "030A0102", "--reason", "the label was misread"
    )

    assert "030A0102" in said
    assert "the label was misread" in smets.run("device", "show", SPARE_PPMID)


def test_a_recovery_is_taken_step_by_step(smets: CommandLine) -> None:
    steps = ("started", "credentials-placed", "supplier-restored")
    statuses = [
        smets.ask("inventory", "recovery", LEAVING_GSME, step, "--reason", "a compromise")["device_status"]
        for step in steps
    ]

    assert len(set(statuses)) == len(steps)
    assert "a compromise" in smets.run("inventory", "--type", "GSME", "--history")


def test_histories_are_data_too(smets: CommandLine) -> None:
    rows = smets.ask("inventory", "--type", "CHF", "--history", "--limit", "1")["rows"]

    assert isinstance(rows, list)
    assert field(rows[0], "device", "device_id") == HUB
    assert [entry["cause"] for entry in rows[0]["status_history"]] == ["loaded"]


def test_a_device_is_shown_with_what_it_holds(smets: CommandLine) -> None:
    said = smets.run("device", "show", ESME)

    for text in ("on the HAN", "network operator", "it shows", "ActiveImportRegister", "RequestID"):
        assert text in said


# --- mistakes ------------------------------------------------------------------------------------------------

MISTAKES = (
    # what is asked                                                   what is said
    (("send", "4.3", ESME, "--set", "from=-1d"),                      "SRV 4.3 takes no --set"),
    (("send", "7.4", ESME, "--at", "+1h"),                            "SRV 7.4 takes no --at"),
    (("send", "4.8.1", ESME, "--set", "since=-1d"),                   "there is no field 'since'"),
    (("send", "4.8.1", ESME, "--set", "from=-1w"),                    "duration '1w'"),
    (("send", "4.8.1", ESME, "--set", "certificate=maybe"),           "expected one of: yes, no"),
    (("send", "8.7.1", ESME),                                         "needs --set other=DEVICE"),
    (("send", "8.7.1", ESME, "--set", "other=F7F7"),                  "begins or ends so"),
    (("send", "8.11", HUB),                                           "needs --set device=DEVICE"),
    (("send", "8.11", HUB, "--set", f"device={PPMID}", "--set", "install_code=0"), "expected hex, or @FILE"),
    (("send", "8.11", HUB, "--set", f"device={PPMID}", "--set", "join_time=x"), "expected a whole number"),
    (("send", "8.4", ESME),                                           "exactly one of: status, hub_status"),
    (("send", "8.4", ESME, "--set", "status=Pending", "--set", "delete_device=yes"), "makes one change at a time"),
    (("send", "8.4", ESME, "--set", "import_mpxn=1", "--set", "export_mpan=1"), "makes one change at a time"),
    (("send", "8.3"),                                                 "is about one Device, not 0"),
    (("send", "8.13"),                                                "needs --set response=..."),
    (("send", "8.13", "--set", "response=@none.hex"),                 "there is no such file"),
    (("send", "5.1", ESME, "--set", "time=26:00"),                    "expected hours and minutes"),
    (("send", "4.1.1", ESME, "--deliver"),                            "--deliver needs --variant 2, 3, 6, 7"),
    (("send", "4.1.1", ESME, "--after", "7"),                         "expected originator:target:counter"),
    (("send", "4.1.1", ESME, "--after", "7", "--sequence-first"),     "comes after none"),
    (("inventory", "correct", ESME, "--reason", "none"),              "expected --manufacturer or --model"),
    (("inventory", "correct", ESME, "--model", "010A030B"),           "Missing option '--reason'"),
    (("inventory", "recovery", ESME, "begun", "--reason", "none"),    "there is no step of a recovery 'begun'"),
    (("inventory", "recovery", ESME, "started"),                      "Missing option '--reason'"),
    (("send", "5.1", ESME, "--set", "frequency=Hourly"),              "(expected one of: Daily, Weekly"),
    (("send", "8.4", ESME, "--set", "status=Bogus"),                  "(expected one of: Pending, Inst"),
    (("send", "8.4", HUB, "--set", "hub_status=Bogus"),               "(expected one of: Commissioned, "),
    (("send", "8.14.1", HUB, "--set", "install_type=New"),            "(expected one of: New CHF Install"),
    (("send", "8.2"),                                                 "needs a DEVICE, or --set mpxn=... or uprn=..."),
    (("send", "8.2", ESME, "--set", "uprn=1"),                        "and one of these only"),
    (("send", "5.2"),                                                 "needs a DEVICE, or --set id=..."),
    (("clock", "advance", "-2h"),                                     "time cannot go back"),
    (("clock", "advance", "--", "-2h"),                               "time cannot go back"),
    (("inventory", "--history", "--mpxn", "1"),                       "or else --status, --type and --history"),
)  # fmt: skip


@pytest.mark.parametrize(("arguments", "what"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_a_mistake_is_a_line_that_says_what_was_expected(
    smets: CommandLine, arguments: tuple[str, ...], what: str
) -> None:
    assert what in smets.run(*arguments, exit_code=2)


def test_every_row_is_of_a_service_request() -> None:
    assert set(ROWS) <= {row.srv for row in SERVICE_REQUESTS}
