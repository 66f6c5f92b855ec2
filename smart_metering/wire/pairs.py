"""Which message carries which record. Fields have the same names; what is not here has no record."""

from google.protobuf.message import Message

from smart_metering import administration, decisions, sm_wan
from smart_metering.duis import service_requests, service_responses
from smart_metering.records import Record
from smart_metering.rpc.v1 import central_products_list_pb2 as cpl_pb2
from smart_metering.rpc.v1 import dcc_user_interface_pb2, emulator_control_pb2, sm_wan_pb2
from smart_metering.rpc.v1 import inventory_administration_pb2 as administration_pb2
from smart_metering.rpc.v1 import service_request_pb2 as request_pb2
from smart_metering.rpc.v1 import service_response_pb2 as response_pb2

Pair = tuple[type[Record], type[Message]]

PAIRS: tuple[Pair, ...] = (
    # record                                          message
    (service_requests.ServiceRequest,                 request_pb2.ServiceRequest),
    (service_requests.UpdateFirmware,                 request_pb2.UpdateFirmware),
    (service_requests.UpdatePpmidFirmware,            request_pb2.UpdatePPMIDFirmware),
    (service_requests.ReadFirmwareVersion,            request_pb2.ReadFirmwareVersion),
    (service_requests.ActivateFirmware,               request_pb2.ActivateFirmware),
    (service_requests.UpdateInventory,                request_pb2.UpdateInventory),
    (service_requests.DeviceDetails,                  request_pb2.DeviceDetails),
    (service_requests.SignedPreCommand,               request_pb2.SignedPreCommand),
    (service_requests.PropertyFilter,                 request_pb2.PropertyFilter),
    (service_requests.ReadInventory,                  request_pb2.ReadInventory),
    (service_requests.DevicePrenotification,          request_pb2.DevicePrenotification),
    (service_requests.UninterpretedBody,              request_pb2.UninterpretedBody),
    (service_responses.ServiceResponse,               response_pb2.ServiceResponse),
    (decisions.Decision,                              response_pb2.Decision),
    (service_responses.PreCommand,                    response_pb2.PreCommand),
    (service_responses.DspInventory,                  response_pb2.DSPInventory),
    (service_responses.InventoryDevice,               response_pb2.InventoryDevice),
    (service_responses.DspUpdateFirmwareWarning,      response_pb2.DSPUpdateFirmwareWarning),
    (service_responses.FutureDatedDeviceAlertMessage, response_pb2.FutureDatedDeviceAlertMessage),
    (service_responses.Smets1ResponseMessage,         response_pb2.SMETS1ResponseMessage),
    (service_responses.NotEmulated,                   response_pb2.NotEmulated),
    (service_responses.DeviceAlert,                   response_pb2.DeviceAlert),
    (service_responses.DccAlert,                      response_pb2.DCCAlert),
    (service_responses.DeviceStatusChangeEvent,       response_pb2.DeviceStatusChangeEvent),
    (service_responses.FirmwareVersionMismatch,       response_pb2.FirmwareVersionMismatch),
    (service_responses.CspFirmwareDeliveryStatus,     response_pb2.CSPFirmwareDeliveryStatus),
    (service_responses.CommsHubAlert,                 response_pb2.CommsHubAlert),
    (service_responses.PpmidAlert,                    response_pb2.PPMIDAlert),
    (service_responses.CommandFailure,                response_pb2.CommandFailure),
    (service_responses.ReceivedMessage,               dcc_user_interface_pb2.ReceivedMessage),
    (sm_wan.Downlink,                                 sm_wan_pb2.Downlink),
    (sm_wan.CertificatesWanted,                       sm_wan_pb2.CertificatesWanted),
    (sm_wan.FirmwareForDevices,                       sm_wan_pb2.FirmwareForDevices),
    (sm_wan.Uplink,                                   sm_wan_pb2.Uplink),
    (sm_wan.Receipt,                                  sm_wan_pb2.Receipt),
    (sm_wan.Smets1Response,                           sm_wan_pb2.Smets1Response),
    (sm_wan.DeviceCertificates,                       sm_wan_pb2.DeviceCertificates),
    (sm_wan.FirmwareAtHub,                            sm_wan_pb2.FirmwareAtHub),
    (administration.Party,                            administration_pb2.Party),
    (administration.Registration,                     administration_pb2.Registration),
    (administration.LoadedDevice,                     administration_pb2.LoadedDevice),
    (administration.CplEntry,                         cpl_pb2.CplEntry),
    (administration.CplChange,                        cpl_pb2.CplChange),
    (administration.LoadSummary,                      administration_pb2.LoadSummary),
    (administration.FirmwareFile,                     dcc_user_interface_pb2.FirmwareFile),
    (administration.DeviceTemplate,                   emulator_control_pb2.DeviceTemplate),
    (administration.PremisesTemplate,                 emulator_control_pb2.PremisesTemplate),
    (administration.FaultRule,                        emulator_control_pb2.FaultRule),
    (administration.DeviceInside,                     emulator_control_pb2.DeviceInside),
)  # fmt: skip
