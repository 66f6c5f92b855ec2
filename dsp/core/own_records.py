"""A User's own records, whole: each with the message itself, read back from where it is kept (choice G80)."""

from collections.abc import Mapping
from dataclasses import dataclass

from dsp.core.execution_dates import execution_date_of
from dsp.core.inputs import JournalEntry, RequestReceived
from dsp.core.records import AuditRecord
from dsp.rules.audit_visibility import MessageKind
from smart_metering.duis.service_requests import ServiceRequest
from smart_metering.duis.service_responses import Message, ReceivedMessage, ServiceResponse
from smart_metering.instants import Instant
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import definition_of

ANSWERS = frozenset({MessageKind.ACKNOWLEDGEMENT, MessageKind.PRE_COMMAND, MessageKind.SERVICE_RESPONSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """A record under its number. `content` is None for a request that the DSP made: no User sent it."""

    number: int
    record: AuditRecord
    content: ServiceRequest | Message | None

    @property
    def execution_date_time(self) -> Instant | None:
        """For when a request was sent; None: to be executed at once."""
        return execution_date_of(self.content) if isinstance(self.content, ServiceRequest) else None

    @property
    def schedule_id(self) -> int:
        """Of the DSP schedule that it is a run of, answers or names; 0: of none."""
        body = getattr(self.content, "body", None)
        return self.record.schedule_id or getattr(body, "dsp_schedule_id", None) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the records of a page point to, by position: in the journal, the messages, and the trail itself."""

    journal: Mapping[int, JournalEntry]
    messages: Mapping[int, ReceivedMessage]
    answers: Mapping[int, AuditRecord]


def own_record(number: int, record: AuditRecord, kept: Kept) -> OwnRecord:
    """The record whole."""
    return OwnRecord(number=number, record=record, content=_content(record, kept))


def _content(record: AuditRecord, kept: Kept) -> ServiceRequest | Message | None:
    if record.journaled:
        received = kept.journal[record.journaled].input
        assert isinstance(received, RequestReceived), record
        return received.request
    if record.delivered_as:
        return kept.messages[record.delivered_as].message
    if record.message_kind in ANSWERS:
        return _answer(record, kept.answers.get(record.answered_as, record))
    return None


def _answer(record: AuditRecord, answered: AuditRecord) -> ServiceResponse:
    """What was answered at once; beside a Device, what was answered for all that its request lists."""
    definition = definition_of(record.srv)
    return ServiceResponse(
        request_id=record.request_id,
        response_code=ResponseCode(record.response_code) if record.response_code else None,
        response_date_time=record.at,
        service_reference=definition.service_reference if definition else "",
        service_reference_variant=record.srv,
        body=answered.body,
        decision=record.decision,
    )
