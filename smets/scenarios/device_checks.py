"""What can be wrong with a Device, on either side: a row for each thing that a scenario can say of it."""

from collections.abc import Callable

from smart_metering.instants import format_instant
from smets.local_system.system import BothSides
from smets.scenarios.expectations import OF_DEVICES, ExpectationModel

Check = Callable[[ExpectationModel, BothSides], str]


def _status(said: ExpectationModel, both: BothSides) -> str:
    if said.status is None:
        return ""
    if both.smi is None:
        return "the SMI does not know it"
    status = both.smi.device.device_status
    if status is said.status:
        return ""
    last = both.smi.status_history[-1] if both.smi.status_history else None
    since = f" since {format_instant(last.at)} ({last.cause})" if last is not None else ""
    return f"status is {status or 'none'}{since}"


def _history(said: ExpectationModel, both: BothSides) -> str:
    if not said.history:
        return ""
    statuses = tuple(row.status for row in both.smi.status_history) if both.smi is not None else ()
    if statuses[-len(said.history) :] == said.history:
        return ""
    return f"status history is {' '.join(str(status) for status in statuses) or 'empty'}"


def _in_smi(key: str, attribute: str) -> Check:
    def check(said: ExpectationModel, both: BothSides) -> str:
        wanted = getattr(said, key)
        found = getattr(both.smi.device, attribute) if both.smi is not None else None
        return "" if wanted is None or found == wanted else f"{key} is {found or 'none'}"

    return check


def _inside(key: str) -> Check:
    def check(said: ExpectationModel, both: BothSides) -> str:
        wanted = getattr(said, key)
        found = getattr(both.inside, key) if both.inside is not None else None
        return "" if wanted is None or found == wanted else f"{key} is {found or 'none'}"

    return check


def _agree(said: ExpectationModel, both: BothSides) -> str:
    if said.agree is None:
        return ""
    differences = disagreement(both)
    if said.agree:
        return differences
    return "" if differences else "SMI and Device agree"


def disagreement(both: BothSides) -> str:
    """Where the SMI and the Device differ on firmware and variant; empty where they agree."""
    if both.smi is None or both.inside is None:
        return "the SMI does not know it" if both.smi is None else "it is not emulated"
    parts = []
    for name, believed, true in (
        ("firmware", both.smi.device.device_firmware_version, both.inside.firmware_version),
        ("variant", both.smi.device.esme_variant, both.inside.esme_variant),
    ):
        if believed and believed != true:
            parts.append(f"SMI has {name} {believed}, the Device {true or 'none'}")
    return "; ".join(parts)


OF_THE_DEVICE = frozenset({"firmware_version", "pending_version", "esme_variant", "agree"})
OF_THE_SMI = frozenset(OF_DEVICES).difference(OF_THE_DEVICE - {"agree"})
"""What is said of each side."""

CHECKS: tuple[Check, ...] = (
    _status,
    _history,
    _in_smi("smi_firmware_version", "device_firmware_version"),
    _in_smi("smi_esme_variant", "esme_variant"),
    _in_smi("smi_manufacturer", "device_manufacturer"),
    _in_smi("smi_model", "device_model"),
    _inside("firmware_version"),
    _inside("pending_version"),
    _inside("esme_variant"),
    _agree,
)


def wrong_with(said: ExpectationModel, both: BothSides) -> str:
    """Empty: nothing."""
    return "; ".join(what for check in CHECKS if (what := check(said, both)))
