"""The scenarios that ship with the emulator, by their names."""

from collections.abc import Iterator
from pathlib import Path

LIBRARY = Path(__file__).parent / "library"
SUFFIX = ".yaml"


def names() -> list[str]:
    """`firmware/lost-response`, in order."""
    return sorted(str(path.relative_to(LIBRARY).with_suffix("")) for path in _files())


def find(name: str) -> Path | None:
    """The file of a name; None: there is no such scenario."""
    path = LIBRARY / f"{name}{SUFFIX}"
    return path if name in names() else None


def _files() -> Iterator[Path]:
    return LIBRARY.rglob(f"*{SUFFIX}")
