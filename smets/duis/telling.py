"""What went to and fro in DUIS, in a line for people: GBCS messages that no Device has answered yet."""

from smart_metering.duis.service_responses import LocalCommand, PreCommand, ServiceResponse
from smart_metering.errors import DecodeError
from smart_metering.gbcs.message import decode
from smart_metering.use_cases import UseCase, reference_of


def command_in(answer: ServiceResponse) -> bytes | None:
    """The Pre-Command, or the Command for local delivery, that an answer holds."""
    match answer.body:
        case PreCommand(gbcs_payload=octets) | LocalCommand(gbcs_payload=octets):
            return octets
        case _:
            return None


def gbcs_line(octets: bytes) -> str:
    """Its use case, who it is from and for, its counter; of what cannot be read, why."""
    try:
        message = decode(octets)
    except DecodeError as error:
        return f"a payload that cannot be read: {error}"
    code = message.message_code
    name = f" {UseCase(code).name}" if code in tuple(UseCase) else ""
    srv = f" of {reference_of(code)}" if reference_of(code) else ""
    signed = "signed" if message.signature else "not signed"
    return (
        f"{message.cra.name.capitalize()} {code:04X}{name}{srv}, {message.originator} to {message.target}, "
        f"counter {message.counter}, {len(message.payload)} octets of payload, {signed}"
    )
