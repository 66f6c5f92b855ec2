"""Exit codes of `smets`, and what ends a command with each."""

from enum import IntEnum


class Exit(IntEnum):
    """The members' comments are what `smets --help` says."""

    DONE = 0
    FAILED = 1
    MISUSE = 2
    UNREACHABLE = 3
    ANSWERED_WITH_ERROR = 4
    NO_RESPONSE = 5
    NOT_EMULATED = 6
    DID_NOT_HOLD = 7


MEANINGS = (
    (Exit.DONE, "done"),
    (Exit.FAILED, "refused by a server, or failed there; of doctor: a check failed"),
    (Exit.MISUSE, "the command line or a file is wrong; nothing was done"),
    (Exit.UNREACHABLE, "nobody answers: no system runs with this state folder"),
    (Exit.ANSWERED_WITH_ERROR, "the request was answered with an error code of the SEC"),
    (Exit.NO_RESPONSE, "the request was sent, and no Response came"),
    (Exit.NOT_EMULATED, "the request passed every check, but is not emulated yet"),
    (Exit.DID_NOT_HOLD, "a scenario was played, and what it expects did not hold"),
)


class Misuse(Exception):
    """What the user asked for cannot be meant; the text says what was expected."""


class Ended(Exception):
    """A command that has said all there is to say ends with this exit code."""

    def __init__(self, code: Exit) -> None:
        super().__init__(code)
        self.code = code
