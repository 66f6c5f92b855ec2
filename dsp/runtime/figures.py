"""What a DSP counts of itself while it works."""

from operations.counts import Count, Durations
from smart_metering.duis.service_responses import DccAlert, DeviceAlert, Message, ServiceResponse
from smart_metering.service_requests import definition_of

NOT_EMULATED = "none"
"""In the place of a Response Code, where the answer is that the request is not emulated."""

NO_SUCH_SRV = "none"
"""In the place of what a caller writes for an SRV and is none: it may be anything."""


class Figures:
    """Counted since the process started; nothing of it is kept."""

    def __init__(self) -> None:
        self.requests = Count("srv", "response_code")
        self.responses = Count("srv", "response_code")
        self.dcc_alerts = Count("code")
        self.device_alerts = Count("code")
        self.uplinks = Count("content")
        self.downlinks = Count("content")
        self.pushes = Count("outcome")
        self.other_inputs = Count("kind")
        self.turns = Durations()
        self.expiries = Durations()
        self.commits = Durations()
        self.commit_changes = Count()
        self.late_ms = 0
        """How late the last events that were due happened, of a clock that runs."""

    def request(self, answer: ServiceResponse) -> None:
        """A Service Request was answered."""
        self.requests.by[_srv(answer), answer.response_code or NOT_EMULATED] += 1

    def message(self, message: Message) -> None:
        """It was delivered to one User."""
        match message:
            case ServiceResponse():
                self.responses.by[_srv(message), message.response_code or NOT_EMULATED] += 1
            case DccAlert(dcc_alert_code=code):
                self.dcc_alerts.by[code,] += 1
            case DeviceAlert(alert_code=number):
                self.device_alerts.by[f"{number:04X}",] += 1

    def commit(self, seconds: float, changes: int) -> None:
        """A commit of so many changes is durable."""
        self.commits.add(seconds)
        self.commit_changes.by[()] += changes


def _srv(answer: ServiceResponse) -> str:
    srv = answer.service_reference_variant
    return NO_SUCH_SRV if definition_of(srv) is None else srv
