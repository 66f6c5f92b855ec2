"""Options that commands share, each with its environment variable."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from typer.models import OptionInfo

State: TypeAlias = Annotated[
    Path, typer.Option("--state", envvar="SMETS_STATE", help="State folder of the system.", show_default=True)
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", envvar="SMETS_JSON", help="Answer in JSON instead of text.")
]


def user_option(otherwise: str) -> OptionInfo:
    """--user, and who is meant without it."""
    named = "The party that asks: its name, its EUI or a part of it."
    option = typer.Option(
        "--user", envvar="SMETS_USER", help=f"{named} Else {otherwise}.", show_default=False
    )
    assert isinstance(option, OptionInfo)
    return option


Sender: TypeAlias = Annotated[
    str,
    user_option(
        "the first party of the fleet file whose User Role may send this SRV "
        "(not necessarily the Responsible Supplier)"
    ),
]
Template: TypeAlias = Annotated[
    str,
    typer.Option(
        "--template",
        envvar="SMETS_TEMPLATE",
        help="Whose Devices give manufacturer and model: smets2, smets1.",
    ),
]
Manufacturer: TypeAlias = Annotated[
    str,
    typer.Option("--manufacturer", envvar="SMETS_MANUFACTURER", help="DeviceManufacturer, 4 hex characters."),
]
Model: TypeAlias = Annotated[
    str, typer.Option("--model", envvar="SMETS_MODEL", help="DeviceModel, 8 hex characters.")
]
Variants: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--esme-variant", envvar="SMETS_ESME_VARIANT", help="An ESME Variant; repeat it for more. None: any."
    ),
]

Mqtt: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--mqtt",
        envvar="SMETS_MQTT",
        help="With an MQTT broker of its own, for Devices outside and for dashboards.",
    ),
]
MqttListen: TypeAlias = Annotated[
    str,
    typer.Option(
        "--mqtt-listen",
        envvar="SMETS_MQTT_LISTEN",
        help="HOST:PORT of that broker, which is then run; default: a free port of loopback.",
        show_default=False,
    ),
]
MqttBroker: TypeAlias = Annotated[
    str,
    typer.Option(
        "--mqtt-broker",
        envvar="SMETS_MQTT_BROKER",
        help=r"With the broker that runs at mqtt://\[USER:PASSWORD@]HOST:PORT, or mqtts:// for TLS.",
        show_default=False,
    ),
]

DEFAULT_STATE = Path(".smets")
NO_TEXTS: list[str] = []
