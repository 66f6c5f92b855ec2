"""Signed DUIS XML for tests: organisations that sign, and records drawn from the shapes that write them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

from smart_metering.command_variants import CommandVariant
from smart_metering.device_types import ESME_VARIANTS, DeviceType
from smart_metering.duis.inventory_requests import DspSchedule, ReadLogPeriodOffset
from smart_metering.duis.service_requests import Body, ReadFirmwareVersion, ServiceRequest
from smart_metering.duis.service_responses import DecodedValue
from smart_metering.duis_xml.alert_shapes import _STATUS_CHANGES, _StatusChange
from smart_metering.duis_xml.messages import write_request
from smart_metering.duis_xml.schedule_shape import _WITHOUT_PERIOD, SCHEDULE
from smart_metering.duis_xml.shapes import (
    Choice,
    Flag,
    Holder,
    Part,
    Particle,
    RepeatedPart,
    RepeatedValue,
    Shape,
    Value,
)
from smart_metering.duis_xml.signature import Signer, SigningCertificate, certificates_by_serial
from smart_metering.duis_xml.simple_types import SimpleType
from smart_metering.duis_xml.smets1_shapes import Either, Group, Leaf, MmcParticle, Status
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import DAY_MS, LAST_INSTANT, Instant
from smart_metering.pki.development import Credential, DevelopmentPki
from smart_metering.pki.keys import KeyUsage
from smart_metering.records import Record
from smart_metering.response_codes import ResponseCode
from smart_metering.service_requests import SERVICE_REQUESTS, service_reference_of
from smart_metering.smi_statuses import SmiStatus
from tests.support.any_values import EUIS

SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
OTHER_SUPPLIER = Eui("90-B3-D5-1F-30-03-00-00")
ACB = Eui("90-B3-D5-1F-30-00-00-02")
METER = Eui("00-DB-12-34-56-78-90-A0")
NOW = Instant(1_763_690_400_000)
XML_SIGNING, DSP_SIGNING = "87", "89"

Fields = dict[str, Any]


@cache
def credential_of(
    party: Eui, role: str = XML_SIGNING, usage: KeyUsage = KeyUsage.DIGITAL_SIGNING
) -> Credential:
    return DevelopmentPki(b"those who sign DUIS").organisation(party, role)[usage]


@cache
def known_certificates() -> dict[int, SigningCertificate]:
    """Of the two suppliers and the DSP."""
    parties = ((SUPPLIER, XML_SIGNING), (OTHER_SUPPLIER, XML_SIGNING), (ACB, DSP_SIGNING))
    return certificates_by_serial(credential_of(party, role).certificate for party, role in parties)


@cache
def signer_of(party: Eui, role: str = XML_SIGNING) -> Signer:
    (certificate,) = certificates_by_serial([credential_of(party, role).certificate]).values()
    return Signer(private_key=credential_of(party, role).private_key, serial_number=certificate.serial_number)


def request_of(srv: str, body: Body, variant: CommandVariant, target: Eui = METER) -> ServiceRequest:
    return ServiceRequest(
        request_id=RequestId(SUPPLIER, target, 1_700_000_000_001),
        command_variant=variant,
        service_reference=service_reference_of(srv),
        service_reference_variant=srv,
        body=body,
    )


def read_version() -> ServiceRequest:
    return request_of("11.2", ReadFirmwareVersion(), CommandVariant.SEND)


def signed(request: ServiceRequest, signer: Signer | None = None) -> bytes:
    """By the supplier, unless another signs."""
    return write_request(request, signer=signer or signer_of(SUPPLIER))


# --- records drawn from shapes ---------------------------------------------------------------------------------

_WORDS = (
    *(
        "",
        "A",
        "AB",
        "ABCDEF",
        "ABCD 12",
        "x" * 15,
        "x" * 20,
        "x" * 25,
        "x" * 30,
        "x" * 200,
        " a\tb ",
        "é€𝄞",
        "<&>\"'",
    ),
    *("1", "12", "100023336956", "1" * 10, "1" * 13, "9" * 20, "00020001", "0.5", "-7", "4.2"),
    *DeviceType,
    *SmiStatus,
    *ESME_VARIANTS,
    *("Daily", "Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly"),
    *("Add", "Remove", "ESME", "ALCS", "ACB", "NetworkOperator", "Root", "Supplier", "LoadController"),
    *("New CHF Install", "CHF Install - no SM WAN", "Deep indoors", "Basement or Cellar"),
    *("Terraced", "Low Rise Apartment (MDU <= 5 floors)", "High Rise Apartment (MDU > 5 floors)"),
    *("Fault identified prior to installation", "Hot-shoe", "Cradle", "Manufacturing defect"),
    *("No Fault Return (general)", "Lost or Stolen Hub", "Active", "Cancelled", "Expired", "Withdrawn"),
    *("North", "4G Central", "Unknown", "SMETS1", "Cellular", "Virtual", "Success", "Failure"),
    *("FileTransferSuccess", "FileTransferFailure", "Enabled", "Disabled", "Armed", "Unchanged", "Locked"),
    *("DigitalSigning", "KeyAgreement", "SupplierByTransCoS", "Type2", "2025-11-21T02:00:00.000Z"),
    *("AAECAw==", "", str(RequestId(SUPPLIER, METER, 7)), METER),
    *(row.srv for row in SERVICE_REQUESTS),
    *(row.service_reference for row in SERVICE_REQUESTS),
)
_OCTETS = (b"", b"\x00", b"\xdf\x09\x01", bytes(6), bytes(16), bytes(range(32)), bytes(200))
_NUMBERS = (-400, -1, 0, 1, 7, 100, 3_600, 0x8F66, 0x8F67, 65_535, 86_399_999, 86_400, 10**12, 2**63 - 1)
_INSTANTS = (0, DAY_MS, NOW, 20_000 * DAY_MS, LAST_INSTANT)
_OTHERS = (True, False, *ResponseCode, *SmiStatus, *DeviceType, RequestId(SUPPLIER, METER, 2**64 - 1))
_LISTS = ((METER,), (METER, SUPPLIER))
POOL: tuple[object, ...] = (*_WORDS, *_OCTETS, *_NUMBERS, *_INSTANTS, *_OTHERS, *_LISTS)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=8)
_ANY_TEXT, _ANY_OCTETS = "no word of DUIS", b"no octets of DUIS"


def records_of(shape: Shape) -> st.SearchStrategy[Record]:
    """Of every value that the schema allows, as far as the pool goes."""
    if shape is SCHEDULE:
        return _schedules()
    return _fields_of(shape.particles).map(lambda fields: shape.record(**fields))


def _fields_of(particles: Sequence[Particle]) -> st.SearchStrategy[Fields]:
    parts = [_fields(particle) for particle in particles]
    return st.tuples(*parts).map(lambda drawn: {name: it for fields in drawn for name, it in fields.items()})


def _fields(particle: Particle) -> st.SearchStrategy[Fields]:
    match particle:
        case Value(field=field, type=kind, optional=optional):
            given = values_of(kind).map(lambda value: {field: value})
            return given | st.just({}) if optional else given
        case RepeatedValue(field=field, type=kind, least=least, most=most):
            return _some(values_of(kind), least, most).map(lambda values: {field: values})
        case Flag(field=field):
            return st.sampled_from([{}, {field: True}])
        case Part(field=field, shape=shape, optional=optional):
            given = records_of(shape).map(lambda record: {field: record})
            return given | st.just({}) if optional else given
        case RepeatedPart(field=field, shape=shape, least=least, most=most):
            return _some(records_of(shape), least, most).map(lambda records: {field: records})
        case Holder(particles=particles):
            return _fields_of(particles)
        case Choice(alternatives=alternatives):
            return st.one_of([_fields(alternative).filter(_is_given) for alternative in alternatives])
        case _StatusChange():
            return st.sampled_from(sorted(_STATUS_CHANGES)).flatmap(
                lambda name: _fields_of(_STATUS_CHANGES[name]).map(
                    lambda fields: {"device_status_change": name, **fields}
                )
            )
        case _:
            raise AssertionError(particle)


def _is_given(fields: Fields) -> bool:
    return any(value not in ("", None, False, ()) for value in fields.values())


def _some(values: st.SearchStrategy[Any], least: int, most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, min_size=least, max_size=min(most, least + 2)).map(tuple)


def _schedules() -> st.SearchStrategy[DspSchedule]:
    """A read of a log has a period, any other has none."""
    plain = [particle for particle in SCHEDULE.particles if isinstance(particle, Value)]
    period = st.builds(
        ReadLogPeriodOffset,
        start_date_offset=st.integers(-400, 0),
        start_time=st.integers(0, DAY_MS - 1),
        end_date_offset=st.integers(-400, 0),
        end_time=st.integers(0, DAY_MS - 1),
    )
    return st.tuples(_fields_of(plain), period).map(lambda drawn: _schedule(*drawn))


def _schedule(fields: Fields, period: ReadLogPeriodOffset) -> DspSchedule:
    srv = fields["dsp_scheduled_service_reference_variant"]
    return DspSchedule(
        **fields,
        dsp_scheduled_service_reference=service_reference_of(srv),
        read_log_period_offset=None if srv in _WITHOUT_PERIOD else period,
    )


def values_of(kind: SimpleType) -> st.SearchStrategy[Any]:
    """What of the pool is of the type; of one that takes any text or octets, others too."""
    known: st.SearchStrategy[Any] = st.sampled_from(_of_the_pool(kind))
    for probe, values in ((_ANY_TEXT, _TEXTS), (_ANY_OCTETS, st.binary(max_size=40)), (METER, EUIS)):
        if _is_of(kind, probe):
            known |= values.filter(lambda value: _is_of(kind, value))
    return known


@cache
def _of_the_pool(kind: SimpleType) -> list[object]:
    found = [value for value in POOL if _is_of(kind, value)]
    assert found, kind
    return found


def _is_of(kind: SimpleType, value: object) -> bool:
    try:
        read = kind.read(kind.write(value))
    except (ValueError, TypeError, AttributeError, OverflowError):
        return False
    return read == value and isinstance(read, bool) == isinstance(value, bool)


# --- decoded answers -------------------------------------------------------------------------------------------


def contents_of(particles: Sequence[MmcParticle]) -> st.SearchStrategy[tuple[DecodedValue, ...]]:
    """Flat values of a decoded answer."""
    parts = [_content_of(particle) for particle in particles]
    return st.tuples(*parts).map(lambda drawn: tuple(value for values in drawn for value in values))


def _content_of(particle: MmcParticle) -> st.SearchStrategy[tuple[DecodedValue, ...]]:
    match particle:
        case Leaf(name=name, type=kind, shown=shown):
            words = [value for value in POOL if isinstance(value, str) and value and _reads(kind, value)]
            texts = [str(word) for word in words if shown is None or len(word) <= shown]
            return st.sampled_from(texts).map(lambda text: (DecodedValue(name=name, value=text),))
        case Status(name=name, numbers=numbers):
            return st.sampled_from(sorted(numbers)).map(lambda text: (DecodedValue(name=name, value=text),))
        case Group(particles=particles, most=most):
            entry = contents_of(particles)
            return st.lists(entry, min_size=1, max_size=min(most, 3)).map(
                lambda entries: tuple(value for values in entries for value in values)
            )
        case Either(alternatives=alternatives):
            return st.one_of([_content_of(alternative) for alternative in alternatives])
        case _:
            raise AssertionError(particle)


def _reads(kind: SimpleType, text: str) -> bool:
    try:
        kind.read(text)
    except ValueError:
        return False
    return True
