"""Addresses of the pages, as other pages lead there."""

from collections.abc import Mapping
from urllib.parse import quote


def address_of(path: str, fields: Mapping[str, str | int | None]) -> str:
    """A path with what is given of these behind its `?`."""
    given = [f"{name}={quote(str(text), safe='')}" for name, text in fields.items() if text]
    return f"{path}?{'&'.join(given)}" if given else path


def device_address(device_id: str) -> str:
    """The page of a Device."""
    return f"/devices/{quote(device_id, safe='')}"


def audit_address(device_id: str) -> str:
    """What the Service Audit Trail has of a Device."""
    return address_of("/audit", {"device": device_id})


def explain_address(request_id: str) -> str:
    """What became of a request."""
    return address_of("/explain", {"request_id": request_id})
