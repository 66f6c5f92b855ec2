"""DCC Alerts: their codes, what each tells whom, and the body element that carries it (DUIS 5.4 schema).

The schema lists codes and bodies but ties none to another; which belongs to which is certain for few.
There is no N32.
"""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark


class DccAlertCode(StrEnum):
    AD1 = "AD1"
    N1 = "N1"
    N2 = "N2"
    N3 = "N3"
    N4 = "N4"
    N5 = "N5"
    N6 = "N6"
    N7 = "N7"
    N8 = "N8"
    N9 = "N9"
    N10 = "N10"
    N11 = "N11"
    N12 = "N12"
    N13 = "N13"
    N14 = "N14"
    N15 = "N15"
    N16 = "N16"
    N17 = "N17"
    N18 = "N18"
    N19 = "N19"
    N20 = "N20"
    N21 = "N21"
    N22 = "N22"
    N23 = "N23"
    N24 = "N24"
    N25 = "N25"
    N26 = "N26"
    N27 = "N27"
    N28 = "N28"
    N29 = "N29"
    N30 = "N30"
    N31 = "N31"
    N33 = "N33"
    N34 = "N34"
    N35 = "N35"
    N36 = "N36"
    N37 = "N37"
    N38 = "N38"
    N39 = "N39"
    N40 = "N40"
    N41 = "N41"
    N42 = "N42"
    N43 = "N43"
    N44 = "N44"
    N45 = "N45"
    N46 = "N46"
    N47 = "N47"
    N48 = "N48"
    N49 = "N49"
    N50 = "N50"
    N51 = "N51"
    N52 = "N52"
    N53 = "N53"
    N54 = "N54"
    N55 = "N55"
    N56 = "N56"
    N57 = "N57"
    N58 = "N58"
    N59 = "N59"
    N60 = "N60"
    N61 = "N61"
    N62 = "N62"
    N63 = "N63"
    N64 = "N64"
    N65 = "N65"
    N999 = "N999"


@dataclass(frozen=True, slots=True, kw_only=True)
class DccAlertDefinition:
    """`mark` is of name and recipients, `body_mark` of the body; name and body may be unknown."""

    code: DccAlertCode
    name: str
    recipients: str
    mark: Mark
    body: str | None
    body_mark: Mark


_ROWS = (
    # code  name                                            recipients                                mark
    ("AD1",  "Power outage event",                           "IS, ED",                                 "L"),
    ("N1",   "Decommissioning or withdrawal",                "other responsible parties",              "W"),
    ("N2",   "Decommissioning or withdrawal",                "other responsible parties",              "W"),
    ("N3",   "Decommissioning or withdrawal",                "other responsible parties",              "W"),
    ("N4",   "DSP Schedule removed",                         "owner of the schedule",                  "W"),
    ("N5",   "DSP Schedule removed",                         "owner of the schedule",                  "W"),
    ("N6",   "DSP Schedule removed",                         "owner of the schedule",                  "W"),
    ("N7",   "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N8",   "Inventory removal",                            "pre-notifying User",                     "W"),
    ("N9",   "Inventory addition",                           "pre-notifying User",                     "W"),
    ("N10",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N11",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N12",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N13",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N14",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N15",  "Command delivery or Response failure",         "sender or owner of the schedule",        "W"),
    ("N16",  "Device identity confirmation",                 "ED or GT",                               "L"),
    ("N17",  "DSP Schedule removed",                         "owner of the schedule",                  "W"),
    ("N18",  "Firmware distribution failure",                "requesting supplier",                    "W"),
    ("N19",  "Firmware distribution failure",                "requesting supplier",                    "W"),
    ("N20",  "Firmware distribution failure",                "requesting supplier",                    "W"),
    ("N21",  "Firmware distribution failure",                "requesting supplier",                    "W"),
    ("N22",  "Firmware distribution failure",                "requesting supplier",                    "W"),
    ("N23",  "",                                             "",                                       "U"),
    ("N24",  "CHF Device Log update succeeded",              "requester of the SR 8.11",               "L"),
    ("N25",  "CHF Device Log update potentially unsuccessful","requester of the SR 8.11",               "W"),
    ("N26",  "Change of Supplier access control failure",    "gaining supplier",                       "W"),
    ("N27",  "Change of Supplier on the Device",             "losing supplier",                        "W"),
    ("N28",  "Device suspended",                             "Responsible Supplier, Network Operator", "L"),
    ("N29",  "Device Restored from Suspension",              "Responsible Supplier, Network Operator", "C"),
    ("N30",  "CHF Device Log restored",                      "other suppliers",                        "W"),
    ("N31",  "GPF Device Log restored",                      "other suppliers",                        "W"),
    ("N33",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N34",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N35",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N36",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N37",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N38",  "Recovery after compromise",                    "supplier, Network Operator",             "W"),
    ("N39",  "PPMID alert",                                  "supplier",                               "L"),
    ("N40",  "DSP Schedule removed",                         "owner of the schedule",                  "W"),
    ("N41",  "PPMID removed",                                "supplier",                               "W"),
    ("N42",  "Security credentials updated",                 "remote party affected",                  "L"),
    ("N43",  "PPMID removed",                                "supplier",                               "W"),
    ("N44",  "Request quarantined",                          "sender",                                 "W"),
    ("N45",  "Request quarantined",                          "sender",                                 "W"),
    ("N46",  "Request quarantined",                          "sender",                                 "W"),
    ("N47",  "Request quarantined",                          "sender",                                 "W"),
    ("N48",  "Request quarantined",                          "sender",                                 "W"),
    ("N49",  "Firmware version mismatch",                    "supplier",                               "W"),
    ("N50",  "Firmware version mismatch",                    "supplier",                               "W"),
    ("N51",  "Firmware version mismatch",                    "supplier",                               "W"),
    ("N52",  "GSME Firmware Version Mismatch",               "Service Users",                          "C"),
    ("N53",  "Dual-band Comms Hub alert",                    "suppliers on that HAN",                  "W"),
    ("N54",  "Dual-band Comms Hub alert",                    "suppliers on that HAN",                  "W"),
    ("N55",  "S1SP alert",                                   "sender",                                 "W"),
    ("N56",  "S1SP alert",                                   "sender",                                 "W"),
    ("N57",  "SMETS1 Comms Hub firmware notification",       "suppliers",                              "L"),
    ("N58",  "ALCS or HCALCS configuration change",          "ED",                                     "L"),
    ("N59",  "Firmware upgrade requested",                   "other supplier on that HAN",             "L"),
    ("N60",  "Firmware delivered to the Comms Hub",          "requesting supplier",                    "L"),
    ("N61",  "Firmware not delivered to the Comms Hub",      "requesting supplier",                    "L"),
    ("N62",  "Comms Hub alert (firmware transfer)",          "supplier",                               "L"),
    ("N63",  "ECoS alert",                                   "supplier",                               "L"),
    ("N64",  "Comms Hub firmware activated",                 "suppliers",                              "L"),
    ("N65",  "CoS certificate alert",                        "supplier",                               "L"),
    ("N999", "DUIS version mismatch",                        "that User",                              "L"),
)  # fmt: skip

_BODIES = (
    # body element, in the schema's order  mark codes
    ("PowerOutageEvent",              "L", "AD1"),
    ("DeviceStatusChangeEvent",       "C", "N29"),
    ("DeviceStatusChangeEvent",       "L", "N28"),
    ("DeviceStatusChangeEvent",       "W", "N1 N2 N3 N8 N9 N16 N33 N34 N35 N36 N37 N38"),
    ("DSPScheduleRemoval",            "W", "N4 N5 N6 N17 N40"),
    ("CommandFailure",                "W", "N7 N10 N11 N12 N13 N14 N15"),
    ("FirmwareDistributionFailure",   "W", "N18 N19 N20 N21 N22"),
    ("UpdateHANDeviceLogResult",      "C", "N24"),
    ("UpdateHANDeviceLogResult",      "W", "N25"),
    ("ChangeOfSupplier",              "W", "N26 N27"),
    ("DeviceLogRestored",             "W", "N30 N31"),
    ("PPMIDAlert",                    "L", "N39"),
    ("SecurityCredentialsUpdated",    "L", "N42"),
    ("PPMIDRemoval",                  "W", "N41 N43"),
    ("QuarantinedRequest",            "W", "N44 N45 N46 N47 N48"),
    ("FirmwareVersionMismatch",       "C", "N52"),
    ("FirmwareVersionMismatch",       "W", "N49 N50 N51"),
    ("DualBandCHAlert",               "W", "N53 N54"),
    ("S1SPAlertDSP",                  "W", "N55 N56"),
    ("SMETS1CHFirmwareNotification",  "L", "N57"),
    ("ALCSHCALCSConfigurationChange", "L", "N58"),
    ("FirmwareUpgradeRequested",      "L", "N59"),
    ("CSPFirmwareDeliveryStatus",     "C", "N60 N61"),
    ("CommsHubAlert",                 "L", "N62"),
    ("ECoSAlert",                     "L", "N63"),
    ("CommsHubFirmwareActivation",    "L", "N64"),
    ("CoSCertificateAlert",           "L", "N65"),
    ("DUISVersionMismatch",           "L", "N999"),
)  # fmt: skip

_BODY_OF = {code: (body, Mark(mark)) for body, mark, codes in _BODIES for code in codes.split()}


def _define(code: str, name: str, recipients: str, mark: str) -> DccAlertDefinition:
    body, body_mark = _BODY_OF.get(code, (None, Mark.UNKNOWN))
    return DccAlertDefinition(
        code=DccAlertCode(code),
        name=name,
        recipients=recipients,
        mark=Mark(mark),
        body=body,
        body_mark=body_mark,
    )


DCC_ALERTS = tuple(_define(*row) for row in _ROWS)

_BY_CODE = {definition.code: definition for definition in DCC_ALERTS}


def definition_of(code: DccAlertCode) -> DccAlertDefinition:
    return _BY_CODE[code]
