"""The log of a server: one event a line on stderr, as JSON for programs or as text for people."""

import logging
import sys

import structlog

from operations.log_choices import LogFormat, LogLevel


def set_up_log(log_format: LogFormat, level: LogLevel) -> None:
    """On stderr: stdout is for saying where the server listens."""
    renderers: dict[LogFormat, tuple[structlog.types.Processor, ...]] = {
        LogFormat.JSON: (structlog.processors.format_exc_info, structlog.processors.JSONRenderer()),
        LogFormat.TEXT: (
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                pad_event_to=0,
                exception_formatter=structlog.dev.plain_traceback,  # another would show the values of locals: keys
            ),
        ),
    }
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers[log_format],
        ],
        cache_logger_on_first_use=True,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )
