"""What the pages of the Self-Service Interface show beside the Service Audit Trail, and to whom: a row for each."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark


class Looker(StrEnum):
    """What a caller is to a Device, or to a request, at the moment of looking."""

    ANYBODY = "any User"
    SENDER = "the User that sent it"
    RESPONSIBLE = "a User responsible for the Device"
    TITLED = "a User that is shown titles of others' messages about the Device"
    OPERATOR = "the operator"


class Panel(StrEnum):
    """Parts of the pages."""

    INVENTORY = "the Device as the inventory has it, and when it changed"
    CAUSES = "which request of another User a change followed from, and how"
    REQUEST = "a request: that it is under way, and what became of it"
    OTHERS = "which other parties have to do with it"
    DEVICE_ITSELF = "what the Device itself says"


@dataclass(frozen=True, slots=True)
class PanelRow:
    """`looker` is shown this panel."""

    panel: Panel
    looker: Looker
    source: str
    mark: Mark


_ALL, _SENDER, _OPERATOR = Looker.ANYBODY, Looker.SENDER, Looker.OPERATOR
_REPORT = "modification report on the Service Audit Trail, quoting SEC H8.16(b)"

PANELS = (
    # panel                     looker              source   mark
    PanelRow(Panel.INVENTORY,     _ALL,               "SR 8.2, which any User may send", Mark.LIKELY),
    PanelRow(Panel.CAUSES,        Looker.TITLED,      "chosen here: a cause tells what a title does", Mark.CHOICE),
    PanelRow(Panel.CAUSES,        _OPERATOR,          "chosen here: the DCC carried it", Mark.CHOICE),
    PanelRow(Panel.REQUEST,       _SENDER,            _REPORT, Mark.CERTAIN),
    PanelRow(Panel.REQUEST,       _OPERATOR,          "chosen here: the DCC carried it", Mark.CHOICE),
    PanelRow(Panel.OTHERS,        _OPERATOR,          "chosen here: a User is told of no other", Mark.CHOICE),
    PanelRow(Panel.DEVICE_ITSELF, Looker.RESPONSIBLE, "chosen here: for test engineers", Mark.CHOICE),
    PanelRow(Panel.DEVICE_ITSELF, _OPERATOR,          "chosen here: for test engineers", Mark.CHOICE),
)  # fmt: skip


def showing(panel: Panel, lookers: Collection[Looker]) -> PanelRow | None:
    """The row by which it is shown; None: it is not."""
    return next((row for row in PANELS if row.panel is panel and row.looker in lookers), None)


def audience(panel: Panel) -> str:
    """In words, for whom it is."""
    return " or ".join(row.looker for row in PANELS if row.panel is panel)
