"""The desk where Devices of the SMI are searched: by index, so that a page costs the same among ten and a million."""

import asyncio

from dsp.core.inventory_search import (
    Found,
    Search,
    Understood,
    devices_at,
    matches,
    page_of,
    page_of_kinds,
    understand,
)
from dsp.runtime.engine_room import EngineRoom
from smart_metering.identifiers import Eui

LOOKED_AT_ONCE = 5_000


class InventoryDesk:
    """The inventory of the SMI is open to every User, as it is by 8.2."""

    def __init__(self, runtime: EngineRoom) -> None:
        self._runtime = runtime
        self._state = runtime.engine.state
        self._index = self._state.index_inventory()

    def understand(self, text: str) -> Understood:
        """What a typed text may mean."""
        return understand(text, self._state, self._index)

    async def find(self, search: Search, *, after: str = "", before: str = "", limit: int) -> Found:
        """A page of the Devices that follow `after`, or else come before `before`."""
        await self._runtime.flush()
        if not search.names_a_place:
            return page_of_kinds(search, self._index, after=after, before=before, limit=limit)
        found = await self._matching(search, devices_at(search, self._state, self._index))
        return page_of(found, after=after, before=before, limit=limit)

    async def _matching(self, search: Search, devices: list[Eui]) -> list[Eui]:
        """In slices: a place is to be small, but nobody promises it."""
        found: list[Eui] = []
        for start in range(0, len(devices), LOOKED_AT_ONCE):
            found += [
                device
                for device in devices[start : start + LOOKED_AT_ONCE]
                if device in self._state.devices and matches(search, self._state, device)
            ]
            await asyncio.sleep(0)
        return found
