"""Runs a command to its end: what goes wrong by the user's hand or far away becomes a line and an exit code."""

from collections.abc import Callable, Coroutine

import typer

from smets.cli.exits import Ended, Exit, Misuse
from smets.cli.screen import Screen

Work = Callable[[Screen], Coroutine[object, object, None]]


def run(work: Work, *, json_output: bool) -> None:
    """Ends with typer.Exit where the command does not end well."""
    import asyncio

    screen = Screen(json_output=json_output)
    try:
        asyncio.run(work(screen))
    except Ended as ended:
        raise typer.Exit(ended.code) from None
    except Exception as error:
        code = _exit_of(error)
        if code is None:
            raise
        screen.error(str(error), code)
        raise typer.Exit(code) from None


def _exit_of(error: Exception) -> Exit | None:
    """None: a fault of ours, to be seen whole."""
    from dsp.rules.releases import UnknownRule
    from operations.tls import ProtectionError
    from smart_metering.errors import DecodeError
    from smart_metering.firmware_versions import InvalidFirmwareVersion
    from smart_metering.identifiers import InvalidIdentifier
    from smart_metering.instants import InvalidInstant
    from smart_metering.ota.making import RecipeError
    from smart_metering.pki.found_keys import KeySourceError
    from smart_metering.pki.given_keys import MissingPrivateKey
    from smart_metering.pki.key_folders import KeyFolderError
    from smart_metering.rpc.access import AccessError
    from smets.client.errors import NoResponse, SmetsError, UnknownServiceRequest, Unreachable
    from smets.durations import InvalidDuration
    from smets.fleet.reading import FleetFileError
    from smets.local_system.child_process import ProcessFailed
    from smets.local_system.connection import NoConnection
    from smets.local_system.state_folder import StateFolderError
    from smets.pki.making import WrongPki
    from smets.replay.divergence import Divergence
    from smets.replay.run import NoRun
    from smets.replay.snapshots import CannotSave
    from smets.requests.errors import WrongRequest
    from smets.scenarios.shipped import NoSuchScenario

    rows: tuple[tuple[type[Exception], Exit], ...] = (
        # the first that fits
        (Misuse, Exit.MISUSE),
        (DecodeError, Exit.MISUSE),
        (FleetFileError, Exit.MISUSE),
        (InvalidDuration, Exit.MISUSE),
        (InvalidFirmwareVersion, Exit.MISUSE),
        (InvalidIdentifier, Exit.MISUSE),
        (InvalidInstant, Exit.MISUSE),
        (KeyFolderError, Exit.MISUSE),
        (KeySourceError, Exit.MISUSE),
        (MissingPrivateKey, Exit.MISUSE),
        (CannotSave, Exit.MISUSE),
        (NoRun, Exit.MISUSE),
        (NoSuchScenario, Exit.MISUSE),
        (RecipeError, Exit.MISUSE),
        (AccessError, Exit.MISUSE),
        (ProtectionError, Exit.MISUSE),
        (StateFolderError, Exit.MISUSE),
        (UnknownRule, Exit.MISUSE),
        (UnknownServiceRequest, Exit.MISUSE),
        (WrongPki, Exit.MISUSE),
        (WrongRequest, Exit.MISUSE),
        (NoConnection, Exit.UNREACHABLE),
        (Unreachable, Exit.UNREACHABLE),
        (NoResponse, Exit.NO_RESPONSE),
        (SmetsError, Exit.FAILED),
        (ProcessFailed, Exit.FAILED),
        (Divergence, Exit.DID_NOT_HOLD),
    )
    return next((code for kind, code in rows if isinstance(error, kind)), None)
