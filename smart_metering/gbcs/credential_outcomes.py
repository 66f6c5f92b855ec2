"""What a Device says of credentials that it was to replace: the outcome in CS02b's Response and in its alert, 00CB.

Layouts: Reference Test Data Set 4.5.0 (certain), of credentials that fail likely (that set has them where a Supplier
replaces its own). A Device does what it can: one credential may fail and the others be replaced.
"""

from smart_metering.gbcs import der
from smart_metering.gbcs.cursor import Cursor
from smart_metering.gbcs.security_credentials import (
    LARGEST_COUNTER,
    CredentialStatus,
    CredentialUsage,
    RemotePartyRole,
    encode_cell,
    encode_holder,
    encode_status,
    read_holder,
    read_status,
    read_usage,
)
from smart_metering.identifiers import Eui
from smart_metering.records import Record

SUPPLIER_BY_TRANSITIONAL_COS = der.encode_integer(7)
"""The credentials replacement mode, on the wire."""

_TOP_UP_SEQUENCE_NUMBER = der.encode_integer(0)  # usage of a specialist sequence number


class ReplacementOutcome(Record, frozen=True, kw_only=True):
    """What became of one credential: whose it was, and whose it is (the same, where it was not replaced)."""

    usage: CredentialUsage
    status: CredentialStatus = CredentialStatus.SUCCESS
    existing_party: Eui
    existing_key_id: bytes
    new_party: Eui
    new_key_id: bytes


class UpdateOutcome(Record, frozen=True, kw_only=True):
    """`originator_counter` is that of the Command; the floors are those of the Command."""

    originator_counter: int
    supplier_floor_sequence_number: int | None = 0
    top_up_floor_sequence_number: int | None = None
    replacements: tuple[ReplacementOutcome, ...]

    @property
    def success(self) -> bool:
        return all(replacement.status is CredentialStatus.SUCCESS for replacement in self.replacements)


def encode_outcome(outcome: UpdateOutcome) -> bytes:
    floors = encode_floors(outcome.supplier_floor_sequence_number, outcome.top_up_floor_sequence_number)
    return der.encode_sequence(
        der.encode_integer(outcome.originator_counter)
        + SUPPLIER_BY_TRANSITIONAL_COS
        + der.encode_sequence(floors)
        + der.encode_sequence(b"".join(map(_encode_replacement_outcome, outcome.replacements)))
    )


def read_outcome(cursor: Cursor) -> UpdateOutcome:
    end = der.open_nested(cursor, "outcome")
    originator_counter = der.read_integer(cursor, LARGEST_COUNTER, "originator counter")
    cursor.expect(SUPPLIER_BY_TRANSITIONAL_COS, "credentials replacement mode")
    floors: tuple[int | None, int | None] = None, None
    end_of_floors = der.open_nested(cursor, "changes of sequence numbers")
    if cursor.offset < end_of_floors:
        floors = read_floors(cursor)
    der.close_nested(cursor, end_of_floors, "changes of sequence numbers")
    replacements = []
    end_of_replacements = der.open_nested(cursor, "replacement outcomes")
    while cursor.offset < end_of_replacements:
        replacements.append(_read_replacement_outcome(cursor))
    der.close_nested(cursor, end_of_replacements, "list of replacement outcomes")
    der.close_nested(cursor, end, "outcome")
    supplier_floor, top_up_floor = floors
    return UpdateOutcome(
        originator_counter=originator_counter,
        supplier_floor_sequence_number=supplier_floor,
        top_up_floor_sequence_number=top_up_floor,
        replacements=tuple(replacements),
    )


def _encode_replacement_outcome(replacement: ReplacementOutcome) -> bytes:
    return der.encode_sequence(
        encode_cell(RemotePartyRole.SUPPLIER, replacement.usage)
        + encode_status(replacement.status)
        + encode_holder(replacement.existing_party, replacement.existing_key_id)
        + encode_holder(replacement.new_party, replacement.new_key_id)
    )


def _read_replacement_outcome(cursor: Cursor) -> ReplacementOutcome:
    end = der.open_nested(cursor, "replacement outcome")
    end_of_cell = der.open_nested(cursor, "cell")
    cursor.expect(der.encode_integer(RemotePartyRole.SUPPLIER), "role of the cell")
    usage = read_usage(cursor)
    der.close_nested(cursor, end_of_cell, "cell")
    status = read_status(cursor)
    existing_party, existing_key_id = read_holder(cursor)
    new_party, new_key_id = read_holder(cursor)
    der.close_nested(cursor, end, "replacement outcome")
    return ReplacementOutcome(
        usage=usage,
        status=status,
        existing_party=existing_party,
        existing_key_id=existing_key_id,
        new_party=new_party,
        new_key_id=new_key_id,
    )


def encode_floors(supplier_floor: int | None, top_up_floor: int | None) -> bytes:
    """The change of the Supplier's sequence numbers; empty when there is none."""
    if supplier_floor is None:
        assert top_up_floor is None, "a floor for top-ups alone cannot be written"
        return b""
    content = der.encode_integer(RemotePartyRole.SUPPLIER) + der.encode_integer(supplier_floor)
    if top_up_floor is not None:
        top_up = der.encode_sequence(_TOP_UP_SEQUENCE_NUMBER + der.encode_integer(top_up_floor))
        content += der.encode_sequence(top_up)
    return der.encode_sequence(content)


def read_floors(cursor: Cursor) -> tuple[int, int | None]:
    end = der.open_nested(cursor, "change of sequence numbers")
    cursor.expect(der.encode_integer(RemotePartyRole.SUPPLIER), "remote party role")
    supplier_floor = der.read_integer(cursor, LARGEST_COUNTER, "floor sequence number")
    top_up_floor = None
    if cursor.offset < end:
        end_of_list = der.open_nested(cursor, "specialist sequence numbers")
        end_of_top_up = der.open_nested(cursor, "specialist sequence number")
        cursor.expect(_TOP_UP_SEQUENCE_NUMBER, "usage of the sequence number")
        top_up_floor = der.read_integer(cursor, LARGEST_COUNTER, "floor sequence number of top-ups")
        der.close_nested(cursor, end_of_top_up, "specialist sequence number")
        der.close_nested(cursor, end_of_list, "list of specialist sequence numbers")
    der.close_nested(cursor, end, "change of sequence numbers")
    return supplier_floor, top_up_floor
