"""The desk that explains requests: reads what they led to, and lets the core tell it."""

from dsp.core.explanation import Explanation, Hop, Place, explain
from dsp.runtime.engine_room import EngineRoom
from dsp.runtime.records_desk import RecordsDesk
from smart_metering.identifiers import RequestId
from smart_metering.records import changed

MOST_TOLD = 20_000
"""Messages, and as many changes, of one request: an 11.1 may lead to several for each of 50,000 Devices."""


class ExplanationDesk:
    """For who tests, not for Users: it looks at what all parties sent and received, and no look is written down."""

    def __init__(self, runtime: EngineRoom, records: RecordsDesk, most_told: int = MOST_TOLD) -> None:
        self._runtime = runtime
        self._records = records
        self._most_told = most_told

    async def explain(self, request_id: RequestId) -> Explanation | None:
        """What became of the request up to now; None: nobody ever heard of it."""
        await self._runtime.flush()
        most, engine = self._most_told, self._runtime.engine
        messages, changes = await self._records.read_caused(str(request_id), most)
        now = self._runtime.clock.now()
        told = explain(request_id, messages, changes, rules=engine.rules, state=engine.state, now=now)
        if told is None or max(len(messages), len(changes)) < most:
            return told
        what = f"only the first {most} messages, and as many changes, are told"
        left_out = Hop(at=now, place=Place.LEFT_OUT, what=what)
        return changed(told, hops=(*told.hops, left_out))
