"""Exit codes of `smets duis send`, `sign` and `validate`: those of DCC's signing tool, not those of other commands."""

from collections.abc import Callable, Coroutine
from enum import IntEnum

import typer

from smets.cli.screen import Screen


class DuisExit(IntEnum):
    """The numbers of DCC's signing tool; MEANINGS say what each is here."""

    SUCCESS = 0
    SYSTEM = 1
    EXCHANGE = 2
    NO_KEY = 3
    NOT_VALID = 10


_EXCHANGE = (
    "a file that cannot be read or is no XML, a wrong command line; nobody answers at the address, or with no DUIS, "
    "or with an error code (E...), or not in time"
)

MEANINGS = (
    (DuisExit.SUCCESS, "done"),
    (DuisExit.SYSTEM, "a failure of the operating system, or one of ours"),
    (DuisExit.EXCHANGE, _EXCHANGE),
    (DuisExit.NO_KEY, "no private key to sign with, or no certificate to verify by"),
    (DuisExit.NOT_VALID, "a request or an answer that is not what DUIS says, or whose signature does not hold"),
)  # fmt: skip

EPILOG = (
    "send, sign and validate end with the exit codes of DCC's signing tool, which are not those of other commands: "
    + "; ".join(f"{code:d} {meaning}" for code, meaning in MEANINGS)
    + ". Of several files the highest counts."
)

Work = Callable[[Screen], Coroutine[object, object, DuisExit]]


def run_like_dccs_tool(work: Work, *, json_output: bool, about: str = "") -> None:
    """Ends with typer.Exit. What is said of a failure begins with what it is `about`."""
    import asyncio

    screen = Screen(json_output=json_output)
    try:
        code = asyncio.run(work(screen))
    except Exception as error:
        found = exit_of(error)
        if found is None:
            raise
        screen.error(f"{about}: {error}" if about else str(error), found)
        code = found
    raise typer.Exit(code)


def exit_of(error: Exception) -> DuisExit | None:
    """None: a fault of ours, to be seen whole; Python then ends with 1."""
    from smart_metering.duis_xml.validating import SchemaFolderError
    from smart_metering.pki.key_folders import KeyFolderError
    from smets.cli.exits import Misuse
    from smets.client.errors import SmetsError
    from smets.duis.door import InvalidUrl
    from smets.duis.faults import DuisClientError, MissingKey, Unconforming
    from smets.durations import InvalidDuration

    rows: tuple[tuple[type[Exception], DuisExit], ...] = (
        # the first that fits
        (Unconforming, DuisExit.NOT_VALID),
        (MissingKey, DuisExit.NO_KEY),
        (KeyFolderError, DuisExit.NO_KEY),
        (DuisClientError, DuisExit.EXCHANGE),
        (SmetsError, DuisExit.EXCHANGE),  # before OSError, which one of them is too
        (OSError, DuisExit.SYSTEM),
        (SchemaFolderError, DuisExit.EXCHANGE),
        (InvalidUrl, DuisExit.EXCHANGE),
        (InvalidDuration, DuisExit.EXCHANGE),
        (Misuse, DuisExit.EXCHANGE),
    )
    return next((code for kind, code in rows if isinstance(error, kind)), None)
