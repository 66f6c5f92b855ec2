"""Options that commands share, each with its environment variable."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from typer.models import OptionInfo

from operations.log_choices import LogFormat, LogLevel

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

Metrics: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--metrics", envvar="SMETS_METRICS", help="Serve Prometheus metrics of both servers, on free ports."
    ),
]
MetricsPort: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        envvar="SMETS_METRICS_PORT",
        min=1,
        max=65534,
        help="Serve them on this port (the DSP's) and the next (the emulator's).",
        show_default=False,
    ),
]
Format: TypeAlias = Annotated[
    LogFormat,
    typer.Option(
        "--log-format",
        envvar="SMETS_LOG_FORMAT",
        help="Of the servers' logs, in the folder logs of the state.",
    ),
]
Level: TypeAlias = Annotated[
    LogLevel,
    typer.Option(
        "--log-level",
        envvar="SMETS_LOG_LEVEL",
        help="Of the servers' logs; debug: every request, and what it led to.",
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
        help="With the broker that runs at mqtt://[USER:PASSWORD@]HOST:PORT, or mqtts:// for TLS.",
        show_default=False,
    ),
]

TlsCertificate: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--tls-certificate",
        envvar="SMETS_TLS_CERTIFICATE",
        help="PEM, with its chain: both servers listen over TLS; needed off loopback.",
        show_default=False,
    ),
]
TlsKey: TypeAlias = Annotated[
    Path | None,
    typer.Option("--tls-key", envvar="SMETS_TLS_KEY", help="PEM of its private key.", show_default=False),
]

DEFAULT_STATE = Path(".smets")
NO_TEXTS: list[str] = []
