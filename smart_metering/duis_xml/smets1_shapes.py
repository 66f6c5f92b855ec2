"""How decoded answers of SMETS1 Devices are nested: the Message Mapping Catalogue 5.4, for each SRV that has one.

A record has the values flat, in order, each under the name of its element; the particles here say within which
elements they stand, and with which unit. A particle takes from a list of values what it knows, and says how many that
were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from smart_metering.duis.service_responses import DecodedValue
from smart_metering.duis_xml.faults import UnwritableError, XmlFault
from smart_metering.duis_xml.names import Element, mmc
from smart_metering.duis_xml.shapes import Cursor, read_value
from smart_metering.duis_xml.simple_types import (
    BASE64,
    COUNT_TEXT,
    COUNTER_TEXT,
    DECIMAL_TEXT,
    EUI,
    INSTANT,
    INTEGER_TEXT,
    SimpleType,
    one_of,
    text,
)
from smart_metering.gbcs.activate_firmware import ActivationCode
from smart_metering.gbcs.joining import JoinCode
from smart_metering.gbcs.security_credentials import CredentialStatus

MOST = 20_000  # entries of a log

Content = Sequence[DecodedValue]


class MmcParticle(Protocol):
    """One place in the sequence of an answer; each may be absent."""

    def taken(self, content: Content) -> int:
        """How many of the first values it stands for."""

    def write(self, parent: Element, content: Content) -> None:
        """Writes all of them."""

    def read(self, cursor: Cursor) -> list[DecodedValue]:
        """Raises XmlFault."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, of which so many characters are shown; with a `unit`, an element that holds Value and the unit."""

    name: str
    type: SimpleType
    unit: tuple[str, str] | None = None
    shown: int | None = None

    def taken(self, content: Content) -> int:
        return 1 if content and content[0].name == self.name and _fits(self.type, content[0].value) else 0

    def write(self, parent: Element, content: Content) -> None:
        node = etree.SubElement(parent, mmc(self.name))
        if self.unit is None:
            node.text = content[0].value[: self.shown]
            return
        etree.SubElement(node, mmc("Value")).text = content[0].value
        etree.SubElement(node, mmc(self.unit[0])).text = self.unit[1]

    def read(self, cursor: Cursor) -> list[DecodedValue]:
        node = cursor.take(self.name)
        if node is None:
            return []
        if self.unit is None:
            read_value(node, self.type)
            return [DecodedValue(name=self.name, value=node.text or "")]
        within = Cursor(node, tag=mmc)
        value = within.expect("Value")
        read_value(value, self.type)
        read_value(within.expect(self.unit[0]), one_of((self.unit[1],)))
        within.finish()
        return [DecodedValue(name=self.name, value=value.text or "")]


@dataclass(frozen=True, slots=True)
class Status:
    """A code: its name in the element `child`, its number in an attribute."""

    name: str
    numbers: Mapping[str, int]
    child: str = "ASN1Status"
    attribute: str = "ResponseCode"

    def taken(self, content: Content) -> int:
        return 1 if content and content[0].name == self.name and content[0].value in self.numbers else 0

    def write(self, parent: Element, content: Content) -> None:
        node = etree.SubElement(parent, mmc(self.name))
        node.set(self.attribute, str(self.numbers[content[0].value]))
        etree.SubElement(node, mmc(self.child)).text = content[0].value

    def read(self, cursor: Cursor) -> list[DecodedValue]:
        node = cursor.take(self.name)
        if node is None:
            return []
        within = Cursor(node, attribute=self.attribute, tag=mmc)
        value = str(read_value(within.expect(self.child), one_of(self.numbers)))
        within.finish()
        if node.get(self.attribute) != str(self.numbers[value]):
            raise XmlFault(self.name, f"{self.attribute} {node.get(self.attribute)} is not that of {value}")
        return [DecodedValue(name=self.name, value=value)]


@dataclass(frozen=True, slots=True)
class Group:
    """An element around others; at most so many, one after the other."""

    name: str
    particles: tuple[MmcParticle, ...]
    most: int = 1

    def taken(self, content: Content) -> int:
        return sum(self._entries(content))

    def write(self, parent: Element, content: Content) -> None:
        start = 0
        for count in self._entries(content):
            write_content(
                etree.SubElement(parent, mmc(self.name)), self.particles, content[start : start + count]
            )
            start += count

    def read(self, cursor: Cursor) -> list[DecodedValue]:
        values: list[DecodedValue] = []
        for _ in range(self.most):
            node = cursor.take(self.name)
            if node is None:
                break
            values += read_content(Cursor(node, tag=mmc), self.particles)
        return values

    def _entries(self, content: Content) -> list[int]:
        entries: list[int] = []
        start = 0
        while len(entries) < self.most and (count := _taken(self.particles, content[start:])):
            entries.append(count)
            start += count
        return entries


@dataclass(frozen=True, slots=True)
class Either:
    """The one of these that takes most; the first of equals. If `required` it stands there even when empty."""

    alternatives: tuple[MmcParticle, ...]
    required: bool = False

    def taken(self, content: Content) -> int:
        return self._best(content).taken(content)

    def write(self, parent: Element, content: Content) -> None:
        self._best(content).write(parent, content)

    def write_empty(self, parent: Element) -> None:
        first = self.alternatives[0]
        assert isinstance(first, Group), first
        etree.SubElement(parent, mmc(first.name))

    def read(self, cursor: Cursor) -> list[DecodedValue]:
        for particle in self.alternatives:
            if values := particle.read(cursor):
                return values
        return []

    def _best(self, content: Content) -> MmcParticle:
        return max(self.alternatives, key=lambda particle: particle.taken(content))


def write_content(parent: Element, particles: Sequence[MmcParticle], content: Content) -> None:
    """Raises UnwritableError if values are left that have no place."""
    for particle in particles:
        count = particle.taken(content)
        if count == 0 and isinstance(particle, Either) and particle.required:
            particle.write_empty(parent)
        if count:
            particle.write(parent, content[:count])
            content = content[count:]
    if content:
        raise UnwritableError(f"{etree.QName(parent).localname}: no place for {content[0].name}")


def read_content(cursor: Cursor, particles: Sequence[MmcParticle]) -> list[DecodedValue]:
    """All values of an element, flat; raises XmlFault."""
    values = [value for particle in particles for value in particle.read(cursor)]
    cursor.finish()
    return values


def _taken(particles: Sequence[MmcParticle], content: Content) -> int:
    start = 0
    for particle in particles:
        start += particle.taken(content[start:])
    return start


def _fits(kind: SimpleType, value: str) -> bool:
    try:
        kind.read(value)
    except ValueError:
        return False
    return True


_WH = ("ActiveEnergyUnit", "Wh")
_VARH = ("ReactiveEnergyUnit", "varh")
_CUBIC_METRES = ("Unit", "m3")
_TAMPER = Leaf("SupplyTamperState", one_of(("Unchanged", "Locked")))
_ROLE = Leaf(
    "RemotePartyRole",
    one_of(("ACB", "NetworkOperator", "Recovery", "Root", "Supplier", "TransCoS", "LoadController")),
)
_ACTIVATION_CODES = {code.mmc_name: code.value for code in ActivationCode}
_JOIN_CODES = {code.mmc_name: code.value for code in JoinCode}
_CLOCK_CODES = {"reliable": 0, "invalid": 1, "unreliable": 2}


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.capitalize, others))


_CREDENTIAL_CODES = {_camel(status.name): status.value for status in CredentialStatus}
_STATUS = Status("StatusCode", _CREDENTIAL_CODES)
_USAGES = ("DigitalSigning", "KeyAgreement", "KeyAgreementTopUp", "KeyCertSign")
_JOINED = (Status("joinResponseCode", _JOIN_CODES),)

ANSWERS: dict[str, tuple[MmcParticle, ...]] = {
    "2.2": (),
    "3.3": (),
    "4.1.1": (
        Either(
            (
                Group(
                    "Electricity",
                    (
                        Leaf("ActiveImportRegister", INTEGER_TEXT, _WH),
                        Leaf("ReactiveImportRegister", INTEGER_TEXT, _VARH),
                        Leaf("SecondaryActiveImportRegister", INTEGER_TEXT, _WH),
                    ),
                ),
                Group("Gas", (Leaf("ConsumptionRegister", DECIMAL_TEXT, _CUBIC_METRES),)),
            ),
            required=True,
        ),
    ),
    "4.3": tuple(
        Leaf(name, INTEGER_TEXT)
        for name in (
            "EmergencyCreditBalance",
            "AccumulatedDebtRegister",
            "PaymentDebtRegister",
            "TimeDebtRegister1",
            "TimeDebtRegister2",
            "MeterBalance",
        )
    ),
    "4.8.1": (
        Group(
            "LogEntry",
            (
                Leaf("Timestamp", INSTANT),
                Either(
                    (
                        Group(
                            "Electricity",
                            (Leaf("PrimaryValue", INTEGER_TEXT), Leaf("SecondaryValue", INTEGER_TEXT)),
                        ),
                        Group("Gas", (Leaf("PrimaryValue", DECIMAL_TEXT),)),
                    )
                ),
            ),
            MOST,
        ),
    ),
    "6.2.4": (
        Leaf("DeviceIdentifier", EUI),
        Leaf("ModelType", text(0, 8)),
        Leaf("ManufacturerIdentifier", text(0, 32)),
        Either(
            (
                # A gas meter has no variant: where there is none, it is gas.
                Group("Gas", (_TAMPER,)),
                Group("Electricity", (_TAMPER, Leaf("MeterVariant", text(0, 4), shown=1))),
            )
        ),
    ),
    "6.23": (
        Group(
            "ExecutionOutcome",
            (
                Leaf("AuthorisingRemotePartyOriginatorCounter", COUNTER_TEXT),
                Leaf("CredentialsReplacementMode", one_of(("SupplierByTransCoS",))),
                Group(
                    "RemotePartySeqNumberChange",
                    (
                        Leaf("RemotePartyFloorSeqNumber", COUNTER_TEXT),
                        Leaf("RemotePartyPrepaymentTopUpFloorSeqNumber", COUNTER_TEXT),
                    ),
                ),
                Group(
                    "ReplacementOutcome",
                    (
                        _STATUS,
                        Leaf("CertificateType", one_of(_USAGES)),
                        _ROLE,
                        Leaf("ExistingRemotePartyID", EUI),
                        Leaf("NewRemotePartyID", EUI),
                        Leaf("ExistingCertificateHash", BASE64),
                        Leaf("NewCertificateHash", BASE64),
                    ),
                    3,
                ),
            ),
        ),
    ),
    "6.24.1": (
        Group(
            "RemotePartyDetails",
            (
                _ROLE,
                _STATUS,
                Leaf("RemotePartyFloorSeqNumber", COUNTER_TEXT),
                Leaf("CertificateUsage", one_of(_USAGES)),
                Leaf("ExistingRemotePartyID", EUI),
                Leaf("ExistingCertificateHash", BASE64),
            ),
            MOST,
        ),
    ),
    "7.4": (
        Leaf("SupplyState", one_of(("Enabled", "Disabled", "Armed"))),
        Group("Gas", (Leaf("RemainingBatteryCapacity", COUNT_TEXT),)),
    ),
    "8.1.1": (
        Leaf("DeviceTime", INSTANT),
        Either(
            (
                Group(
                    "Electricity",
                    (Status("ElecClockTimeStatus", _CLOCK_CODES, "TimeStatus", "TimeStatusCode"),),
                ),
                Group("Gas", (Status("GasClockTimeStatus", _CLOCK_CODES),)),
            )
        ),
    ),
    "8.7.1": _JOINED,
    "8.7.2": _JOINED,
    "8.9": (
        Either(
            (
                Group(
                    "DeviceLogEntries",
                    (
                        Group(
                            "LogEntry",
                            (
                                Leaf("DeviceID", EUI),
                                Leaf(
                                    "DeviceType",
                                    one_of(("ESME", "GSME", "GPF", "CHF", "HCALCS", "PPMID", "Type2")),
                                ),
                            ),
                            MOST,
                        ),
                    ),
                ),
                Group(
                    "CHFDeviceLog",
                    (
                        Group(
                            "CHFDeviceLogEntry",
                            (Leaf("DeviceID", EUI), Leaf("LastCommunicationsDateTime", INSTANT)),
                            16,
                        ),
                    ),
                ),
            )
        ),
    ),
    "8.11": (),
    "11.2": (Leaf("FirmwareVersion", text(1, 8)),),
    "11.3": (
        Status("ActivateImageResponseCode", _ACTIVATION_CODES),
        Leaf("FirmwareVersion", text(1, 8)),
    ),
}
"""By SRV: what stands within the answer's element, which is called after the request's body, with `Rsp`."""
