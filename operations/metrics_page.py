"""The figures of a process as Prometheus reads them: a page over HTTP, served by a thread of its own.

The page is made when it is asked for, out of what the process counts anyhow: between two scrapes it costs nothing.
"""

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from operations.counts import Buckets, Count, Durations

PATH = "/metrics"

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
    """`http://HOST:PORT/metrics`, from `open` to `close`."""

    def __init__(self, figures: Iterable[Figure], host: str, port: int) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Figures(tuple(figures)))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._host = host
        self._port = port
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
        """Returns once it listens. Raises CannotServeMetrics."""
        try:
            self._server, self._thread = start_http_server(self._port, self._host, self._registry)
        except (OSError, OverflowError) as error:
            number = error.errno if isinstance(error, OSError) else errno.EINVAL
            raise CannotServeMetrics(
                number, f"cannot serve metrics on {self._host}:{self._port}: {error}"
            ) from None

    def close(self) -> None:
        """Returns once nothing listens any more."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None


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
