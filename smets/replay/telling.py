"""What the events of a run were, each in a line."""

from dsp.core import inputs
from smart_metering.instants import format_instant
from smart_metering.service_requests import definition_of
from smets.counting import counted


def told(entry: inputs.JournalEntry) -> str:
    """`2021-11-04T03:00:00.000Z  request 11.3 by 90-... (90-...:00-...:1636)`."""
    return f"{format_instant(entry.at)}  {_told(entry.input)}"


def _told(event: inputs.Input) -> str:
    match event:
        case inputs.EngineStarted(modifications=modifications):
            return f"the DSP starts under {', '.join(modifications) or 'no modification'}"
        case inputs.RequestReceived(request=request):
            definition = definition_of(request.service_reference_variant)
            name = f" '{definition.name}'" if definition is not None else ""
            return (
                f"SR {request.service_reference_variant}{name}, Command Variant {request.command_variant:d}, "
                f"{request.request_id}"
            )
        case inputs.UplinkReceived(uplink=uplink):
            return f"{type(uplink.content).__name__} of {uplink.device} by hub {uplink.comms_hub}"
        case inputs.HubsClaimed(host=host, comms_hubs=hubs):
            return f"{counted(len(hubs), 'hub')} attached by {host}"
        case inputs.FirmwareUploaded(sha256=name):
            return f"firmware file {name[:16]}... uploaded"
        case inputs.TimePassed():
            return "time passes"
        case _:
            return _told_of_administration(event)


def _told_of_administration(event: inputs.Input) -> str:
    match event:
        case inputs.AdministrationLoaded(parties=parties, registrations=registrations, devices=devices):
            return (
                f"loaded: {counted(len(parties), 'party', 'parties')}, "
                f"{counted(len(registrations), 'registration')}, {counted(len(devices), 'Device')}"
            )
        case inputs.CplEntryAdded(entry=entry):
            return f"{entry.device_type} {entry.firmware_version} put on the CPL"
        case inputs.CplEntryRemoved(entry_id=entry_id):
            return f"{entry_id} leaves the CPL"
        case inputs.DeviceCorrected(correction=correction):
            return f"{correction.device_id} corrected by the DCC: {correction.reason}"
        case inputs.RecoveryChanged(change=change):
            return f"recovery of {change.device_id}: {change.event}"
        case inputs.LookedUp(user=user, what=what):
            return f"{user} looks up {what.value}"
        case _:
            return type(event).__name__
