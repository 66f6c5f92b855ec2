"""How sure a row is of its fact, so that no guess passes for the SEC's word."""

from enum import StrEnum


class Mark(StrEnum):
    CERTAIN = "C"  # read in a report, a schema or a reference vector
    LIKELY = "L"  # inferred from certain facts, or described at second hand
    WEAK = "W"  # recollected; no source could be opened
    UNKNOWN = "U"  # the public sources are silent
    CHOICE = "R"  # not a fact of the domain: what this emulator chose
