"""How a server process sets itself up: what it logs, and how seldom it looks for cycles."""

import gc
import logging
import sys

import structlog

# Objects between two searches for cycles. The books hold none, but every search walks over what refers to them.
COLLECT_AFTER = 50_000


def set_up_server_process() -> None:
    """One JSON line an event, on stderr: stdout is for saying where the server listens."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    gc.set_threshold(COLLECT_AFTER)
