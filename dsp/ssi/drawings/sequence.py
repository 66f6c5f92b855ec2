"""What became of a request, as a sequence diagram: a line for each who had to do with it, time runs downwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from markupsafe import Markup

from dsp.ssi.drawings.svg import LETTER, box, group, line, link, path, picture, shortened, text

WIDTH = 1160
TOP, ROW, HEAD = 14, 46, 34
HEAD_WIDTH = 150
TIME_WIDTH = 96
TIP = 8
MOST_DRAWN = 60


class Lane(IntEnum):
    """Who has a line of life, from the left."""

    OTHERS = 0
    USER = 1
    DSP = 2
    SMI = 3
    AIR = 4
    DEVICE = 5


NAMES = {
    Lane.OTHERS: "other parties",
    Lane.USER: "User",
    Lane.DSP: "DSP",
    Lane.SMI: "SMI",
    Lane.AIR: "SM WAN",
    Lane.DEVICE: "Device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An arrow from one to another; or, where they are the same, a note there. `number` is that of the hop in the list.

    `is_lost`: it never arrives, and ends in a cross. `when` is said where it is another time than before.
    """

    number: int
    start: Lane
    end: Lane
    words: str
    tone: str = "calm"
    when: str = ""
    is_lost: bool = False


def sequence_drawing(steps: Sequence[Step], label: str) -> Markup:
    """The first MOST_DRAWN steps."""
    drawn = steps[:MOST_DRAWN]
    lanes = sorted({*(it.start for it in drawn), *(it.end for it in drawn), Lane.USER, Lane.DSP})
    xs = _columns(lanes)
    height = TOP + HEAD + ROW * (len(drawn) + 1)
    parts = [
        *(_life(lane, xs[lane], height) for lane in lanes),
        *(_step(it, xs, TOP + HEAD + ROW * (at + 1)) for at, it in enumerate(drawn)),
    ]
    if len(steps) > MOST_DRAWN:
        more = f"{len(steps) - MOST_DRAWN} more are in the list below"
        parts.append(text(WIDTH / 2, height - 6, more, "quiet", anchor="middle"))
    return picture(WIDTH, height + 6, label, parts)


def _columns(lanes: Sequence[Lane]) -> dict[Lane, float]:
    """As far apart as there is room."""
    left = TIME_WIDTH + HEAD_WIDTH / 2 + 30
    right = WIDTH - HEAD_WIDTH / 2 - 60
    gap = (right - left) / max(len(lanes) - 1, 1)
    return {lane: left + gap * at for at, lane in enumerate(lanes)}


def _life(lane: Lane, x: float, height: float) -> Markup:
    return group(
        [
            line((x, TOP + HEAD), (x, height), "life"),
            box(x - HEAD_WIDTH / 2, TOP, HEAD_WIDTH, HEAD, "box"),
            text(x, TOP + 22, NAMES[lane], "strong", anchor="middle"),
        ]
    )


def _step(it: Step, xs: dict[Lane, float], y: float) -> Markup:
    drawn = _note(it, xs[it.start], y) if it.start is it.end else _arrow(it, xs[it.start], xs[it.end], y)
    return link(f"#hop-{it.number}", [text(8, y + 4, it.when, "quiet"), *_number(it, y), *drawn])


def _number(it: Step, y: float) -> Iterator[Markup]:
    yield text(TIME_WIDTH, y + 4, str(it.number), "strong", anchor="end")


def _arrow(it: Step, start: float, end: float, y: float) -> Iterator[Markup]:
    way = 1 if end > start else -1
    middle = (start + end) / 2
    if it.is_lost:
        yield line((start, y), (middle, y), "lost")
        yield path(f"M{middle - 6:g} {y - 6:g}l12 12m0 -12l-12 12", "lost")
    else:
        yield line((start, y), (end - way * TIP, y), "arrow")
        yield path(f"M{end:g} {y:g}l{-way * TIP:g} -4v8z", "tip")
    room = abs(end - start) - 16
    yield text(middle, y - 7, shortened(it.words, room), anchor="middle")


def _note(it: Step, x: float, y: float) -> Iterator[Markup]:
    """Beside its line; a dot on the line underlines how it went."""
    words = shortened(it.words, min(420.0, max(WIDTH - x, x - TIME_WIDTH) - 30))
    width = LETTER * len(words) + 18
    left = x + 12 if x + 12 + width < WIDTH else x - 12 - width
    yield Markup('<circle cx="{:g}" cy="{:g}" r="5" class="{}"/>').format(x, y, it.tone)
    yield box(left, y - 13, width, 26, "box", radius=5)
    yield text(left + 9, y + 4, words)
