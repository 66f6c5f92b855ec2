"""What Devices answer to requests that are not about firmware, for the tests of the DSP's core."""

from smart_metering.command_variants import CommandVariant
from smart_metering.duis.device_requests import AddDeviceToChfWhitelist, UpdateHanDeviceLog
from smart_metering.duis.service_responses import ServiceResponse
from smart_metering.gbcs.comms_hub_device_log import (
    ADDED,
    NOT_ADDED,
    NOT_REMOVED,
    REMOVED,
    encode_log_change_response,
)
from smart_metering.gbcs.exchange import exchange_of
from smart_metering.gbcs.message import Message, decode, encode, response_to
from smart_metering.gbcs.protection import add_mac
from smart_metering.identifiers import Eui
from smart_metering.instants import Instant
from smart_metering.use_cases import UseCase, is_critical
from tests.support.dsp_premises import CHF, SUPPLIER
from tests.support.dsp_world import DspWorld
from tests.support.hand_made_device import secret_between

INSTALL_CODE = bytes(range(16))


def last_command(world: DspWorld, device: Eui) -> Message:
    """The last one that the Device heard."""
    return decode(world.devices[device].heard[-1])


def response(world: DspWorld, device: Eui, payload: bytes, *, command: Message | None = None) -> bytes:
    """The Device's Response to the last Command that it heard, or to this one; signed, or with a MAC, as it must be."""
    command = command or last_command(world, device)
    message = response_to(command, payload)
    if is_critical(command.message_code):
        return world.devices[device].signed(message)
    return encode(add_mac(message, secret_between(device, command.originator)))


def update_device_log(
    world: DspWorld,
    device: Eui,
    request_type: str = "Add",
    *,
    hub: Eui = CHF,
    by: Eui = SUPPLIER,
    at: Instant | None = None,
    **points: str,
) -> ServiceResponse:
    """8.11; the hub hears it and says nothing yet."""
    world.devices[hub].silent = True
    addition = AddDeviceToChfWhitelist(
        join_time_period=600,
        install_code=INSTALL_CODE,
        import_mpxn=points.get("import_mpxn", ""),
        secondary_import_mpan=points.get("secondary_import_mpan", ""),
        export_mpan=points.get("export_mpan", ""),
    )
    body = UpdateHanDeviceLog(
        execution_date_time=at,
        device_id=device,
        request_type=request_type,
        add_device_to_chf_whitelist=addition if request_type == "Add" else None,
    )
    return world.ask("8.11", body, by=by, target=hub, variant=CommandVariant.SEND)


def device_log_updated(world: DspWorld, *, hub: Eui = CHF, success: bool = True) -> None:
    """The hub answers the 8.11 that it heard last."""
    command = last_command(world, hub)
    use_case = UseCase(command.message_code)
    added, removed = (ADDED, REMOVED) if success else (NOT_ADDED, NOT_REMOVED)
    outcome = added if use_case is UseCase.CCS01 else removed
    payload = encode_log_change_response(use_case, outcome, exchange_of(command))
    world.say(hub, response(world, hub, payload))
