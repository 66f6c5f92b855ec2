"""Keeps accounts and sessions, in a store of their own beside that of the DSP: no journal of inputs is touched."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from dsp.identity.records import IdentityState
from ledger.group_commit import GroupCommit
from ledger.state_directory import StateDirectory

FOLDER = "identity"
FOR_THE_OWNER_ALONE = 0o700

_log = structlog.get_logger()


class Keeping(Protocol):
    """Makes durable what was changed in an IdentityState."""

    async def keep(self) -> None:
        """Returns once all that was changed is durable."""
        ...

    def keep_soon(self) -> None:
        """Likewise, without waiting."""
        ...


class InMemory:
    """Keeps nothing: for worlds that end with their process."""

    def __init__(self, state: IdentityState) -> None:
        self._ledger = state.ledger

    async def keep(self) -> None:
        self.keep_soon()

    def keep_soon(self) -> None:
        self._ledger.take_changes()


class IdentityStore:
    """The folder `identity` within the state of a DSP, which only its owner may read."""

    def __init__(self, folder: Path, state: IdentityState) -> None:
        """Raises StateInUse and StoreError."""
        self._ledger = state.ledger
        place = folder / FOLDER
        place.mkdir(mode=FOR_THE_OWNER_ALONE, parents=True, exist_ok=True)
        self._directory = StateDirectory(place, "identity", state.ledger)
        self._commit = GroupCommit(self._directory.store)

    async def keep(self) -> None:
        await self._commit.submit(self._ledger.take_changes())

    def keep_soon(self) -> None:
        self._commit.hand_in(self._ledger.take_changes()).add_done_callback(_tell_failure)

    async def close(self) -> None:
        """Returns once what waits is durable, and another process may have the folder."""
        try:
            await self._commit.close()
        finally:
            await asyncio.to_thread(self._directory.close)


def _tell_failure(kept: "asyncio.Future[None]") -> None:
    if not kept.cancelled() and kept.exception() is not None:
        _log.error("sessions cannot be kept", exc_info=kept.exception())
