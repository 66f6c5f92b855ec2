"""The timeline of a run: chapters of what was said, what each side believes, and what was expected; text or data."""

from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.text import Text

from smart_metering.instants import Instant, format_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """At `at`, `who` said `what` to `to`. `because` is the row that decided, with its source and mark, if one did."""

    at: str
    who: str
    to: str
    what: str
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What the SMI says of a Device, and what the Device is."""

    at: str
    device: str
    smi: str
    truth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A claim, whether it holds, and what was found."""

    claim: str
    holds: bool
    found: str


Line = Said | Believed | Expected


@dataclass(slots=True)
class Chapter:
    """A part of the story, under a title that says what happens in it; `gist` says what to look for."""

    title: str
    gist: str = ""
    lines: list[Line] = field(default_factory=list)


class Timeline:
    """Takes lines as they happen, and prints each at once if it has a console."""

    def __init__(self, console: Console | None) -> None:
        self.chapters: list[Chapter] = []
        self._console = console

    @property
    def expectations(self) -> int:
        """How many claims were made."""
        return len(self._claims())

    @property
    def failures(self) -> list[Expected]:
        """The claims that do not hold."""
        return [claim for claim in self._claims() if not claim.holds]

    def chapter(self, title: str, gist: str = "") -> None:
        """Begins a chapter."""
        self.chapters.append(Chapter(title, gist))
        if self._console is not None:
            self._console.print()
            self._console.rule(Text(title, style="bold"), align="left")
            if gist:
                self._console.print(Text(gist, style="italic"))

    def said(self, at: Instant, who: str, to: str, what: str, because: str = "") -> None:
        """Somebody said something."""
        self._add(Said(at=_clock(at), who=who, to=to, what=what, because=because))

    def believed(self, at: Instant, device: str, smi: str, truth: str) -> None:
        """Both sides' view of a Device."""
        self._add(Believed(at=_clock(at), device=device, smi=smi, truth=truth))

    def expect(self, claim: str, found: object, expected: object) -> None:
        """A claim about what was found."""
        self._add(Expected(claim=claim, holds=found == expected, found=str(found)))

    def as_data(self) -> list[dict[str, object]]:
        """Chapters and lines as plain data, each line with its kind."""
        return [
            {
                "title": chapter.title,
                "gist": chapter.gist,
                "lines": [{"kind": type(line).__name__.lower(), **asdict(line)} for line in chapter.lines],
            }
            for chapter in self.chapters
        ]

    def _claims(self) -> list[Expected]:
        lines = (line for chapter in self.chapters for line in chapter.lines)
        return [line for line in lines if isinstance(line, Expected)]

    def _add(self, line: Line) -> None:
        self.chapters[-1].lines.append(line)
        if self._console is not None:
            for text in _rendered(line):
                self._console.print(text, soft_wrap=True)


def _rendered(line: Line) -> list[Text]:
    match line:
        case Said():
            first = Text.assemble(
                (f"{line.at}  ", "dim"),
                (f"{line.who:>9}", "cyan"),
                " → ",
                (f"{line.to:<17}", "cyan"),
                f"  {line.what}",
            )
            return [first, Text(f"{'':37}because {line.because}", style="dim")] if line.because else [first]
        case Believed():
            return [
                Text.assemble(
                    (f"{line.at}  ", "dim"), f"{line.device:>9}   the SMI says  ", (line.smi, "magenta")
                ),
                Text.assemble(f"{'':24}the Device    ", (line.truth, "green")),
            ]
        case Expected(holds=True):
            return [Text.assemble(f"{'':12}", ("✓ ", "bold green"), line.claim)]
        case Expected():
            return [Text.assemble(f"{'':12}", ("✗ ", "bold red"), f"{line.claim}; found: {line.found}")]


def _clock(at: Instant) -> str:
    return format_instant(at)[5:19].replace("T", " ")
