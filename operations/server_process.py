"""How a server process is set up: the options that both servers share, its log, and how seldom it looks for cycles."""

import argparse
import gc
import math
import time
from dataclasses import dataclass, field

from operations.log import set_up_log
from operations.log_choices import LogFormat, LogLevel
from operations.tls import TlsFiles, add_protection_options, read_token, tls_from

# Objects between two searches for cycles. The books hold none, but every search walks over what refers to them.
COLLECT_AFTER = 50_000

LAST_PORT = 65_535
LONGEST_DRAIN_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """How a server is operated. `metrics_port`: None serves no metrics, 0 finds a free port.

    For `drain_seconds` a server that was asked to end still serves, and its health says that it soon will not.
    With `tls` all that listens does so over TLS. Who brings `operator_token` off loopback may operate; empty: nobody.
    """

    metrics_port: int | None = None
    drain_seconds: float = 0.0
    log_format: LogFormat = LogFormat.JSON
    log_level: LogLevel = LogLevel.INFO
    tls: TlsFiles | None = None
    operator_token: str = field(default="", repr=False)
    started_at: float = field(default_factory=time.time)  # real time, seconds since 1970


def add_operating_options(parser: argparse.ArgumentParser) -> None:
    """--metrics-port, --drain-seconds, and those of the log and of protection."""
    parser.add_argument(
        "--metrics-port",
        type=_port,
        metavar="PORT",
        help="serve Prometheus metrics there, on the host of --listen; 0: a free port; unless given, none",
    )
    parser.add_argument(
        "--drain-seconds",
        type=_drain_seconds,
        default=0.0,
        metavar="SECONDS",
        help="asked to end, say so by gRPC health for so long before the doors are shut",
    )
    add_log_options(parser)
    add_protection_options(parser)


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """--log-format and --log-level."""
    parser.add_argument(
        "--log-format", type=LogFormat, choices=list(LogFormat), default=LogFormat.JSON, help="of stderr"
    )
    parser.add_argument(
        "--log-level",
        type=LogLevel,
        choices=list(LogLevel),
        default=LogLevel.INFO,
        help="debug: every request, and what it led to",
    )


def operating_from(arguments: argparse.Namespace) -> Operating:
    """What those options say. Raises ProtectionError."""
    token = arguments.operator_token_file
    return Operating(
        metrics_port=arguments.metrics_port,
        drain_seconds=arguments.drain_seconds,
        log_format=arguments.log_format,
        log_level=arguments.log_level,
        tls=tls_from(arguments),
        operator_token=read_token(token) if token is not None else "",
    )


def set_up_server_process(operating: Operating) -> None:
    """The log, and the collector of cycles."""
    set_up_log(operating.log_format, operating.log_level)
    gc.set_threshold(COLLECT_AFTER)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a port, 0 to {LAST_PORT}")


def _drain_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 <= seconds <= LONGEST_DRAIN_SECONDS:
        return seconds
    raise argparse.ArgumentTypeError(f"{text!r}: expected 0 to {LONGEST_DRAIN_SECONDS:.0f} seconds")
