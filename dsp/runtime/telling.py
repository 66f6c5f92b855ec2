"""What the log tells of requests, with their RequestIDs: refusals and errors at level info, all else at debug."""

import structlog

from smart_metering.duis.service_responses import DccAlert, DeviceAlert, Message, ServiceResponse
from smart_metering.identifiers import Eui


class Telling:
    """Made once the log is set up; what is below the level of the log costs next to nothing then."""

    def __init__(self) -> None:
        self._log = structlog.get_logger().bind()

    def answer(self, answer: ServiceResponse) -> None:
        """A Service Request was answered; its RequestID begins with who sent it."""
        self._outcome("request answered", answer)

    def message(self, user: Eui, message: Message, request_id: str) -> None:
        """A message was delivered to a User, because of a request, if of any."""
        match message:
            case ServiceResponse():
                self._outcome("Service Response", message)
            case DccAlert(dcc_alert_code=code):
                self._log.debug("DCC Alert", user=user, code=code, **_about(request_id))
            case DeviceAlert(alert_code=number):
                self._log.debug("Device Alert", user=user, code=f"{number:04X}", **_about(request_id))

    def observation(self, device: Eui, what: str, request_id: str) -> None:
        """Something happened to a message of a Device that had no other consequence."""
        self._log.info("observed", device=device, what=what, **_about(request_id))

    def _outcome(self, event: str, answer: ServiceResponse) -> None:
        code = answer.response_code
        say = self._log.info if code is not None and code.startswith("E") else self._log.debug
        say(event, request_id=answer.request_id, srv=answer.service_reference_variant, response_code=code)


def _about(request_id: str) -> dict[str, str]:
    """A field for what is about a request."""
    return {"request_id": request_id} if request_id else {}
