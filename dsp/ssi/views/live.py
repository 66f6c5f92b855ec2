"""Events as rows of a page: texts, badges' tones and addresses; a script shows them as text and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from dsp.core.live import LiveEvent
from dsp.ssi.views.addresses import device_address
from dsp.ssi.views.badges import Tone, status_badge
from smart_metering.instants import format_instant
from smart_metering.smi_statuses import SmiStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRow:
    """A line; `tone` is that of the badge of `status`, both empty for an alert."""

    at: str
    kind: str
    device: str
    href: str
    device_type: str
    what: str
    status: str
    tone: str


def live_rows(events: Iterable[LiveEvent]) -> list[LiveRow]:
    """In their order."""
    return [_row(event) for event in events]


def _row(event: LiveEvent) -> LiveRow:
    badge = status_badge(SmiStatus(event.status)) if event.status else None
    return LiveRow(
        at=format_instant(event.at).removesuffix("Z").replace("T", " ").removesuffix(".000"),
        kind=event.kind,
        device=event.device,
        href=device_address(event.device),
        device_type=event.device_type,
        what=event.what,
        status=badge.text if badge else "",
        tone=badge.tone if badge else Tone.CALM,
    )
