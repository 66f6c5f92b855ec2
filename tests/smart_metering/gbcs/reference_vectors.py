"""Commands and Responses of DCC's Reference Test Data Set, each pair with its exchange and its secret; and exchanges
of the same parties."""

import json
from dataclasses import dataclass
from pathlib import Path

from smart_metering.gbcs.exchange import Exchange, exchange_of
from smart_metering.gbcs.message import Message, decode
from smart_metering.identifiers import Eui

ACCESS_CONTROL_BROKER = Eui("90-B3-D5-1F-30-00-00-02")
SUPPLIER = Eui("90-B3-D5-1F-30-01-00-00")
ESME = Eui("00-DB-12-34-56-78-90-A0")
SUPPLIER_AND_ESME = bytes.fromhex("42da8fad4c8c9d613976f39f1e79ccc88571efa43933d57146b533bc6d253e0f")


@dataclass(frozen=True, slots=True)
class Vector:
    """`secret` is that of the exchange's recipient and its Device."""

    command: Message
    response: Message
    exchange: Exchange
    secret: bytes


def read_vectors(reference_data: Path, folder: str) -> dict[str, Vector]:
    """The pairs of one folder of the set, by the name that both files begin with."""
    rtds = reference_data / "rtds"
    secrets: dict[str, str] = json.loads((rtds / "shared_secrets.json").read_text())["Z"]
    vectors = {}
    for path in sorted((rtds / folder).glob("*_COMMAND_GBCS.HEX")):
        command = read_message(path)
        exchange = exchange_of(command)
        vectors[path.name.removesuffix("_COMMAND_GBCS.HEX")] = Vector(
            command=command,
            response=read_message(path.with_name(path.name.replace("_COMMAND_", "_RESPONSE_"))),
            exchange=exchange,
            secret=bytes.fromhex(secrets[f"{spelled(exchange.recipient)}:{spelled(exchange.device)}"]),
        )
    return vectors


def read_message(path: Path) -> Message:
    return decode(bytes.fromhex(path.read_text()))


def commanded_by_supplier(counter: int = 1000, device: Eui = ESME) -> Exchange:
    return Exchange(
        originator=SUPPLIER, device=device, counter=counter, recipient=SUPPLIER, recipient_counter=counter
    )


def asked_for_supplier() -> Exchange:
    """The Access Control Broker asks for a supplier that the ESME does not know."""
    return Exchange(
        originator=ACCESS_CONTROL_BROKER,
        device=ESME,
        counter=1302,
        recipient=SUPPLIER,
        recipient_counter=2002,
    )


def spelled(eui: Eui) -> str:
    return eui.replace("-", "").lower()
