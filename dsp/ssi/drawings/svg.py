"""The few shapes that all pictures are made of."""

from collections.abc import Iterable

from markupsafe import Markup

LETTER = 6.8
"""The width of a letter of 12 px, to know whether a text has room."""


def picture(width: int, height: int, label: str, parts: Iterable[Markup]) -> Markup:
    """What is within may have links, so it is a group with a name, not one image."""
    opening = Markup('<svg class="picture" viewBox="0 0 {} {}" role="group" aria-label="{}">')
    return opening.format(width, height, label) + Markup("").join(parts) + Markup("</svg>")


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> Markup:
    """`kind` is a class, or several."""
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}" class="{}">{}</text>').format(
        x, y, anchor, kind, words
    )


def line(start: tuple[float, float], end: tuple[float, float], kind: str) -> Markup:
    """From point to point."""
    return Markup('<line x1="{:g}" y1="{:g}" x2="{:g}" y2="{:g}" class="{}"/>').format(*start, *end, kind)


def box(x: float, y: float, width: float, height: float, kind: str, *, radius: int = 7) -> Markup:
    """A rectangle with round corners."""
    return Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="{}" class="{}"/>').format(
        x, y, width, height, radius, kind
    )


def path(steps: str, kind: str) -> Markup:
    """In SVG's own words."""
    return Markup('<path d="{}" class="{}"/>').format(steps, kind)


def group(parts: Iterable[Markup], kind: str = "", title: str = "") -> Markup:
    """Parts that belong together; the title is told when one points there."""
    told = Markup("<title>{}</title>").format(title) if title else Markup("")
    return Markup('<g class="{}">{}{}</g>').format(kind, told, Markup("").join(parts))


def link(href: str, parts: Iterable[Markup]) -> Markup:
    """Parts that lead somewhere."""
    return Markup('<a href="{}">{}</a>').format(href, Markup("").join(parts))


def shortened(words: str, width: float) -> str:
    """As much of a text as has room."""
    most = max(int(width / LETTER), 1)
    return words if len(words) <= most else f"{words[: most - 1]}…"
