"""Mutations of signed DUIS requests: none may be read as another request, none may bring the reader down or be slow.

Whatever is made of a signed request is refused, or read as one of the requests that were signed. The seed alone brings
a mutation back.

    scripts/mutate_duis                        20,000 mutations
    scripts/mutate_duis --count 1000 --seed 7
"""

import argparse
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random

from lxml import etree

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import (
    AddDeviceToChfWhitelist,
    ReadActiveImportProfileData,
    ReadLogPeriod,
    TopUpDevice,
    UpdateHanDeviceLog,
)
from smart_metering.duis.inventory_requests import DeviceDetails, DevicePrenotification, UpdateInventory
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    Body,
    ReadFirmwareVersion,
    ServiceRequest,
    SignedPreCommand,
    UninterpretedBody,
    UpdateFirmware,
)
from smart_metering.duis_xml.faults import NotDuisError, RefusedRequestError
from smart_metering.duis_xml.messages import read_request, write_request
from smart_metering.duis_xml.names import Element, duis, signature
from smart_metering.duis_xml.reading import read_tree
from smart_metering.duis_xml.signature import Signer, SigningCertificate, certificates_by_serial
from smart_metering.firmware_versions import FirmwareVersion
from smart_metering.identifiers import Eui, RequestId
from smart_metering.instants import Instant
from smart_metering.pki.development import DevelopmentPki
from smart_metering.pki.keys import KeyUsage

COUNT = 20_000
SLOWEST_SHOWN = 5
NOW = Instant(1_763_690_400_000)
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
METER = Eui("00-DB-12-34-56-78-90-A0")

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_TOKENS = (
    *(b"<", b">", b"&", b'"', b"'", b"/", b"=", b" ", b"\n", b"\r", b"\t", b"\x00", b"\xff", b"\xc0\x80"),
    *(
        b"<!-- x -->",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?x?>",
        b"<?xml version='1.0'?>",
        b"<!DOCTYPE r>",
    ),
    *(b"&#13;", b"&#x41;", b"&lt;", b"&amp;", b"&e;", b"&#0;", b"<a/>", b"<sr:Body/>", b"</sr:Body>"),
    *(b' xmlns="u"', b' xmlns:sr="u"', b' xml:id="a"', b' Id="a"', b"sr:", b"ds:", b":", b"\xef\xbb\xbf"),
    *(b"0", b"1", b"9", b"a", b"A", b"-", b"5.1", b"\xe2\x80\x8b", b"\xcc\x81", b"%", b"\xd9\xa0"),
)
_TEXTS = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "true",
    "A",
    "x",
    "é",
    "\r\n",
    "00-DB-12-34-56-78-90-A1",
    "AAAA",
    "5",
    "11.3",
)
_ATTRIBUTES = ("Id", "URI", "Algorithm", "schemaVersion", "x")
_TAGS = (
    *(
        duis(name)
        for name in ("Request", "Header", "Body", "RequestID", "ReadFirmwareVersion", "DeviceID", "x")
    ),
    *(signature(name) for name in ("Signature", "SignedInfo", "Object", "Transform", "Reference")),
)

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]


# --- what is mutated -------------------------------------------------------------------------------------------


def sample_requests() -> list[ServiceRequest]:
    """What is mutated: one of each way to be made of elements."""
    hub = Eui("00-DB-12-34-56-78-90-A2")
    bodies: tuple[tuple[str, int, Body], ...] = (
        ("11.2", 1, ReadFirmwareVersion()),
        ("11.3", 4, ActivateFirmware(execution_date_time=NOW, firmware_hash=bytes(range(32)))),
        ("11.3", 5, SignedPreCommand(gbcs_payload=bytes(range(100)))),
        (
            "11.1",
            8,
            UpdateFirmware(
                firmware_image=bytes(range(256)) * 4,
                firmware_version=FirmwareVersion("00020001"),
                device_id_list=(METER, hub),
            ),
        ),
        ("2.2", 1, TopUpDevice(utrn="1" * 20)),
        (
            "4.8.1",
            1,
            ReadActiveImportProfileData(
                read_log_period=ReadLogPeriod(start_date_time=Instant(0), end_date_time=NOW)
            ),
        ),
        (
            "8.4",
            8,
            UpdateInventory(device_id=METER, update_device_details=DeviceDetails(esme_variant="ADE")),
        ),
        (
            "8.11",
            1,
            UpdateHanDeviceLog(
                device_id=METER,
                request_type="Add",
                add_device_to_chf_whitelist=AddDeviceToChfWhitelist(
                    join_time_period=60, install_code=bytes(16), import_mpxn="1" * 13
                ),
            ),
        ),
        (
            "12.2",
            8,
            DevicePrenotification(
                device_id=METER, device_manufacturer="106C", device_model="<é&>", device_type="ESME"
            ),
        ),
        ("4.13", 1, UninterpretedBody(element="ReadPrepaymentConfiguration")),
    )
    return [
        ServiceRequest(
            request_id=RequestId(SUPPLIER, METER, 1_700_000_000_000 + number),
            first_in_sequence=number % 2 == 0,
            command_variant=CommandVariant(variant),
            service_reference=".".join(srv.split(".")[:2]),
            service_reference_variant=srv,
            body=body,
        )
        for number, (srv, variant, body) in enumerate(bodies)
    ]


# --- mutations of octets -----------------------------------------------------------------------------------------


def _replace(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(octets))
    return octets[:at] + chance.choice(_TOKENS) + octets[at + chance.choice((0, 1, 1, 4)) :]


def _flip(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    at = chance.randrange(len(octets))
    return octets[:at] + bytes([octets[at] ^ 1 << chance.randrange(8)]) + octets[at + 1 :]


def _cut(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, octets)
    return octets[:start] + octets[end:]


def _repeat(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, octets)
    return octets[:end] + octets[start:end] * chance.choice((1, 1, 3)) + octets[end:]


def _move(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, octets)
    rest = octets[:start] + octets[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + octets[start:end] + rest[at:]


def _splice(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _span(chance, other)
    at = chance.randrange(len(octets))
    return octets[:at] + other[start:end] + octets[at + chance.choice((0, end - start)) :]


def _change_case(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(chance, octets)
    return octets[:start] + octets[start:end].swapcase() + octets[end:]


def _span(chance: Random, octets: bytes) -> tuple[int, int]:
    start = chance.randrange(len(octets))
    return start, min(len(octets), start + chance.choice((1, 2, 5, 20, 100, 500)))


# --- mutations of elements -----------------------------------------------------------------------------------------


def _of_tree(change: Callable[[Random, Element, Sequence[bytes]], None]) -> Mutation:
    def mutate(chance: Random, octets: bytes, others: Sequence[bytes]) -> bytes:
        root = read_tree(octets)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            change(chance, root, others)
        return etree.tostring(root, encoding="UTF-8")

    return mutate


def _any(chance: Random, root: Element) -> Element:
    return chance.choice(list(root.iter("*")))


def _below(chance: Random, root: Element) -> Element:
    return chance.choice(list(root.iter("*"))[1:] or [root])


def _set_text(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    _any(chance, root).text = chance.choice(_TEXTS)


def _set_tail(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    _below(chance, root).tail = chance.choice((" ", "\n", "x"))


def _set_attribute(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    _any(chance, root).set(chance.choice(_ATTRIBUTES), chance.choice(_TEXTS))


def _rename(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    _any(chance, root).tag = chance.choice(_TAGS)


def _double(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    node = _below(chance, root)
    if node is not root:
        node.addnext(deepcopy(node))


def _transplant(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    """An element of this or of another request, somewhere in this one."""
    source = root if chance.random() < 0.5 else read_tree(chance.choice(others))
    _any(chance, root).insert(chance.randrange(4), deepcopy(_any(chance, source)))


def _exchange(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    """An element for that of the same name in another request."""
    other = read_tree(chance.choice(others))
    node = _below(chance, root)
    parent, same = node.getparent(), list(other.iter(node.tag))
    if parent is not None and same:
        parent.replace(node, deepcopy(chance.choice(same)))


def _wrap(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    node = _below(chance, root)
    parent = node.getparent()
    if parent is not None:
        around = etree.Element(chance.choice(_TAGS))
        parent.replace(node, around)
        around.append(node)


def _drop(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    node = _below(chance, root)
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _comment(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    node = _any(chance, root)
    text = node.text or ""
    at = chance.randrange(len(text) + 1)
    comment = etree.Comment("x")
    node.text, comment.tail = text[:at], text[at:]
    node.insert(0, comment)


def _malleate(chance: Random, root: Element, others: Sequence[bytes]) -> None:
    node = root.find(f".//{signature('SignatureValue')}")
    try:
        octets = b64decode((node.text or "") if node is not None else "")
    except ValueError:
        return
    if node is not None and len(octets) == 64:
        s = (_ORDER - int.from_bytes(octets[32:], "big")) % _ORDER
        node.text = b64encode(octets[:32] + s.to_bytes(32, "big")).decode()


TREE_MUTATIONS: tuple[Mutation, ...] = (
    *map(_of_tree, (_set_text, _set_tail, _set_attribute, _rename, _double, _transplant, _exchange)),
    *map(_of_tree, (_wrap, _drop, _comment, _malleate)),
)
MUTATIONS: tuple[Mutation, ...] = (
    *(_replace, _replace, _flip, _cut, _repeat, _move, _splice, _change_case),
    *TREE_MUTATIONS,
)


# --- the run -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One mutation: its number, which it was, and what it took the processor to read it."""

    number: int
    mutation: str
    seconds: float


@dataclass(slots=True, kw_only=True)
class Report:
    """`wrong` are mutations that were read as a request that nobody signed, or that raised what they may not."""

    harmless: int = 0
    refused: int = 0
    not_duis: int = 0
    wrong: list[str] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)

    @property
    def slowest(self) -> list[Trial]:
        return sorted(self.trials, key=lambda trial: -trial.seconds)


def run(count: int, seed: int) -> Report:
    """So many mutations, each drawn from the seed and its number."""
    certificates, signer = _supplier()
    requests = sample_requests()
    corpus = [write_request(request, signer=signer) for request in requests]
    signed = {request.request_id: request for request in requests}
    report = Report()
    for number in range(count):
        chance = Random(f"{seed}|{number}")
        mutation = number % len(MUTATIONS)
        octets = MUTATIONS[mutation](chance, chance.choice(corpus), corpus)
        start = time.process_time()
        _try(report, number, octets, certificates, signed)
        seconds = time.process_time() - start
        report.trials.append(Trial(number=number, mutation=f"mutation {mutation}", seconds=seconds))
    return report


def _try(
    report: Report,
    number: int,
    octets: bytes,
    certificates: dict[int, SigningCertificate],
    signed: dict[RequestId, ServiceRequest],
) -> None:
    try:
        read = read_request(octets, certificates.get, NOW)
    except NotDuisError:
        report.not_duis += 1
    except RefusedRequestError:
        report.refused += 1
    except Exception as error:  # noqa: BLE001 - whatever a reader raises beside these is what we look for
        report.wrong.append(f"{number}: {type(error).__name__}: {error}")
    else:
        if signed.get(read.request.request_id) == read.request:
            report.harmless += 1
        else:
            report.wrong.append(f"{number}: read as {read.request}")


def _supplier() -> tuple[dict[int, SigningCertificate], Signer]:
    credential = DevelopmentPki(b"mutations").organisation(SUPPLIER, "87")[KeyUsage.DIGITAL_SIGNING]
    certificates = certificates_by_serial([credential.certificate])
    (serial_number,) = certificates
    return certificates, Signer(private_key=credential.private_key, serial_number=serial_number)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Mutates signed DUIS requests, and reads what comes of it.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    report = run(options.count, options.seed)
    print(
        f"{options.count} mutations, seed {options.seed}: {report.not_duis} no DUIS, {report.refused} refused, "
        f"{report.harmless} harmless, {len(report.wrong)} wrong"
    )
    for trial in report.slowest[:SLOWEST_SHOWN]:
        print(f"  {trial.seconds * 1000:.1f} ms: number {trial.number}, {trial.mutation}")
    for wrong in report.wrong[:20]:
        print(f"WRONG {wrong[:300]}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
