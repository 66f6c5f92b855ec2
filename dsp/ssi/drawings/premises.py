"""The premises as a picture: the DSP, the Comms Hub, and the Devices on its HAN; who belongs to whom."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dsp.ssi.drawings.svg import box, group, line, link, path, picture, shortened, text

WIDTH = 1160
MARGIN = 16
DEVICE_WIDTH, DEVICE_HEIGHT = 168, 74
GAP = 14
PER_ROW = 6
HUB_TOP, HUB_HEIGHT = 14, 78
HAN_TOP = HUB_TOP + HUB_HEIGHT + 34
FIRST_ROW = HAN_TOP + 34
ROW = DEVICE_HEIGHT + 30
DSP_WIDTH = 120
MOST_DRAWN = 40
LEVELS = 3  # so that bonds beside each other do not look like one


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDevice:
    """`tone` underlines the status; `belongs_to` is another Device of the picture."""

    device_id: str
    href: str
    device_type: str
    status: str
    tone: str
    firmware_version: str
    is_here: bool
    belongs_to: str = ""


def premises_drawing(hub: DrawnDevice | None, devices: Sequence[DrawnDevice], *, is_attached: bool) -> Markup:
    """`devices` are those beside the hub itself; `is_attached`: the hub can be reached by the SM WAN."""
    drawn = devices[:MOST_DRAWN]
    rows = max((len(drawn) + PER_ROW - 1) // PER_ROW, 1)
    height = FIRST_ROW + rows * ROW + (14 if len(devices) <= MOST_DRAWN else 30)
    middle = WIDTH / 2
    places = {it.device_id: place for it, place in zip(drawn, _places(len(drawn)), strict=True)}
    parts = [
        box(MARGIN, HAN_TOP, WIDTH - 2 * MARGIN, height - HAN_TOP - 6, "han", radius=12),
        text(MARGIN + 12, HAN_TOP + 18, "HAN", "quiet"),
        *_wan(hub, is_attached=is_attached),
        *_joints(places.values(), middle),
        *_bonds(drawn, places),
        *(_device(it, *places[it.device_id]) for it in drawn),
    ]
    if len(devices) > MOST_DRAWN:
        parts.append(
            text(middle, height - 14, f"and {len(devices) - MOST_DRAWN} more", "quiet", anchor="middle")
        )
    return picture(WIDTH, height, _label(hub, devices), parts)


def _places(count: int) -> Iterator[tuple[float, float]]:
    """Each row in the middle of the picture."""
    for number in range(count):
        row, column = divmod(number, PER_ROW)
        in_row = min(PER_ROW, count - row * PER_ROW)
        left = (WIDTH - in_row * DEVICE_WIDTH - (in_row - 1) * GAP) / 2
        yield left + column * (DEVICE_WIDTH + GAP), FIRST_ROW + row * ROW


def _wan(hub: DrawnDevice | None, *, is_attached: bool) -> Iterator[Markup]:
    left, y = (WIDTH - DEVICE_WIDTH) / 2, HUB_TOP + HUB_HEIGHT / 2
    kind, words = ("link", "SM WAN") if is_attached else ("lost", "SM WAN: not attached")
    yield line((MARGIN + DSP_WIDTH, y), (left, y), kind)
    yield text((MARGIN + DSP_WIDTH + left) / 2, y - 7, words, "quiet", anchor="middle")
    yield box(MARGIN, HUB_TOP + 14, DSP_WIDTH, HUB_HEIGHT - 28, "box")
    yield text(MARGIN + DSP_WIDTH / 2, y + 4, "DSP", "strong", anchor="middle")
    if hub is not None:
        yield _device(hub, left, HUB_TOP)
    else:
        yield group([box(left, HUB_TOP, DEVICE_WIDTH, DEVICE_HEIGHT, "han")], title="no Comms Hub")
        yield text(WIDTH / 2, y, "no Comms Hub", "quiet", anchor="middle")


def _joints(places: Iterable[tuple[float, float]], middle: float) -> Iterator[Markup]:
    """Down from the hub, along above each row, and down to each Device."""
    tops = {y for _, y in places}
    for x, y in places:
        centre = x + DEVICE_WIDTH / 2
        yield path(f"M{centre:g} {y:g}V{y - 14:g}H{middle:g}", "link")
    if tops:
        bottom = max(tops) - 14
        spine = middle if len(tops) == 1 else MARGIN + 6
        if len(tops) == 1:
            yield line((middle, HUB_TOP + DEVICE_HEIGHT), (middle, bottom), "link")
        else:
            yield path(
                f"M{middle:g} {HUB_TOP + DEVICE_HEIGHT:g}V{HAN_TOP - 12:g}H{spine:g}V{bottom:g}", "link"
            )
            for top in sorted(tops):
                yield line((spine, top - 14), (middle, top - 14), "link")


def _bonds(devices: Iterable[DrawnDevice], places: dict[str, tuple[float, float]]) -> Iterator[Markup]:
    """Below the boxes, from each Device to the one that it belongs to."""
    bound = [it for it in devices if it.belongs_to in places]
    for number, it in enumerate(bound):
        (x, y), (to_x, to_y) = places[it.device_id], places[it.belongs_to]
        start, end = x + DEVICE_WIDTH / 2, to_x + DEVICE_WIDTH / 2
        bottom, to_bottom = y + DEVICE_HEIGHT, to_y + DEVICE_HEIGHT
        low = max(bottom, to_bottom) + 6 + 4 * (number % LEVELS)
        yield group(
            [path(f"M{start:g} {bottom:g}V{low:g}H{end:g}V{to_bottom:g}", "bond")],
            title=f"{it.device_type} belongs to {it.belongs_to}",
        )


def _device(it: DrawnDevice, x: float, y: float) -> Markup:
    room = DEVICE_WIDTH - 20
    parts = [
        box(x, y, DEVICE_WIDTH, DEVICE_HEIGHT, "box"),
        box(x, y + 8, 4, DEVICE_HEIGHT - 16, it.tone, radius=2),
        text(x + 12, y + 20, it.device_type, "strong"),
        text(x + 12, y + 37, shortened(it.status, room)),
        text(
            x + 12,
            y + 52,
            shortened(f"firmware {it.firmware_version}", room) if it.firmware_version else "",
            "quiet",
        ),
        text(x + 12, y + 66, it.device_id, "mono"),
    ]
    kind = "here" if it.is_here else ""
    if it.is_here:
        return group(parts, kind, "this Device")
    return group([link(it.href, parts)], kind)


def _label(hub: DrawnDevice | None, devices: Sequence[DrawnDevice]) -> str:
    types = ", ".join(it.device_type for it in devices) or "no other Device"
    return f"Comms Hub {hub.device_id} with {types}" if hub is not None else f"No Comms Hub; {types}"
