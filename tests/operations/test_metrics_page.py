"""The page that Prometheus reads."""

import socket
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from operations.counts import Count, Durations
from operations.metrics_page import CannotServeMetrics, Counter, Gauge, Histogram, MetricsPage, one


def samples(page: MetricsPage) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Name and labels of each sample, as a client of Prometheus reads them."""
    with urlopen(f"http://{page.address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_kind_of_figure_is_read_as_it_is_when_it_is_asked_for() -> None:
    requests, turns = Count("srv"), Durations((0.1, 1.0))
    page = MetricsPage(
        (
            Counter("a_requests", "Requests", requests),
            Gauge("a_level", "Level", lambda: {("x",): 4.0}, ("where",)),
            Gauge("a_number", "Number", one(lambda: 7)),
            Histogram("a_turn_seconds", "Turns", turns),
        ),
        "127.0.0.1",
        0,
    )
    page.open()
    try:
        requests.by["11.2",] += 3
        turns.add(0.05)
        turns.add(5.0)

        read = samples(page)
    finally:
        page.close()

    assert read["a_requests_total", (("srv", "11.2"),)] == 3
    assert read["a_level", (("where", "x"),)] == 4
    assert read["a_number", ()] == 7
    assert read["a_turn_seconds_bucket", (("le", "0.1"),)] == 1
    assert read["a_turn_seconds_bucket", (("le", "1.0"),)] == 1
    assert read["a_turn_seconds_bucket", (("le", "+Inf"),)] == 2
    assert read["a_turn_seconds_count", ()] == 2
    assert read["a_turn_seconds_sum", ()] == 5.05
    assert read["process_resident_memory_bytes", ()] > 0
    assert page.address == ""


def test_a_port_in_use_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        page = MetricsPage((), "127.0.0.1", taken.getsockname()[1])

        with pytest.raises(CannotServeMetrics, match=r"cannot serve metrics on 127\.0\.0\.1"):
            page.open()

    page.close()
    assert page.address == ""
