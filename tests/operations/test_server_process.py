"""The options by which both servers are operated, and the lines of their logs."""

import argparse
import json
import subprocess
import sys

import pytest

from operations.log_choices import LogFormat, LogLevel
from operations.server_process import Operating, add_operating_options, operating_from


def read(*words: str) -> Operating:
    parser = argparse.ArgumentParser(prog="server")
    add_operating_options(parser)
    return operating_from(parser.parse_args(words))


def test_unless_asked_for_there_are_no_metrics_and_no_drain() -> None:
    usual = read()

    assert (usual.metrics_port, usual.drain_seconds) == (None, 0.0)
    assert (usual.log_format, usual.log_level) == (LogFormat.JSON, LogLevel.INFO)


def test_options_are_read() -> None:
    asked = read(
        *("--metrics-port", "0", "--drain-seconds", "2.5", "--log-format", "text", "--log-level", "debug")
    )

    assert (asked.metrics_port, asked.drain_seconds) == (0, 2.5)
    assert (asked.log_format, asked.log_level) == (LogFormat.TEXT, LogLevel.DEBUG)


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--metrics-port", "65536", "'65536': expected a port, 0 to 65535"),
        ("--metrics-port", "-1", "'-1': expected a port, 0 to 65535"),
        ("--metrics-port", "http", "'http': expected a port, 0 to 65535"),
        ("--drain-seconds", "601", "'601': expected 0 to 600 seconds"),
        ("--drain-seconds", "nan", "'nan': expected 0 to 600 seconds"),
        ("--drain-seconds", "soon", "'soon': expected 0 to 600 seconds"),
        ("--log-format", "xml", "xml"),
        ("--log-level", "loud", "loud"),
    ],
)
def test_what_cannot_be_is_said_plainly(
    option: str, value: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read(option, value)

    assert ended.value.code == 2
    assert why in capsys.readouterr().err


LOGGING = """
import structlog
from operations.log import set_up_log
from operations.log_choices import LogFormat, LogLevel
set_up_log(LogFormat.{format}, LogLevel.{level})
log = structlog.get_logger()
log.debug("request answered", request_id="a:b:1", srv="11.2")
log.info("observed", device="00-DB", what="a message: dropped")
secret = "the-secret"
try:
    raise ValueError("broken")
except ValueError as error:
    log.error("call failed", exc_info=error)
"""


def logged(log_format: LogFormat, level: LogLevel) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOGGING.format(format=log_format.name, level=level.name)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_log_in_json_is_one_object_a_line() -> None:
    request, observed, failed = map(json.loads, logged(LogFormat.JSON, LogLevel.DEBUG))

    assert (request["event"], request["level"], request["srv"]) == ("request answered", "debug", "11.2")
    assert request["request_id"] == "a:b:1"
    assert observed["what"] == "a message: dropped"
    assert "ValueError: broken" in failed["exception"]


def test_a_log_in_text_is_for_people_and_shows_no_values_of_variables() -> None:
    said = logged(LogFormat.TEXT, LogLevel.DEBUG)

    assert "request answered" in said[0]
    assert "request_id=a:b:1" in said[0]
    assert "\x1b" not in said[0]
    assert said[-1] == "ValueError: broken"
    assert "the-secret" not in "\n".join(said)


def test_a_level_keeps_out_what_is_below_it() -> None:
    events = [json.loads(line)["event"] for line in logged(LogFormat.JSON, LogLevel.INFO)]

    assert events == ["observed", "call failed"]
