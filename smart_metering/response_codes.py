"""Response codes of the DCC User Interface (DUIS 5.4 schema), with what is known of their meanings.

A code of six digits belongs to one Service Request: two digits for its major number, two for its minor
number, two for a sequence. `W` codes are warnings: the request was accepted in part.
"""

from dataclasses import dataclass
from enum import StrEnum

from smart_metering.marks import Mark


class ResponseCode(StrEnum):
    I0 = "I0"
    I99 = "I99"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    E5 = "E5"
    E11 = "E11"
    E12 = "E12"
    E13 = "E13"
    E17 = "E17"
    E19 = "E19"
    E20 = "E20"
    E21 = "E21"
    E30 = "E30"
    E31 = "E31"
    E40 = "E40"
    E41 = "E41"
    E42 = "E42"
    E43 = "E43"
    E44 = "E44"
    E45 = "E45"
    E46 = "E46"
    E47 = "E47"
    E48 = "E48"
    E49 = "E49"
    E50 = "E50"
    E51 = "E51"
    E52 = "E52"
    E53 = "E53"
    E54 = "E54"
    E55 = "E55"
    E56 = "E56"
    E57 = "E57"
    E58 = "E58"
    E59 = "E59"
    E60 = "E60"
    E61 = "E61"
    E62 = "E62"
    E63 = "E63"
    E64 = "E64"
    E65 = "E65"
    E66 = "E66"
    E67 = "E67"
    E68 = "E68"
    E69 = "E69"
    E70 = "E70"
    E71 = "E71"
    E100 = "E100"
    E1000 = "E1000"
    E1001 = "E1001"
    E1003 = "E1003"
    E1004 = "E1004"
    E1006 = "E1006"
    E1007 = "E1007"
    E1008 = "E1008"
    E1010 = "E1010"
    E1011 = "E1011"
    E010101 = "E010101"
    E010102 = "E010102"
    E010201 = "E010201"
    E030301 = "E030301"
    E030302 = "E030302"
    E040101 = "E040101"
    E041701 = "E041701"
    E050101 = "E050101"
    E050102 = "E050102"
    E050103 = "E050103"
    E050105 = "E050105"
    E050107 = "E050107"
    E050108 = "E050108"
    E050109 = "E050109"
    E050110 = "E050110"
    E050111 = "E050111"
    E050112 = "E050112"
    E050201 = "E050201"
    E050202 = "E050202"
    W050201 = "W050201"
    E050301 = "E050301"
    E050302 = "E050302"
    W050301 = "W050301"
    E060501 = "E060501"
    E060502 = "E060502"
    E060701 = "E060701"
    E060801 = "E060801"
    E060802 = "E060802"
    E060803 = "E060803"
    E061301 = "E061301"
    E061304 = "E061304"
    E061305 = "E061305"
    E061501 = "E061501"
    E061504 = "E061504"
    E061505 = "E061505"
    E061506 = "E061506"
    E061507 = "E061507"
    E061508 = "E061508"
    E061509 = "E061509"
    E061801 = "E061801"
    E061802 = "E061802"
    E061803 = "E061803"
    E062101 = "E062101"
    E062102 = "E062102"
    E062103 = "E062103"
    E062105 = "E062105"
    E062201 = "E062201"
    E062202 = "E062202"
    E062203 = "E062203"
    E062301 = "E062301"
    E062302 = "E062302"
    E062303 = "E062303"
    E062304 = "E062304"
    E062305 = "E062305"
    E062306 = "E062306"
    E062401 = "E062401"
    E062402 = "E062402"
    E062403 = "E062403"
    E062801 = "E062801"
    E062802 = "E062802"
    E062803 = "E062803"
    E080201 = "E080201"
    E080202 = "E080202"
    E080301 = "E080301"
    E080302 = "E080302"
    E080405 = "E080405"
    E080406 = "E080406"
    E080407 = "E080407"
    E080408 = "E080408"
    E080409 = "E080409"
    E080410 = "E080410"
    E080411 = "E080411"
    E080412 = "E080412"
    E080413 = "E080413"
    E080414 = "E080414"
    E080415 = "E080415"
    E080501 = "E080501"
    E080502 = "E080502"
    E080503 = "E080503"
    E080601 = "E080601"
    E080602 = "E080602"
    E080604 = "E080604"
    E080606 = "E080606"
    E080607 = "E080607"
    E080702 = "E080702"
    E080721 = "E080721"
    E080722 = "E080722"
    E080723 = "E080723"
    E080801 = "E080801"
    E080821 = "E080821"
    E080822 = "E080822"
    E080901 = "E080901"
    E080902 = "E080902"
    E080903 = "E080903"
    E081101 = "E081101"
    E081102 = "E081102"
    E081104 = "E081104"
    E081105 = "E081105"
    E081106 = "E081106"
    E081107 = "E081107"
    E081108 = "E081108"
    E081109 = "E081109"
    E081110 = "E081110"
    E081111 = "E081111"
    E081202 = "E081202"
    E081204 = "E081204"
    E081205 = "E081205"
    E081221 = "E081221"
    E081222 = "E081222"
    E081223 = "E081223"
    E081301 = "E081301"
    E081302 = "E081302"
    E081303 = "E081303"
    E081401 = "E081401"
    E081402 = "E081402"
    E081405 = "E081405"
    E081406 = "E081406"
    W081401 = "W081401"
    E110101 = "E110101"
    E110102 = "E110102"
    E110103 = "E110103"
    E110105 = "E110105"
    E110106 = "E110106"
    W110101 = "W110101"
    E110401 = "E110401"
    E110402 = "E110402"
    E110403 = "E110403"
    E110405 = "E110405"
    W110401 = "W110401"
    E120101 = "E120101"
    E120102 = "E120102"
    E120103 = "E120103"
    E120201 = "E120201"
    E120203 = "E120203"
    E120204 = "E120204"
    E120207 = "E120207"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCodeDefinition:
    """`mark` is of the meaning, empty where it is unknown; that the code exists is certain."""

    code: ResponseCode
    meaning: str
    source: str
    mark: Mark


_PAGE = "SMETS2 reference: DCC Systems Response Codes"
_CHOICE = "emulator's choice"
_SCHEMA = "DUIS 5.4 schema"

_ROWS = (
    # code      meaning                                                                       source   mark
    ("I0",      "success",                                                                    _PAGE,   "C"),
    ("I99",     "accepted for sending to the Device",                                         _PAGE,   "C"),
    ("E1",      "User, or User with that User Role, is not valid",                            _PAGE,   "C"),
    ("E2",      "User Role may not send this Service Reference",                              _PAGE,   "C"),
    ("E3",      "the User's status does not permit it",                                       _PAGE,   "C"),
    ("E4",      "User Role not authorised for this Device at that date and time",             _PAGE,   "C"),
    ("E5",      "SMI Status of the Device is incompatible with the Service Reference",        _PAGE,   "C"),
    ("E11",     "Service Reference is not compatible with the Device Type",                   _PAGE,   "C"),
    ("E12",     "Command Variant is not applicable to the request",                           _PAGE,   "C"),
    ("E13",     "request is not valid for this service",                                      _PAGE,   "C"),
    ("E17",     "local delivery is not permitted",                                            _PAGE,   "C"),
    ("E19",     "Device ID does not exist",                                                   _PAGE,   "C"),
    ("E20",     "cannot establish communications with the Device",                            _PAGE,   "C"),
    ("E21",     "no Response from the Device",                                                _PAGE,   "C"),
    ("E30",     "time-out of a future-dated Command",                                         _PAGE,   "C"),
    ("E31",     "the request before it in its sequence failed",                               _CHOICE, "R"),
    ("E41",     "no request to follow has the PrecedingServiceRequestID",                     _CHOICE, "R"),
    ("E42",     "the first of a sequence names a request before it",                          _CHOICE, "R"),
    ("E43",     "the request before it has not ended, and this one cannot wait",              _CHOICE, "R"),
    ("E48",     "signature or certificate of the originator is not valid",                    _CHOICE, "R"),
    ("E71",     "the request is not emulated; in DUIS XML alone",                             _CHOICE, "R"),
    ("E050101", "the SRV is none that the DSP schedules",                                     _CHOICE, "R"),
    ("E050102", "ScheduleFrequency is none of DUIS",                                          _CHOICE, "R"),
    ("E050103", "ScheduleStartDate is in the past",                                           _CHOICE, "R"),
    ("E050105", "no run falls between now and ScheduleEndDate",                               _CHOICE, "R"),
    ("E050107", "the read that is scheduled would end before it begins",                      _CHOICE, "R"),
    ("E050108", "the User has 99 schedules for this Device",                                  _CHOICE, "R"),
    ("E050109", "KAPublicSecurityCredential is no key agreement certificate",                 _CHOICE, "R"),
    ("E050201", "the User has no schedule of this id",                                        _CHOICE, "R"),
    ("W050201", "the User has no schedule for this Device",                                   _CHOICE, "R"),
    ("E050301", "the User has no schedule of this id",                                        _CHOICE, "R"),
    ("W050301", "the User has no schedule for this Device",                                   _CHOICE, "R"),
    ("E062301", "ImportMPxN is not that of the Device",                                       _CHOICE, "R"),
    ("E062302", "a certificate is not the caller's",                                          _CHOICE, "R"),
    ("E062303", "a certificate is for another use than it is given for",                      _CHOICE, "R"),
    ("E062304", "a certificate cannot be read",                                               _CHOICE, "R"),
    ("E062305", "a KeyAgreement certificate is expected",                                     _CHOICE, "R"),
    ("E080201", "no Device matches the search",                                               _CHOICE, "R"),
    ("E080301", "a Device that is Pending is deleted, not decommissioned",                    _CHOICE, "R"),
    ("E080405", "a detail cannot be amended in this SMI Status",                              _CHOICE, "R"),
    ("E080406", "an ESME Variant is not applicable to this Device",                           _CHOICE, "R"),
    ("E080407", "the status does not lead from the one the Device has",                       _CHOICE, "R"),
    ("E080408", "such a Device has another of the two choices of a status, or none",          _CHOICE, "R"),
    ("E080409", "the Device is no longer Pending, or on a HAN",                               _CHOICE, "R"),
    ("E080410", "such a Device has no such point of supply",                                  _CHOICE, "R"),
    ("E080411", "nobody is registered as supplier of the point of supply",                    _CHOICE, "R"),
    ("E080412", "another meter in use has the point of supply",                               _CHOICE, "R"),
    ("E081101", "the Device was never pre-notified",                                          _CHOICE, "R"),
    ("E081102", "the Device is not on this hub's HAN",                                        _CHOICE, "R"),
    ("E081104", "a CHF or GPF is on no Device Log",                                           _CHOICE, "R"),
    ("E081105", "the Device is neither Pending nor in service on no HAN",                     _CHOICE, "R"),
    ("E081106", "the points of supply are not those that such a Device has",                  _CHOICE, "R"),
    ("E081107", "nobody is registered as supplier of the point of supply",                    _CHOICE, "R"),
    ("E081108", "a meter in service has another point of supply",                             _CHOICE, "R"),
    ("E110101", "hash of the Manufacturer Image differs from that of the CPL entry",          _CHOICE, "R"),
    ("E110102", "FirmwareVersion differs from the OTA header, or has no Active CPL entry",    _CHOICE, "R"),
    ("E110103", "no Device in the list can take the image",                                   _CHOICE, "R"),
    ("E110105", "image cannot be read, or is too large",                                      _CHOICE, "R"),
    ("E110106", "Devices of different Device Types or models, or of a type not allowed",      _CHOICE, "R"),
    ("W110101", "some Devices cannot take the image; the warning lists them",                 _CHOICE, "R"),
    ("E110401", "hash of the Manufacturer Image differs from that of the CPL entry",          _CHOICE, "R"),
    ("E110402", "FirmwareVersion differs from the OTA header, or has no Active CPL entry",    _CHOICE, "R"),
    ("E110403", "no Device in the list can take the image",                                   _CHOICE, "R"),
    ("E110405", "image cannot be read, or is too large",                                      _CHOICE, "R"),
    ("W110401", "some Devices cannot take the image; the warning lists them",                 _CHOICE, "R"),
    ("E120201", "the Device is in the SMI already",                                           _CHOICE, "R"),
    ("E120203", "DeviceType is none of DUIS",                                                 _CHOICE, "R"),
    ("E120204", "an ESME has an ESMEVariant of DUIS, any other Device none",                  _CHOICE, "R"),
)  # fmt: skip

_KNOWN = {
    ResponseCode(code): ResponseCodeDefinition(
        code=ResponseCode(code), meaning=meaning, source=source, mark=Mark(mark)
    )
    for code, meaning, source, mark in _ROWS
}

RESPONSE_CODES = tuple(
    _KNOWN.get(code) or ResponseCodeDefinition(code=code, meaning="", source=_SCHEMA, mark=Mark.UNKNOWN)
    for code in ResponseCode
)

_BY_CODE = {definition.code: definition for definition in RESPONSE_CODES}


def definition_of(code: ResponseCode) -> ResponseCodeDefinition:
    return _BY_CODE[code]
