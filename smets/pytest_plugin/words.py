"""What Python says, as a fleet file writes it; and the files that tests name."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smart_metering.instants import Instant, format_instant
from smets.durations import format_duration, parse_duration
from smets.fleet.lines import Fault, Plain
from smets.fleet.reading import FleetFileError
from smets.scenarios import shipped

SUFFIXES = (".yaml", ".yml")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

Duration = str | int | timedelta
"""`2h`, `1h30m`; a whole number of milliseconds; or a timedelta."""

Moment = str | datetime
"""`2021-11-05T02:00:00Z`, a day, `+2h` from now; or a datetime with its zone."""


def plain_mapping(said: Mapping[str, object]) -> dict[str, Plain]:
    """Without what is None."""
    return {str(key): plain(value) for key, value in said.items() if value is not None}


def plain(value: object) -> Plain:
    """Text, lists and mappings. A datetime must have its zone."""
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return format_instant(instant_of(value))
        case timedelta():
            return format_duration(milliseconds_of(value))
        case Mapping():
            return plain_mapping(value)
        case Iterable():
            return [plain(item) for item in value]
        case _:
            return str(value)


def milliseconds_of(duration: Duration) -> int:
    """Raises InvalidDuration."""
    if isinstance(duration, timedelta):
        return duration // _MILLISECOND
    return parse_duration(duration) if isinstance(duration, str) else duration


def instant_of(moment: datetime) -> Instant:
    """Raises ValueError for one without its zone: nothing says which instant is meant."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r}: expected a datetime with its zone, like datetime(..., tzinfo=UTC)")
    return Instant((moment - _EPOCH) // _MILLISECOND)


def text_and_source(fleet: object, folders: Iterable[Path]) -> tuple[str, str]:
    """Of a file, a path or a name that ends as files do, looked for in the folders; else of the text itself.

    Raises FleetFileError.
    """
    if isinstance(fleet, Path) or (isinstance(fleet, str) and "\n" not in fleet and fleet.endswith(SUFFIXES)):
        path = _found(Path(fleet), folders)
        return path.read_text("utf-8"), _shown(path)
    if isinstance(fleet, str):
        return fleet, "fleet"
    raise TypeError(
        f"fleet {fleet!r}: expected a file (fleet.yaml), a pathlib.Path, or the text of a fleet file"
    )


def scenario_text(name: str, folders: Iterable[Path]) -> tuple[str, str]:
    """The same of a scenario: a file, or the name of one that ships. Raises FleetFileError."""
    if not name.endswith(SUFFIXES):
        try:
            path = shipped.path_of(shipped.one_called(name))
        except shipped.NoSuchScenario as error:
            what = f"is no file ({' or '.join(SUFFIXES)}): {error}"
            raise FleetFileError(name, [Fault(0, "", what)]) from None
        return path.read_text("utf-8"), str(path)
    path = _found(Path(name), folders)
    return path.read_text("utf-8"), _shown(path)


def _found(path: Path, folders: Iterable[Path]) -> Path:
    places = [path] if path.is_absolute() else [folder / path for folder in dict.fromkeys(folders)]
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(_shown(place.parent) for place in places)
    raise FleetFileError(str(path), [Fault(0, "", f"there is no such file (looked in: {looked})")])


def _shown(path: Path) -> str:
    """As short as it can be said where pytest runs."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
