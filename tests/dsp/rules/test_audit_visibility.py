"""Who sees what of the Service Audit Trail: the table whole, in both regimes, and how far back."""

import pytest

from dsp.rules.audit_visibility import (
    BASE_AUDIT_VISIBILITY,
    MessageKind,
    Shown,
    Viewer,
    VisibilityRow,
    oldest_kept,
    oldest_shown,
)
from dsp.rules.modifications.service_audit_trail_titles import NAME, service_audit_trail_titles
from dsp.rules.releases import rules_with
from smart_metering.instants import DAY_MS, Instant, format_instant, parse_instant
from smart_metering.marks import Mark

BEFORE = rules_with(())
AFTER = service_audit_trail_titles(BEFORE)
TITLED = {MessageKind.SERVICE_REQUEST, MessageKind.SIGNED_PRE_COMMAND, MessageKind.SERVICE_RESPONSE}


def shown(rows: tuple[VisibilityRow, ...], viewer: Viewer, kind: MessageKind) -> list[Shown]:
    return [row.shown for row in rows if row.viewer is viewer and row.kind is kind]


@pytest.mark.parametrize("kind", MessageKind)
def test_a_user_sees_every_record_of_its_own_in_both_regimes(kind: MessageKind) -> None:
    for rules in (BEFORE, AFTER):
        assert shown(rules.audit_visibility, Viewer.USER_ITSELF, kind) == [Shown.RECORD]


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("viewer", [Viewer.RESPONSIBLE_SUPPLIER, Viewer.RESPONSIBLE_NETWORK_OPERATOR])
def test_others_see_nothing_before_and_titles_of_requests_and_responses_after(
    viewer: Viewer, kind: MessageKind
) -> None:
    assert shown(BEFORE.audit_visibility, viewer, kind) == []
    assert shown(AFTER.audit_visibility, viewer, kind) == ([Shown.TITLE] if kind in TITLED else [])


def test_each_row_has_its_source_and_no_row_is_a_guess() -> None:
    for row in AFTER.audit_visibility:
        assert row.source.startswith("modification report on the Service Audit Trail")
        assert row.mark in {Mark.CERTAIN, Mark.LIKELY}


def test_the_modification_adds_its_rows_and_changes_nothing_else() -> None:
    assert AFTER.modifications == (NAME,)
    assert AFTER.audit_visibility[: len(BASE_AUDIT_VISIBILITY)] == BASE_AUDIT_VISIBILITY
    for field in ("exemptions", "evidence", "amendments", "switches", "times"):
        assert getattr(AFTER, field) == getattr(BEFORE, field)


# --- how far back


@pytest.mark.parametrize(
    ("now", "oldest"),
    [
        ("2021-11-21T02:00:00.001Z", "2021-08-21T02:00:00.001Z"),
        ("2022-02-28T23:59:59.999Z", "2021-11-28T23:59:59.999Z"),
        ("2022-03-15T00:00:00.000Z", "2021-12-15T00:00:00.000Z"),
        ("2022-05-31T12:00:00.000Z", "2022-02-28T12:00:00.000Z"),
        ("2024-05-31T12:00:00.000Z", "2024-02-29T12:00:00.000Z"),
        ("2022-01-01T00:00:00.000Z", "2021-10-01T00:00:00.000Z"),
        ("2022-03-01T00:00:00.000Z", "2021-12-01T00:00:00.000Z"),
        ("2022-04-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z"),
    ],
)
def test_three_calendar_months_end_at_the_same_time_of_the_same_day(now: str, oldest: str) -> None:
    assert format_instant(oldest_shown(parse_instant(now))) == oldest


def test_nothing_that_is_shown_is_no_longer_kept() -> None:
    start = parse_instant("2020-01-01T00:00:00Z")

    spans = set()
    for day in range(4 * 366):
        now = Instant(start + day * DAY_MS)
        assert oldest_kept(now) <= oldest_shown(now)
        spans.add((now - oldest_shown(now)) // DAY_MS)

    assert spans == {89, 90, 91, 92}
