"""The shape of a schedule, in 5.1 and in the answer to 5.2: which read it is stands in the name of its last element."""

from dataclasses import dataclass

from smart_metering.duis.inventory_requests import DspSchedule, ReadLogPeriodOffset
from smart_metering.duis_xml.faults import UnwritableError, XmlFault
from smart_metering.duis_xml.names import Element
from smart_metering.duis_xml.shapes import (
    Cursor,
    Shape,
    Value,
    Values,
    append,
    read_fields,
    read_record,
    write_record,
)
from smart_metering.duis_xml.simple_types import BASE64, DATE, EUI, TIME, one_of, whole
from smart_metering.records import Record
from smart_metering.service_requests import SERVICE_REQUESTS, service_reference_of

_FREQUENCIES = ("Daily", "Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly")
_OFFSET = whole(-400, 0)

_PERIOD = Shape(
    ReadLogPeriodOffset,
    (
        Value("StartDateOffset", "start_date_offset", _OFFSET),
        Value("StartTime", "start_time", TIME),
        Value("EndDateOffset", "end_date_offset", _OFFSET),
        Value("EndTime", "end_time", TIME),
    ),
)

_SCHEDULED = {row.srv: f"DSP{row.body_element}" for row in SERVICE_REQUESTS if row.dcc_scheduled}
"""What each SRV is called in a schedule."""
_WITHOUT_PERIOD = frozenset({"4.2", "4.12.1", "4.12.2", "4.15", "4.16", "14.1"})
"""Reads of what is now; the others read a log."""


@dataclass(frozen=True, slots=True)
class _ScheduledRead:
    """The last element; the record says by its SRV which it is."""

    element: str = "DSPRetrieveImportDailyReadLog"

    def read(self, cursor: Cursor) -> Values:
        by_element = {element: srv for srv, element in _SCHEDULED.items()}
        name = cursor.expect_one_of(list(by_element))
        srv, node = by_element[name], cursor.expect(name)
        if srv in _WITHOUT_PERIOD:
            read_fields(node, ())
            return {_ELEMENT_SRV: srv}
        return {_ELEMENT_SRV: srv, "read_log_period_offset": read_record(node, _PERIOD)}

    def write(self, parent: Element, record: Record) -> None:
        assert isinstance(record, DspSchedule), record
        element = _SCHEDULED.get(record.dsp_scheduled_service_reference_variant)
        if element is None:
            raise UnwritableError(f"a schedule of {record.dsp_scheduled_service_reference_variant}")
        node = append(parent, element)
        with_period = record.dsp_scheduled_service_reference_variant not in _WITHOUT_PERIOD
        if with_period != (record.read_log_period_offset is not None):
            raise UnwritableError(f"{element}: it has {'a' if with_period else 'no'} period")
        if record.read_log_period_offset is not None:
            write_record(node, record.read_log_period_offset, _PERIOD)

    def is_given(self, record: Record) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Reference:
    """The Service Reference; a record may leave it to the variant."""

    element: str = "DSPScheduledServiceReference"

    def read(self, cursor: Cursor) -> Values:
        return _REFERENCE.read(cursor)

    def write(self, parent: Element, record: Record) -> None:
        assert isinstance(record, DspSchedule), record
        found = record.dsp_scheduled_service_reference
        variant = record.dsp_scheduled_service_reference_variant
        append(parent, self.element).text = found or service_reference_of(variant)

    def is_given(self, record: Record) -> bool:
        return True


_ELEMENT_SRV = "srv of the element"
_REFERENCE = Value(
    "DSPScheduledServiceReference",
    "dsp_scheduled_service_reference",
    one_of(dict.fromkeys(map(service_reference_of, _SCHEDULED))),
)


def _schedule(**values: object) -> DspSchedule:
    """Raises XmlFault if the element is of another SRV than the schedule."""
    srv, expected = values.pop(_ELEMENT_SRV), values["dsp_scheduled_service_reference_variant"]
    if srv != expected:
        raise XmlFault("", f"{_SCHEDULED[str(srv)]}, expected {_SCHEDULED[str(expected)]}")
    make: type[DspSchedule] = DspSchedule
    return make(**values)  # type: ignore[arg-type]  # each particle reads its field's type


SCHEDULE = Shape(
    _schedule,
    (
        Value("ScheduleFrequency", "schedule_frequency", one_of(_FREQUENCIES)),
        Value("ScheduleStartDate", "schedule_start_date", DATE),
        Value("ScheduleEndDate", "schedule_end_date", DATE, optional=True),
        Value("ScheduleExecutionStartTime", "schedule_execution_start_time", TIME, optional=True),
        Value("KAPublicSecurityCredential", "ka_public_security_credential", BASE64, optional=True),
        _Reference(),
        Value(
            "DSPScheduledServiceReferenceVariant",
            "dsp_scheduled_service_reference_variant",
            one_of(_SCHEDULED),
        ),
        Value("DeviceID", "device_id", EUI),
        _ScheduledRead(),
    ),
)
