"""Messages to records and back for clients: the pairs that all share, and those of what only clients see."""

from smart_metering.rpc.v1 import (
    clock_pb2,
    emulator_control_pb2,
    events_pb2,
    explanation_pb2,
    operations_pb2,
    receive_response_pb2,
)
from smart_metering.rpc.v1 import self_service_interface_pb2 as self_service_pb2
from smart_metering.wire.conversion import Conversion
from smart_metering.wire.pairs import PAIRS
from smets.client import event_records, records

_CONVERSION = Conversion(
    (
        *PAIRS,
        (records.SmiDevice, self_service_pb2.SmiDevice),
        (records.StatusHistoryEntry, self_service_pb2.StatusHistoryEntry),
        (records.AuditRecord, self_service_pb2.ServiceAuditTrailRecord),
        (records.TitleRecord, self_service_pb2.TitleRecord),
        (records.BusyDevice, self_service_pb2.BusyDevice),
        (records.LookUp, self_service_pb2.LookUp),
        (records.Hop, explanation_pb2.Hop),
        (records.Explanation, explanation_pb2.Explanation),
        (records.ClockState, clock_pb2.ClockState),
        (records.LaunchSummary, emulator_control_pb2.LaunchSummary),
        (records.Trace, emulator_control_pb2.Trace),
        (records.AttachedHost, operations_pb2.AttachedHost),
        (records.Figure, operations_pb2.Figure),
        (records.ServerDescription, operations_pb2.ServerDescription),
        (records.ReceiveResponseState, receive_response_pb2.ReceiveResponseState),
        (records.ParkedMessage, receive_response_pb2.ParkedMessage),
        (event_records.DeviceStateInSmi, events_pb2.DeviceStateInSmi),
        (event_records.DspEventPosition, events_pb2.DspEventPosition),
        (event_records.DspEvent, events_pb2.DspEvent),
        (event_records.DspEventBatch, events_pb2.DspEventBatch),
        (event_records.DeviceStates, events_pb2.DeviceStates),
        (event_records.EmulatorEventPosition, events_pb2.EmulatorEventPosition),
        (event_records.EmulatorEvent, events_pb2.EmulatorEvent),
        (event_records.EmulatorEventBatch, events_pb2.EmulatorEventBatch),
        (event_records.PresenceState, events_pb2.PresenceState),
        (event_records.PresenceBatch, events_pb2.PresenceBatch),
    )
)

to_message = _CONVERSION.to_message
from_message = _CONVERSION.from_message
