"""Records to messages and back: `to_message` and `from_message`."""

from collections.abc import Sequence
from typing import TypeVar

from google.protobuf.message import Message

from smart_metering.records import Record
from smart_metering.wire.pairs import PAIRS, Pair
from smart_metering.wire.plans import Plan, Surroundings, compile_plan

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Record)


class Conversion:
    """Converts what a table of pairs names; the plan of a pair is made on its first use."""

    def __init__(self, pairs: Sequence[Pair] = PAIRS) -> None:
        self._messages = dict(pairs)
        self._records_by_name = {message.DESCRIPTOR.full_name: record for record, message in pairs}
        self._plans: dict[type[Record], Plan] = {}
        self._records = {message: record for record, message in pairs}
        self._around = Surroundings(plan_of=self.plan_of, record_of=self._records_by_name.__getitem__)

    def to_message(self, record: Record, message_type: type[M]) -> M:
        """The message of a record, which is a `message_type`."""
        message = self.plan_of(type(record)).write(record)
        assert isinstance(message, message_type), (type(record), message_type)
        return message

    def from_message(self, message: Message, record_type: type[R]) -> R:
        """The record of a message, which is a `record_type`; WireError names all that cannot be read."""
        record = self.plan_of(self._records[type(message)]).read(message)
        assert isinstance(record, record_type), (type(message), record_type)
        return record

    def plan_of(self, record_type: type[Record]) -> Plan:
        """How this record class is read and written."""
        plan = self._plans.get(record_type)
        if plan is None:
            plan = compile_plan(record_type, self._messages[record_type], self._around)
            self._plans[record_type] = plan
        return plan


_CONVERSION = Conversion()


def to_message(record: Record, message_type: type[M] = Message) -> M:  # type: ignore[assignment]
    """The message of a record; `message_type` says, for the reader and the type checker, which that is."""
    return _CONVERSION.to_message(record, message_type)


def from_message(message: Message, record_type: type[R] = Record) -> R:  # type: ignore[assignment]
    """The record of a message, likewise; WireError names every field that cannot be read."""
    return _CONVERSION.from_message(message, record_type)
