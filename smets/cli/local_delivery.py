"""Local delivery from the command line: a Command handed to its Device in the premises, and its answer brought back."""

from dataclasses import dataclass

from smart_metering.duis.service_responses import LocalCommand, ServiceResponse
from smart_metering.identifiers import parse_request_id
from smets.cli.messages import Part, answer_line, vouched
from smets.client.checked import CheckedResponse
from smets.client.emulator_control import EmulatorControl
from smets.client.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`answered`: what the Device said, None if it stayed silent; `returned`: how the DSP took it, by 8.13."""

    answered: CheckedResponse | None = None
    returned: ServiceResponse | None = None

    @property
    def taken(self) -> bool:
        """The DSP took the Device's answer: no other Response follows."""
        code = self.returned.response_code if self.returned is not None else None
        return code is not None and not code.startswith("E")


def command_in(answer: ServiceResponse) -> bytes | None:
    """The Command for local delivery that an answer holds."""
    return answer.body.gbcs_payload if isinstance(answer.body, LocalCommand) else None


async def deliver(
    sender: User, emulator: EmulatorControl, answer: ServiceResponse, command: bytes
) -> Delivery:
    """The Command reaches the Device, and what it answers the DSP."""
    device = parse_request_id(answer.request_id).target
    octets = await emulator.deliver_locally(device, command)
    if not octets:
        return Delivery()
    answered = sender.check_local(answer.request_id, octets, await sender.now())
    returned = await sender.return_local_response(octets, answer.request_id)
    return Delivery(answered=answered, returned=returned)


def delivery_lines(delivery: Delivery) -> list[list[Part]]:
    """What the Device answered and what the DSP made of it, each as the parts of a line."""
    answered, returned = delivery.answered, delivery.returned
    if answered is None or returned is None:
        return [[("delivered ", "bold"), "the Device stays silent"]]
    told = answered.outcome.text if answered.outcome is not None else ""
    return [
        [("delivered ", "bold"), f"{told}{vouched(answered.verified)}"],
        [("returned  ", "bold"), *answer_line(returned)],
    ]
