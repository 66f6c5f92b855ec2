"""The scenarios that ship with the emulator, by their names."""

from collections.abc import Iterator
from pathlib import Path

from smets.fleet.texts import did_you_mean

LIBRARY = Path(__file__).parent / "library"
SUFFIX = ".yaml"


class NoSuchScenario(ValueError):
    """No scenario that ships is called so, or several are."""


def names() -> list[str]:
    """`firmware/late-response`, in order."""
    return sorted(path.relative_to(LIBRARY).with_suffix("").as_posix() for path in _files())


def path_of(name: str) -> Path:
    """The file of a name that ships."""
    return LIBRARY / f"{name}{SUFFIX}"


def called(text: str) -> list[str]:
    """The names that a text means: one whole (`firmware/late-response`), all of a folder (`firmware`), or the only one
    with this part (`d09`). Raises NoSuchScenario."""
    known = names()
    if text in known:
        return [text]
    folder = f"{text.rstrip('/')}/"
    if of_folder := [name for name in known if name.startswith(folder)]:
        return of_folder
    with_part = [name for name in known if text in name]
    if len(with_part) > 1:
        raise NoSuchScenario(f"{text}: several scenarios have that in their names: {', '.join(with_part)}")
    if not with_part:
        near = did_you_mean(text, known)
        raise NoSuchScenario(f"{text}: no scenario of that name ships{near}; see 'smets scenarios list'")
    return with_part


def one_called(text: str) -> str:
    """The one name. Raises NoSuchScenario."""
    found = called(text)
    if len(found) > 1:
        raise NoSuchScenario(f"{text}: expected one of: {', '.join(found)}")
    return found[0]


def _files() -> Iterator[Path]:
    return LIBRARY.rglob(f"*{SUFFIX}")
