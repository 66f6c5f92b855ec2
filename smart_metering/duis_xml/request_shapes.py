"""The bodies of Service Requests, element by element in the order of the DUIS 5.4 schema."""

from smart_metering.duis.device_requests import (
    AddDeviceToChfWhitelist,
    ClearEventLog,
    CommissionDeviceSynchroniseClock,
    JoinServiceCritical,
    JoinServiceNonCritical,
    ReadActiveImportProfileData,
    ReadDeviceConfigurationIdentityExcMpxn,
    ReadDeviceLog,
    ReadInstantaneousImportRegisters,
    ReadInstantaneousPrepayValues,
    ReadLogPeriod,
    ReadSupplyStatus,
    RetrieveDeviceSecurityCredentialsKrp,
    TopUpDevice,
    UpdateHanDeviceLog,
    UpdateSecurityCredentialsCos,
)
from smart_metering.duis.inventory_requests import (
    ChfFaultReturn,
    ChfInstallSuccessNoSmWan,
    ChfInstallSuccessSmWan,
    ChfNoFaultReturn,
    DecommissionDevice,
    DeleteSchedule,
    DeviceDetails,
    DevicePrenotification,
    PropertyFilter,
    ReadInventory,
    ReadSchedule,
    ReturnLocalCommandResponse,
    UpdateInventory,
    UpdateMpxn,
)
from smart_metering.duis.service_requests import (
    ActivateFirmware,
    ReadFirmwareVersion,
    SignedPreCommand,
    UpdateFirmware,
    UpdatePpmidFirmware,
)
from smart_metering.duis_xml.schedule_shape import SCHEDULE
from smart_metering.duis_xml.shapes import Choice, Flag, Holder, Part, RepeatedValue, Shape, Value
from smart_metering.duis_xml.simple_types import (
    BASE64,
    BOOLEAN,
    DEVICE_TYPE_TEXT,
    ESME_VARIANT,
    EUI,
    EUI_LIST,
    FIRMWARE_VERSION,
    FIRMWARE_VERSION_TEXT,
    FLOOR,
    IMAGE,
    INSTANT,
    MPAN,
    MPXN,
    REQUEST_ID_TEXT,
    SCHEDULE_ID,
    UPRN,
    UTRN,
    octets_of_hex,
    one_of,
    text,
    whole,
)

_CHF_INSTALL_TYPE = one_of(("New CHF Install", "Replacement CHF Install", "CHF Install - no SM WAN"))
_CHF_LOCATION = one_of(("Outside Premises", "Indoors on external wall", "Deep indoors", "Basement or Cellar"))
_PREMISE_TYPE = one_of(
    (
        "Detached / Semi Detached",
        "Terraced",
        "Low Rise Apartment (MDU <= 5 floors)",
        "High Rise Apartment (MDU > 5 floors)",
    )
)
_CHF_FAULT_RETURN_TYPE = one_of(
    ("Fault identified prior to installation", "Fault identified post installation")
)
_CHF_CONNECTION_METHOD = one_of(("Hot-shoe", "Cradle", "ESME"))
_CHF_FAULT_REASON = one_of(
    (
        "Damaged case",
        "Damaged Connector",
        "Illegal interference or missing seals",
        "Environmental conditions exceeded",
        "SM WAN Fault",
        "SMHAN Interface Fault",
        "LED Fault",
        "Aerial fault",
        "Manufacturing defect",
    )
)
_CHF_NO_FAULT_RETURN_TYPE = one_of(
    (
        "No Fault Return (general)",
        "No Fault Return (non-dom opt out)",
        "No Fault Return (dual supplier HAN variant replacement)",
        "No Fault Return (SM WAN variant replacement requested by DCC)",
        "Lost or Stolen Hub",
    )
)
_REMOTE_PARTY_ROLE = one_of(
    ("ACB", "NetworkOperator", "Recovery", "Root", "Supplier", "TransCoS", "LoadController")
)
_MAKER = text(0, 30)
_SMETS_VERSION = text(1, 20)

_EXECUTION = Value("ExecutionDateTime", "execution_date_time", INSTANT, optional=True)
_DEVICE = Value("DeviceID", "device_id", EUI)
_FIRMWARE = (
    Value("FirmwareImage", "firmware_image", IMAGE),
    Value("FirmwareVersion", "firmware_version", FIRMWARE_VERSION),
    Value("DeviceIDList", "device_id_list", EUI_LIST),
)
_CLOCK = (
    Value("CurrentDateTime", "current_date_time", INSTANT),
    Value("TolerancePeriod", "tolerance_period", whole(0, 86_400)),
)
_OTHER_DEVICE = (Value("OtherDeviceID", "other_device_id", EUI),)
_ONE_SCHEDULE_OR_ALL = (
    Choice((Value("DSPScheduleID", "dsp_schedule_id", SCHEDULE_ID), Value("DeviceID", "device_id", EUI))),
)
_INSTALL = (
    _DEVICE,
    Value("CHFInstallType", "chf_install_type", _CHF_INSTALL_TYPE),
    Value("InstallDateTime", "install_date_time", INSTANT, optional=True),
    Value("UserRefID", "user_ref_id", text(0, 25), optional=True),
    Value("MPxN", "mpxn", MPXN),
    Value("GISData", "gis_data", text(0, 25), optional=True),
    Value("AerialInstall", "aerial_install", BOOLEAN),
    Value("CHFLocation", "chf_location", _CHF_LOCATION),
)
_USER_REFERENCE = (
    Value("UserRefDateTime", "user_ref_date_time", INSTANT, optional=True),
    Value("UserRefID", "user_ref_id", text(0, 25), optional=True),
)
_INCIDENT = Value("IncidentReference", "incident_reference", text(0, 15), optional=True)
_REMARK = Value("AdditionalInformation", "additional_information", text(0, 200), optional=True)

PROPERTY_FILTER = Shape(
    PropertyFilter,
    (
        Value("PostCode", "post_code", text(6, 8)),
        Value("AddressIdentifier", "address_identifier", text(0, 30)),
    ),
)

_POINTS_OF_SUPPLY = (
    Value("ImportMPxN", "import_mpxn", MPXN, optional=True),
    Value("SecondaryImportMPAN", "secondary_import_mpan", MPAN, optional=True),
    Value("ExportMPAN", "export_mpan", MPAN, optional=True),
)
_WHITELIST = Shape(
    AddDeviceToChfWhitelist,
    (
        Value("JoinTimePeriod", "join_time_period", whole(1, 3_600)),
        Value("InstallCode", "install_code", octets_of_hex(6, 16)),
        *_POINTS_OF_SUPPLY,
    ),
)
_READ_LOG_PERIOD = Shape(
    ReadLogPeriod,
    (Value("StartDateTime", "start_date_time", INSTANT), Value("EndDateTime", "end_date_time", INSTANT)),
)
_DEVICE_DETAILS = Shape(
    DeviceDetails,
    (
        Value("DeviceManufacturer", "device_manufacturer", _MAKER, optional=True),
        Value("DeviceModel", "device_model", _MAKER, optional=True),
        Value("SMETSCHTSVersion", "smets_chts_version", _SMETS_VERSION, optional=True),
        Value("FirmwareVersion", "firmware_version", FIRMWARE_VERSION_TEXT, optional=True),
        Value("ESMEVariant", "esme_variant", ESME_VARIANT, optional=True),
    ),
)
_UPDATE_MPXN = Shape(
    UpdateMpxn,
    (
        Choice(
            (
                Value("ImportMPxN", "import_mpxn", MPXN),
                Value("SecondaryImportMPAN", "secondary_import_mpan", MPAN),
                Value("ExportMPAN", "export_mpan", MPAN),
            )
        ),
    ),
)

BODIES: dict[str, Shape] = {
    "SignedPreCommand": Shape(SignedPreCommand, (_EXECUTION, Value("GBCSPayload", "gbcs_payload", BASE64))),
    # 2 to 4
    "TopUpDevice": Shape(TopUpDevice, (Value("UTRN", "utrn", UTRN),)),
    "ClearEventLog": Shape(
        ClearEventLog,
        (Value("ESMEEventLogType", "esme_event_log_type", one_of(("ESME", "ALCS")), optional=True),),
    ),
    "ReadInstantaneousImportRegisters": Shape(ReadInstantaneousImportRegisters, (_EXECUTION,)),
    "ReadInstantaneousPrepayValues": Shape(ReadInstantaneousPrepayValues, (_EXECUTION,)),
    "ReadActiveImportProfileData": Shape(
        ReadActiveImportProfileData,
        (
            _EXECUTION,
            Part("ReadLogPeriod", "read_log_period", _READ_LOG_PERIOD),
            Value("KAPublicSecurityCredentials", "ka_public_security_credentials", BASE64, optional=True),
        ),
    ),
    # 5
    "CreateSchedule": SCHEDULE,
    "ReadSchedule": Shape(ReadSchedule, _ONE_SCHEDULE_OR_ALL),
    "DeleteSchedule": Shape(DeleteSchedule, _ONE_SCHEDULE_OR_ALL),
    # 6 and 7
    "ReadDeviceConfigurationIdentityExcMPxN": Shape(ReadDeviceConfigurationIdentityExcMpxn, ()),
    "UpdateSecurityCredentialsCoS": Shape(
        UpdateSecurityCredentialsCos,
        (
            _EXECUTION,
            Value("SupplierFloorSeqNumber", "supplier_floor_seq_number", FLOOR),
            Value(
                "SupplierPrepaymentTopUpFloorSeqNumber",
                "supplier_prepayment_top_up_floor_seq_number",
                FLOOR,
                optional=True,
            ),
            Holder(
                "SupplierReplacementCertificates",
                (
                    Value("DigitalSigningCertificate", "digital_signing_certificate", BASE64),
                    Value("KeyAgreementCertificate", "key_agreement_certificate", BASE64, optional=True),
                    Value(
                        "KeyAgreementTopUpCertificate",
                        "key_agreement_top_up_certificate",
                        BASE64,
                        optional=True,
                    ),
                ),
            ),
            Holder(
                "CertificationPathCertificates",
                (RepeatedValue("Certificate", "certification_path_certificates", BASE64, 1, 3),),
            ),
            Value("ApplyTimeBasedCPVChecks", "apply_time_based_cpv_checks", BOOLEAN),
            Value("ImportMPxN", "import_mpxn", MPXN),
        ),
    ),
    "RetrieveDeviceSecurityCredentialsKRP": Shape(
        RetrieveDeviceSecurityCredentialsKrp,
        (RepeatedValue("RemotePartyRole", "remote_party_roles", _REMOTE_PARTY_ROLE, 1, 7),),
    ),
    "ReadSupplyStatus": Shape(ReadSupplyStatus, ()),
    # 8
    "CommissionDeviceSynchroniseClock": Shape(CommissionDeviceSynchroniseClock, _CLOCK),
    "ReadInventory": Shape(
        ReadInventory,
        (
            Choice(
                (
                    Value("UPRN", "uprn", UPRN),
                    Value("DeviceID", "device_id", EUI),
                    Value("MPxN", "mpxn", MPXN),
                    Part("PropertyFilter", "property_filter", PROPERTY_FILTER),
                )
            ),
        ),
    ),
    "DecommissionDevice": Shape(DecommissionDevice, (_DEVICE,)),
    "UpdateInventory": Shape(
        UpdateInventory,
        (
            _DEVICE,
            Choice(
                (
                    Value(
                        "UpdateDeviceStatusExceptCH",
                        "update_device_status_except_ch",
                        one_of(("Pending", "InstalledNotCommissioned")),
                    ),
                    Value(
                        "UpdateDeviceStatusCH",
                        "update_device_status_ch",
                        one_of(("Commissioned", "Withdrawn", "InstalledNotCommissioned")),
                    ),
                    Part("UpdateDeviceDetails", "update_device_details", _DEVICE_DETAILS),
                    Flag("DeleteDevice", "delete_device"),
                    Part("UpdateMPxN", "update_mpxn", _UPDATE_MPXN),
                )
            ),
        ),
    ),
    "JoinServiceCritical": Shape(JoinServiceCritical, _OTHER_DEVICE),
    "JoinServiceNonCritical": Shape(JoinServiceNonCritical, _OTHER_DEVICE),
    "ReadDeviceLog": Shape(ReadDeviceLog, (_EXECUTION, Flag("ReadSecurityDetails", "read_security_details"))),
    "UpdateHANDeviceLog": Shape(
        UpdateHanDeviceLog,
        (
            _EXECUTION,
            _DEVICE,
            Value("RequestType", "request_type", one_of(("Add", "Remove"))),
            Part("AddDeviceToCHFWhitelist", "add_device_to_chf_whitelist", _WHITELIST, optional=True),
        ),
    ),
    "ReturnLocalCommandResponse": Shape(
        ReturnLocalCommandResponse,
        (
            Value("OriginalRequestID", "original_request_id", REQUEST_ID_TEXT, optional=True),
            Value("DeviceGBCSResponse", "device_gbcs_response", BASE64),
        ),
    ),
    "CHFInstallSuccessSMWAN": Shape(ChfInstallSuccessSmWan, (*_INSTALL, _REMARK)),
    "CHFInstallSuccessNoSMWAN": Shape(
        ChfInstallSuccessNoSmWan,
        (
            *_INSTALL,
            Value("PremiseType", "premise_type", _PREMISE_TYPE),
            Value("MetalObstructionCheck", "metal_obstruction_check", BOOLEAN),
            Value("ConnectivityObstructionCheck", "connectivity_obstruction_check", BOOLEAN),
            Value("SharedObstructionCheck", "shared_obstruction_check", BOOLEAN),
            _REMARK,
        ),
    ),
    "CHFFaultReturn": Shape(
        ChfFaultReturn,
        (
            _DEVICE,
            Value("CHFFaultReturnType", "chf_fault_return_type", _CHF_FAULT_RETURN_TYPE),
            *_USER_REFERENCE,
            Value("OtherDeviceID", "other_device_id", EUI),
            _INCIDENT,
            Value("CHFConnectionMethod", "chf_connection_method", _CHF_CONNECTION_METHOD),
            Value("CHFFaultReason", "chf_fault_reason", _CHF_FAULT_REASON),
            _REMARK,
        ),
    ),
    "CHFNoFaultReturn": Shape(
        ChfNoFaultReturn,
        (
            _DEVICE,
            Value("CHFNoFaultReturnType", "chf_no_fault_return_type", _CHF_NO_FAULT_RETURN_TYPE),
            *_USER_REFERENCE,
            _INCIDENT,
            _REMARK,
        ),
    ),
    # 11 and 12
    "UpdateFirmware": Shape(UpdateFirmware, _FIRMWARE),
    "ReadFirmwareVersion": Shape(ReadFirmwareVersion, (_EXECUTION,)),
    "ActivateFirmware": Shape(
        ActivateFirmware, (_EXECUTION, Value("FirmwareHash", "firmware_hash", octets_of_hex(32, 32)))
    ),
    "UpdatePPMIDFirmware": Shape(UpdatePpmidFirmware, _FIRMWARE),
    "DevicePrenotification": Shape(
        DevicePrenotification,
        (
            _DEVICE,
            Value("DeviceManufacturer", "device_manufacturer", _MAKER),
            Value("DeviceModel", "device_model", _MAKER),
            Value("DeviceType", "device_type", DEVICE_TYPE_TEXT),
            Value("SMETSCHTSVersion", "smets_chts_version", _SMETS_VERSION, optional=True),
            Value("FirmwareVersion", "firmware_version", FIRMWARE_VERSION_TEXT, optional=True),
            Value("ESMEVariant", "esme_variant", ESME_VARIANT, optional=True),
            Value("AssociatedGPFDeviceID", "associated_gpf_device_id", EUI, optional=True),
        ),
    ),
}
"""By the element; those of other Service Requests are carried without being read."""
