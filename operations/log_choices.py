"""What can be chosen of a server's log."""

from enum import StrEnum


class LogFormat(StrEnum):
    """JSON: one object a line. TEXT: time, level, event, then name=value; a field with spaces is quoted."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From here up; DEBUG tells of every request and of everything that was sent because of it."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
