"""Sequences as rows: each fault has a code of its own, and none is passed off as known."""

from dsp.rules.sequences import SEQUENCE_ROWS, SequenceFault, sequence_row
from smart_metering.marks import Mark


def test_each_fault_has_one_code_of_its_own() -> None:
    assert [row.fault for row in SEQUENCE_ROWS] == list(SequenceFault)
    assert len({sequence_row(fault).code for fault in SequenceFault}) == len(SequenceFault)
    assert {row.mark for row in SEQUENCE_ROWS} == {Mark.WEAK}
