"""What a page refuses: an HTTP status, and what the reader of the page is told."""

from http import HTTPStatus


class Refused(Exception):
    """Answered with `status` and a page of this title; `what` says what is wrong and what would be right."""

    def __init__(self, status: HTTPStatus, title: str, what: str) -> None:
        super().__init__(what)
        self.status = status
        self.title = title
        self.what = what


class SignInNeeded(Exception):
    """The page is for who is signed in."""


def bad_request(what: str) -> Refused:
    """What was sent cannot be read."""
    return Refused(HTTPStatus.BAD_REQUEST, "That cannot be read", what)


def forbidden(what: str) -> Refused:
    """It is not for this caller."""
    return Refused(HTTPStatus.FORBIDDEN, "Not for you to see", what)


def not_found(what: str) -> Refused:
    """There is no such thing, or none that this caller may know of."""
    return Refused(HTTPStatus.NOT_FOUND, "Not found", what)
