"""The form of an 8.11: what of it refuses it before the hub is told to add a Device or to remove one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dsp.core.asking import Asking
from dsp.core.installation import may_be_added
from dsp.core.outcomes import Outcome
from dsp.core.records import SmiDevice
from dsp.core.refusing import first_refusal
from dsp.core.registrations import registered_party, supply_role
from dsp.rules.device_log_updates import (
    ADD,
    DEVICE_LOG_REFUSALS,
    INSTALL_CODE_OCTETS,
    LONGEST_JOIN_TIME_SECONDS,
    REMOVE,
    DeviceLogFault,
)
from dsp.rules.inventory_updates import is_import_mpxn, is_mpan
from smart_metering.device_types import METERS, DeviceType
from smart_metering.duis.device_requests import AddDeviceToChfWhitelist, UpdateHanDeviceLog
from smart_metering.smi_statuses import SmiStatus

POINTS_OF_SUPPLY = ("import_mpxn", "secondary_import_mpan", "export_mpan")
POINTS_OF_SUPPLY_OF = {DeviceType.ESME: set(POINTS_OF_SUPPLY), DeviceType.GSME: {"import_mpxn"}}


@dataclass(frozen=True, slots=True)
class Case:
    """An 8.11 to `hub`."""

    asking: Asking
    hub: SmiDevice
    body: UpdateHanDeviceLog

    @property
    def named(self) -> SmiDevice:
        """The Device to add or to remove: the checks come after the one that it is known."""
        return self.asking.state.devices[self.body.device_id]

    @property
    def kind(self) -> DeviceType:
        return self.named.device.device_type

    @property
    def addition(self) -> AddDeviceToChfWhitelist:
        """What an Add says: the checks come after the one that it says anything."""
        assert self.body.add_device_to_chf_whitelist is not None, self.body
        return self.body.add_device_to_chf_whitelist

    @property
    def points(self) -> dict[str, str]:
        """The points of supply that an Add gives."""
        return {name: mpxn for name in POINTS_OF_SUPPLY if (mpxn := getattr(self.addition, name))}


def fault_of_device_log(asking: Asking, hub: SmiDevice, body: UpdateHanDeviceLog) -> Outcome | None:
    """What refuses it, if anything does."""
    return first_refusal(DEVICE_LOG_REFUSALS, CHECKS, Case(asking, hub, body), body.request_type)


def _request_type(case: Case) -> str:
    if case.body.request_type in (ADD, REMOVE):
        return ""
    return f"RequestType {case.body.request_type!r}, expected Add or Remove"


def _never_notified(case: Case) -> str:
    known = case.body.device_id in case.asking.state.devices
    return "" if known else f"DeviceID {case.body.device_id} was never pre-notified"


def _of_the_hub(case: Case) -> str:
    of_it = case.kind in (DeviceType.CHF, DeviceType.GPF)
    return f"a {case.kind} is on no hub's Device Log" if of_it else ""


def _not_on_han(case: Case) -> str:
    there = case.named.comms_hub == case.hub.device.device_id
    return "" if there else f"{case.body.device_id} is not on this hub's HAN"


def _nothing_to_add(case: Case) -> str:
    given = case.body.add_device_to_chf_whitelist
    return "" if given is not None else "expected AddDeviceToCHFWhitelist with RequestType Add"


def _join_time(case: Case) -> str:
    seconds = case.addition.join_time_period
    if 1 <= seconds <= LONGEST_JOIN_TIME_SECONDS:
        return ""
    return f"JoinTimePeriod {seconds}, expected 1 to {LONGEST_JOIN_TIME_SECONDS}"


def _install_code(case: Case) -> str:
    octets = len(case.addition.install_code)
    if octets in INSTALL_CODE_OCTETS:
        return ""
    return f"InstallCode of {octets} octets, expected {INSTALL_CODE_OCTETS[0]} to {INSTALL_CODE_OCTETS[-1]}"


def _malformed_point(case: Case) -> str:
    for name, mpxn in case.points.items():
        well_formed = is_import_mpxn(case.kind, mpxn) if name == "import_mpxn" else is_mpan(mpxn)
        if not well_formed:
            expected = "1 to 10 digits" if case.kind is DeviceType.GSME else "13 digits"
            return f"{name} {mpxn!r}, expected {expected} for {case.kind}"
    return ""


def _on_a_han(case: Case) -> str:
    if may_be_added(case.named):
        return ""
    status, hub = case.named.device.device_status, case.named.comms_hub or "no hub"
    return f"{case.body.device_id} is {status} and stands on the HAN of {hub}, expected Pending or on none"


def _points(case: Case) -> str:
    expected = POINTS_OF_SUPPLY_OF.get(case.kind, set())
    if set(case.points) <= expected and (case.kind not in METERS or "import_mpxn" in case.points):
        return ""
    return "an ESME needs its ImportMPxN, a GSME that and nothing else, no other Device has any"


def _another_point(case: Case) -> str:
    """Only of a meter in service: one that is Pending gets its points of supply by this very request."""
    shown = case.named.device
    if shown.device_status in (None, SmiStatus.PENDING):
        return ""
    for name, mpxn in case.points.items():
        if (known := getattr(shown, name)) not in ("", mpxn):
            return f"{name} {mpxn}, but the meter in service has {known}: 8.4 changes it"
    return ""


def _unregistered(case: Case) -> str:
    if case.kind not in METERS:
        return ""
    mpxn, role = case.addition.import_mpxn, supply_role(case.kind)
    registered = registered_party(case.asking.state, mpxn, role, case.asking.at)
    return "" if registered is not None else f"nobody is registered for {mpxn} as {role}"


CHECKS: dict[StrEnum, Callable[[Case], str]] = {
    DeviceLogFault.REQUEST_TYPE: _request_type,
    DeviceLogFault.NEVER_NOTIFIED: _never_notified,
    DeviceLogFault.OF_THE_HUB: _of_the_hub,
    DeviceLogFault.NOT_ON_HAN: _not_on_han,
    DeviceLogFault.NOTHING_TO_ADD: _nothing_to_add,
    DeviceLogFault.JOIN_TIME: _join_time,
    DeviceLogFault.INSTALL_CODE: _install_code,
    DeviceLogFault.MALFORMED_POINT: _malformed_point,
    DeviceLogFault.ON_A_HAN: _on_a_han,
    DeviceLogFault.POINTS: _points,
    DeviceLogFault.ANOTHER_POINT: _another_point,
    DeviceLogFault.UNREGISTERED: _unregistered,
}
"""How each fault is found."""
