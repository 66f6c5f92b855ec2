"""Pictures as SVG within the page: Devices by state as stacked areas, and the two lanes of one Device.

Fills are classes and patterns of the page; every text is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from smart_metering.instants import Instant
from smets.counting import counted
from smets.scenarios.beliefs import Sample
from smets.scenarios.report.axis import Axis
from smets.scenarios.report.looks import Looks
from smets.scenarios.report.states import AGREE, DISAGREE, Band, Lanes, Piece, TypePicture
from smets.scenarios.report.wording import moment
from smets.scenarios.timeline import Event, Kind

WIDTH = 960
LEFT, RIGHT = 64, 8
BAND_HEIGHT, THIN_BAND_HEIGHT = 128, 44
TITLE_HEIGHT, TICKS_HEIGHT = 24, 34
LANE_HEIGHT, GAP_HEIGHT, MARKS_HEIGHT = 24, 10, 18
LETTER = 6.9
"""The width of a letter of these pictures, to know whether a text has room."""

LEAST_TICK = 22
LEAST_MOMENT = 150


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where samples stand, in units of the picture: each from its place to that of the next."""

    axis: Axis
    samples: Sequence[Sample]

    def x(self, place: float) -> float:
        return round(LEFT + place * (WIDTH - LEFT - RIGHT), 1)

    def of(self, position: int) -> float:
        """The sample of this position; beyond the last, the right end."""
        if position >= len(self.samples):
            return self.x(1.0)
        return self.x(self.axis.place(self.samples[position]))

    def at(self, instant: Instant) -> float:
        return self.x(self.axis.place_of(instant))


# --- Devices by state


def stacked(picture: TypePicture, canvas: Canvas, looks: Looks) -> Markup:
    """What the SMI believes over what the Devices are, over where they differ; the axis is the same."""
    heights = (BAND_HEIGHT, BAND_HEIGHT, THIN_BAND_HEIGHT)
    tops = list(accumulate((TITLE_HEIGHT + height for height in heights), initial=0))
    height = tops[-1] + TICKS_HEIGHT
    label = f"{counted(picture.devices, picture.device_type)} by state over the steps"
    parts = [
        _band(band, canvas, looks, top + TITLE_HEIGHT, band_height, picture.devices)
        for band, top, band_height in zip(picture.bands, tops, heights, strict=False)
    ]
    return _svg(height, label, [*parts, _ticks(canvas, tops[-1], TITLE_HEIGHT)])


def _band(band: Band, canvas: Canvas, looks: Looks, top: int, height: int, total: int) -> Markup:
    shown = [state for state in reversed(band.states) if state != AGREE]
    parts = [
        Markup('<text class="title" x="{}" y="{}">{}</text>').format(LEFT, top - 7, band.title),
        Markup('<rect class="ground" x="{}" y="{}" width="{}" height="{}"/>').format(
            LEFT, top, WIDTH - LEFT - RIGHT, height
        ),
    ]
    below = [0] * len(band.counts)
    for state in shown:
        numbers = [count.get(state, 0) for count in band.counts]
        above = [low + number for low, number in zip(below, numbers, strict=True)]
        scale = [
            (round(top + height - low * height / total, 1), round(top + height - high * height / total, 1))
            for low, high in zip(below, above, strict=True)
        ]
        parts += [_area(state, scale, canvas, looks), _inscription(state, scale, numbers, canvas)]
        below = above
    most = max((count.get(DISAGREE, 0) for count in band.counts), default=0)
    edge = total if band.states not in ((AGREE,), ()) else 0
    note = Markup('<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>')
    parts += [note.format(LEFT - 6, top + 10, f"{edge or total:,}"), note.format(LEFT - 6, top + height, "0")]
    if band.states == (AGREE,):
        text = "at no time that was looked at"
        parts.append(
            Markup('<text class="quiet" x="{}" y="{}">{}</text>').format(LEFT + 8, top + height / 2 + 4, text)
        )
    elif DISAGREE in band.states:
        parts.append(
            Markup('<text class="title" x="{}" y="{}" text-anchor="end">at most {}</text>').format(
                WIDTH - RIGHT, top - 7, f"{most:,}"
            )
        )
    return Markup("").join(parts)


def _area(state: str, scale: Sequence[tuple[float, float]], canvas: Canvas, looks: Looks) -> Markup:
    """What was seen holds until the next sample, so areas have steps."""
    upper = " ".join(
        f"{canvas.of(at)},{high} {canvas.of(at + 1)},{high}" for at, (_, high) in enumerate(scale)
    )
    lower = " ".join(
        f"{canvas.of(at + 1)},{low} {canvas.of(at)},{low}"
        for at, (low, _) in reversed(list(enumerate(scale)))
    )
    return Markup('<polygon class="f-{0}" points="{1} {2}"><title>{3}</title></polygon>').format(
        looks.fill(state), upper, lower, state
    )


def _inscription(
    state: str, scale: Sequence[tuple[float, float]], numbers: Sequence[int], canvas: Canvas
) -> Markup:
    """The name of an area where it has room: in the widest stretch of one size."""
    best = (0.0, 0.0, 0.0)
    start = 0
    for position in range(1, len(scale) + 1):
        if position == len(scale) or scale[position] != scale[start]:
            left, right = canvas.of(start), canvas.of(position)
            if numbers[start] and right - left > best[0]:
                low, high = scale[start]
                best = (right - left, (left + right) / 2, (low + high) / 2 if low - high >= 16 else 0.0)
            start = position
    width, middle, y = best
    if not y or width < LETTER * len(state) + 16:
        return Markup("")
    return _label(state, middle, y)


# --- one Device


def lanes(device: str, both: Lanes, events: Iterable[Event], canvas: Canvas, looks: Looks) -> Markup:
    """The SMI's lane over the Device's; between them where they differ; above, faults and alerts."""
    smi_top = MARKS_HEIGHT
    gap_top = smi_top + LANE_HEIGHT
    device_top = gap_top + GAP_HEIGHT
    bottom = device_top + LANE_HEIGHT
    parts = [
        *_marks(events, canvas),
        _name("SMI", smi_top),
        _name("Device", device_top),
        *(_piece(piece, canvas, looks, smi_top, LANE_HEIGHT) for piece in both.believed),
        *(_piece(piece, canvas, looks, device_top, LANE_HEIGHT) for piece in both.true),
        *(_piece(piece, canvas, looks, gap_top, GAP_HEIGHT) for piece in both.differing),
        _ticks(canvas, bottom, smi_top),
    ]
    return _svg(bottom + TICKS_HEIGHT, f"{device}: {lanes_in_words(both)}", parts)


def lanes_in_words(both: Lanes) -> str:
    """What the two lanes show."""
    believed = ", then ".join(piece.text for piece in both.believed)
    true = ", then ".join(piece.text for piece in both.true)
    differing = "; ".join(dict.fromkeys(piece.text for piece in both.differing)) or "at no time seen"
    return f"the SMI had {believed}. The Device was {true}. They differed: {differing}."


def _name(text: str, top: int) -> Markup:
    return Markup('<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>').format(
        LEFT - 6, top + LANE_HEIGHT / 2 + 4, text
    )


def _piece(piece: Piece, canvas: Canvas, looks: Looks, top: int, height: int) -> Markup:
    left, right = canvas.of(piece.first), canvas.of(piece.end)
    width = max(0.0, round(right - left, 1))
    if not width:
        return Markup("")
    drawn = Markup('<rect class="f-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        looks.fill(piece.state), left, top, width, height, piece.text
    )
    if height < LANE_HEIGHT or width < LETTER * len(piece.text) + 16:
        return drawn
    return drawn + _label(piece.text, (left + right) / 2, top + height / 2)


def _marks(events: Iterable[Event], canvas: Canvas) -> Iterator[Markup]:
    """A cross for a fault, a circle for an alert; the title says which."""
    drawn: set[tuple[Kind, float]] = set()
    for event in events:
        x = canvas.at(event.at)
        if event.kind not in (Kind.FAULT, Kind.ALERT) or (event.kind, x) in drawn:
            continue
        drawn.add((event.kind, x))
        if event.kind is Kind.FAULT:
            shape = Markup('<path class="cross" d="M{} {}l8 8m0 -8l-8 8"/>').format(round(x - 4, 1), 4)
        else:
            shape = Markup('<circle class="bell" cx="{}" cy="{}" r="4"/>').format(x, 8)
        yield Markup("<g>{}<title>{} {}</title></g>").format(shape, moment(event.at), event.text)


def _label(text: str, x: float, y: float) -> Markup:
    """On a ground of its own, so that it can be read on any pattern."""
    width = LETTER * len(text) + 8
    return Markup(
        '<rect class="plate" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="16" rx="3"/>'
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>'
    ).format(x - width / 2, y - 8, width, x, y + 4, text)


# --- the axis


def _ticks(canvas: Canvas, top: int, from_top: int) -> Markup:
    """The number of each step where it ends, and the time there, as far as there is room."""
    parts = []
    last_tick = last_moment = -1000.0
    for position, step in enumerate(canvas.axis.steps):
        left, right = canvas.x(canvas.axis.ends[position]), canvas.x(canvas.axis.ends[position + 1])
        if right == left:
            continue
        parts.append(
            Markup('<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(right, from_top, top)
        )
        middle = (left + right) / 2
        if middle - last_tick >= LEAST_TICK:
            parts.append(
                Markup('<text class="axis" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                    middle, top + 13, step.number
                )
            )
            last_tick = middle
        if right - last_moment >= LEAST_MOMENT and right - LEFT >= LEAST_MOMENT / 2:
            anchor = "end" if right > WIDTH - RIGHT - LEAST_MOMENT / 2 else "middle"
            parts.append(
                Markup('<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>').format(
                    right, top + 28, anchor, moment(step.ended)
                )
            )
            last_moment = right
    name = Markup('<text class="axis" x="{:.1f}" y="{}" text-anchor="{}">{}</text>')
    end = (canvas.x(canvas.axis.ends[-1]) + canvas.x(1.0)) / 2
    parts.append(name.format(LEFT - 6, top + 13, "end", "step"))
    if end - last_tick >= LEAST_TICK:
        parts.append(name.format(end, top + 13, "middle", "end"))
    return Markup("").join(parts)


def _svg(height: int, label: str, parts: Iterable[Markup]) -> Markup:
    opening = Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, label)
    return opening + Markup("").join(parts) + Markup("</svg>")
