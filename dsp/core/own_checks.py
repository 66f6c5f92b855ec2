"""Which checks of access control a non-device request makes itself, of the Device that it names in its body."""

from dataclasses import dataclass

from dsp.core.authorisation import (
    Check,
    caller_is_responsible,
    device_status_permits,
    device_type_fits,
    role_may_ask,
    target_exists,
)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """What this request asks of its Device, in this order: the meaning of a check, not its function."""

    srv: str
    checks: tuple[Check, ...]


_HUB_CHECKS = (target_exists, device_type_fits, caller_is_responsible, device_status_permits)
_SCHEDULE_CHECKS = (
    role_may_ask,
    target_exists,
    caller_is_responsible,
    device_status_permits,
    device_type_fits,
)

OWN_CHECKS = (
    OwnRow("5.1",    _SCHEDULE_CHECKS),
    OwnRow("5.2",    (target_exists,)),
    OwnRow("5.3",    (target_exists,)),
    OwnRow("8.2",    (target_exists,)),
    OwnRow("8.3",    (target_exists, caller_is_responsible, device_status_permits)),
    OwnRow("8.4",    (target_exists, caller_is_responsible, device_status_permits)),
    OwnRow("8.14.1", _HUB_CHECKS),
    OwnRow("8.14.2", _HUB_CHECKS),
    OwnRow("8.14.3", _HUB_CHECKS),
    OwnRow("8.14.4", _HUB_CHECKS),
)  # fmt: skip

LISTING_DEVICES = frozenset({"11.1", "11.4"})
"""What lists Devices asks each of them: that is told Device by Device."""

ASKED_OF_EVERY_REQUEST = (role_may_ask, target_exists)
"""Access control asks these of every request: of its SRV and its target."""


def own_checks(srv: str) -> tuple[Check, ...]:
    """Those of this Service Reference Variant; none where it names no Device, or asks nothing of it."""
    return next((row.checks for row in OWN_CHECKS if row.srv == srv), ())
