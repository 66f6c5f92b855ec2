"""Who is shown which part of the pages: the whole table, looker by looker."""

import pytest

from dsp.rules.self_service import PANELS, Looker, Panel, audience, showing

EXPECTED = {
    Looker.ANYBODY: {Panel.INVENTORY},
    Looker.SENDER: {Panel.REQUEST},
    Looker.RESPONSIBLE: {Panel.DEVICE_ITSELF},
    Looker.TITLED: {Panel.CAUSES},
    Looker.OPERATOR: {Panel.CAUSES, Panel.REQUEST, Panel.OTHERS, Panel.DEVICE_ITSELF},
}


@pytest.mark.parametrize("panel", Panel)
@pytest.mark.parametrize("looker", Looker)
def test_each_looker_is_shown_what_its_rows_say(panel: Panel, looker: Looker) -> None:
    row = showing(panel, {looker})

    assert (row is not None) == (panel in EXPECTED[looker])
    assert row is None or (row.panel, row.looker) == (panel, looker)


def test_nobody_is_shown_anything_for_being_nothing() -> None:
    assert all(showing(panel, set()) is None for panel in Panel)


def test_every_row_has_a_source() -> None:
    assert all(row.source for row in PANELS)


def test_an_audience_is_told_in_words() -> None:
    assert audience(Panel.DEVICE_ITSELF) == "a User responsible for the Device or the operator"
