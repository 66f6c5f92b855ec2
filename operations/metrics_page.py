"""The figures of a process as Prometheus reads them: a page over HTTP, served by a thread of its own.

The page is made when it is asked for, out of what the process counts anyhow: between two scrapes it costs nothing.
"""

import errno
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    make_wsgi_app,
)
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from operations.counts import Buckets, Count, Durations
from operations.tls import TlsFiles

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/metrics"
SILENT_SECONDS = 10  # a connection that says nothing for so long is closed

Admits = Callable[[str], bool]
"""Whether who brings this `Authorization` header may read the page."""

Numbers = Callable[[], Mapping[tuple[str, ...], float]]


class CannotServeMetrics(OSError):
    """The port cannot be bound."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Only rises."""

    name: str  # without the _total that Prometheus is shown
    says: str
    count: Count


@dataclass(frozen=True, slots=True)
class Gauge:
    """As it is now, by the values of `labels`."""

    name: str
    says: str
    read: Numbers
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations, in seconds."""

    name: str
    says: str
    durations: Durations


Figure = Counter | Gauge | Histogram


def one(read: Callable[[], float]) -> Numbers:
    """A figure without labels."""
    return lambda: {(): read()}


class MetricsPage:
    """`http://HOST:PORT/metrics`, from `open` to `close`; with `tls` at https. With `admits`, not for everybody."""

    def __init__(
        self,
        figures: Iterable[Figure],
        host: str,
        port: int,
        *,
        tls: TlsFiles | None = None,
        admits: Admits | None = None,
    ) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(tuple(figures)))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._host = host
        self._port = port
        self._tls = tls
        self._admits = admits
        self._server: WSGIServer | None = None
        self._thread: Thread | None = None

    @property
    def address(self) -> str:
        """Where it listens: with the port that was found if port 0 was asked for. Empty: nowhere."""
        if self._server is None:
            return ""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._server.server_port}"

    def open(self) -> None:
        """Returns once it listens. Raises CannotServeMetrics and ProtectionError."""
        context = self._tls.context() if self._tls is not None else None
        application: WSGIApplication = make_wsgi_app(self._registry)
        if self._admits is not None:
            application = _guarded(application, self._admits)
        kind = _ServerOfIpv6 if ":" in self._host else _Server
        try:
            self._server = make_server(self._host, self._port, application, kind, _Silent)
        except (OSError, OverflowError) as error:
            number = error.errno if isinstance(error, OSError) else errno.EINVAL
            raise CannotServeMetrics(
                number, f"cannot serve metrics on {self._host}:{self._port}: {error}"
            ) from None
        if context is not None:  # shaking hands is left to the thread of each connection
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Returns once nothing listens any more."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that breaks off, or does not speak TLS, is no news."""


class _ServerOfIpv6(_Server):
    address_family = socket.AF_INET6


class _Silent(WSGIRequestHandler):
    timeout = SILENT_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down of who looked."""


def _guarded(application: "WSGIApplication", admits: Admits) -> "WSGIApplication":
    def guarded(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        if admits(environ.get("HTTP_AUTHORIZATION", "")):
            return application(environ, start_response)
        start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")])
        return [b"expected 'Authorization: Bearer TOKEN' with the token of an operator\n"]

    return guarded


class _Figures(Collector):
    def __init__(self, figures: tuple[Figure, ...]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Each figure as the library has it."""
        return map(_family, self._figures)


def _family(figure: Figure) -> Metric:
    match figure:
        case Counter(name, says, count):
            counter = CounterMetricFamily(name, says, labels=count.labels)
            for values, number in sorted(count.read().items()):
                counter.add_metric(values, number)
            return counter
        case Gauge(name, says, read, labels):
            gauge = GaugeMetricFamily(name, says, labels=labels)
            for values, number in sorted(read().items()):
                gauge.add_metric(values, number)
            return gauge
        case Histogram(name, says, durations):
            histogram = HistogramMetricFamily(name, says)
            buckets = durations.read()
            histogram.add_metric((), _cumulative(buckets), buckets.total_seconds)
            return histogram


def _cumulative(buckets: Buckets) -> list[tuple[str, float]]:
    rows: list[tuple[str, float]] = []
    reached = 0
    for bound, number in zip((*map(str, buckets.bounds), "+Inf"), buckets.counts, strict=True):
        reached += number
        rows.append((bound, reached))
    return rows
