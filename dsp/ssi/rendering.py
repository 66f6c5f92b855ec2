"""Pages out of templates: every value is escaped, a missing name is an error, and the frame is around it all."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dsp.ssi.static_files import StaticFiles
from smart_metering.instants import Instant, format_instant

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An entry of the navigation."""

    href: str
    text: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who is signed in, as the frame shows it."""

    name: str
    eui: str
    roles: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is around every page. `back`: the page itself, for what leads back to it; `theme`: empty, light or dark."""

    title: str
    back: str
    csrf_token: str
    theme: str
    next_theme: str
    ways: tuple[Way, ...]
    who: Who | None
    develops: bool
    now: Instant
    rules: str


class Renderer:
    """One for all pages."""

    def __init__(self, files: StaticFiles) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals["static"] = files.address
        self._templates.filters["moment"] = moment
        self._templates.filters["grouped"] = grouped

    def render(self, template: str, frame: Frame, **content: object) -> str:
        """The page."""
        return self._templates.get_template(template).render(frame=frame, **content)

    def prepare(self) -> None:
        """Compiles every template, so that no first visitor waits for it."""
        for name in self._templates.list_templates():
            self._templates.get_template(name)


def moment(instant: Instant) -> Markup:
    """A point in time, UTC, to the second; to the millisecond where it has some."""
    text = format_instant(instant)
    day, _, time = text.removesuffix("Z").partition("T")
    shown = f"{day} {time.removesuffix('.000')}"
    return Markup('<time datetime="{}">{}</time>').format(text, shown)


def grouped(number: int) -> str:
    """With commas: 1,000,000."""
    return f"{number:,}"


def joined(texts: Iterable[str]) -> str:
    """Those that are not empty, with commas."""
    return ", ".join(text for text in texts if text)
