"""The Device Types that each GBCS use case is for, and so which Devices a Service Request suits (E11).

A use case is looked up whole, then by its family (`GCS13a` is of `GCS13`), then by its series (`GCS`): the
first row found says it all. Use cases of the series CS differ too much to share a row.
"""

import re
from dataclasses import dataclass

from smart_metering.device_types import TYPE_1, DeviceType
from smart_metering.marks import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCaseDeviceTypes:
    """`use_cases` is a use case, a family or a series."""

    use_cases: str
    device_types: frozenset[DeviceType]
    source: str
    mark: Mark


_ESME = frozenset({DeviceType.ESME})
_GSME = frozenset({DeviceType.GSME})
_GPF = frozenset({DeviceType.GPF})
_CHF = frozenset({DeviceType.CHF})
_HCALCS = frozenset({DeviceType.HCALCS})
_PPMID = frozenset({DeviceType.PPMID})

_METERS_AND_GPF = _ESME | _GSME | _GPF  # these know a Network Operator
_KNOW_A_SUPPLIER = _METERS_AND_GPF | _HCALCS

_TEMPLATE = "DCC's request template"
_TITLE = "title of the use case"
_TRUST = "who knows which party"
_MIRROR = "the GPF mirrors the GSME"
_VECTOR = "Reference Test Data Set"

_ROWS = (
    # use case, family or series           Device Types               source                     mark
    ("ECS",                                _ESME,                     _TITLE,                    "L"),
    ("ECS26i",                             _CHF,                      _TEMPLATE,                 "C"),
    ("ECS26n",                             _CHF,                      _TEMPLATE,                 "C"),
    ("ECS35c",                             _CHF,                      _TEMPLATE,                 "C"),
    ("ECS35d",                             _CHF,                      _TEMPLATE,                 "C"),
    ("ECS52",                              _ESME | _CHF,              "GBCS use case table",     "L"),
    ("GCS",                                _GSME,                     _TITLE,                    "L"),
    ("GCS09",                              _GPF,                      _TITLE,                    "C"),
    ("GCS13",                              _GSME | _GPF,              _VECTOR,                   "C"),
    ("GCS14",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS15",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS16",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS17",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS18",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS20r",                             _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS21",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS33",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS38",                              _GSME | _GPF,              "GBCS use case table",     "L"),
    ("GCS46",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS59",                              _GPF,                      _TITLE,                    "C"),
    ("GCS60",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("GCS61",                              _GSME | _GPF,              _MIRROR,                   "L"),
    ("CCS",                                _CHF,                      _TITLE,                    "L"),
    ("DBCH",                               _CHF,                      _TITLE,                    "L"),
    ("CS01a",                              _ESME,                     _TITLE,                    "C"),
    ("CS01b",                              _GSME,                     _TITLE,                    "C"),
    ("CS02aMAC",                           TYPE_1,                    _TRUST,                    "L"),
    ("CS02bACBByACB",                      TYPE_1,                    _TRUST,                    "W"),
    ("CS02bNOByNO",                        _METERS_AND_GPF,           _TRUST,                    "L"),
    ("CS02bNOByNOHandover",                _METERS_AND_GPF,           _TRUST,                    "L"),
    ("CS02bSupplierBySupplier",            _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02bSupplierBySupplierHandover",    _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02bSupplierByTransCoS",            _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02c",                              _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02d",                              _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02e",                              _KNOW_A_SUPPLIER,          _TRUST,                    "L"),
    ("CS02fMAC",                           _ESME,                     _TEMPLATE,                 "L"),
    ("CS02gLoadControllerBySupplier",      _ESME,                     _TEMPLATE,                 "L"),
    ("CS03A1",                             _ESME | _GSME,             _TITLE,                    "L"),
    ("CS03A2Critical",                     _HCALCS,                   _TEMPLATE,                 "L"),
    ("CS03A2NonCritical",                  _PPMID,                    _TEMPLATE,                 "L"),
    ("CS03B",                              _METERS_AND_GPF,           _VECTOR + " (GSME)",       "L"),
    ("CS03CCritical",                      _GSME,                     _TEMPLATE,                 "L"),
    ("CS03CNonCritical",                   _PPMID,                    _TEMPLATE,                 "L"),
    ("CS04ACCritical",                     _ESME | _GSME | _HCALCS,   _TEMPLATE + " (ESME)",     "L"),
    ("CS04ACNonCritical",                  _PPMID,                    _TEMPLATE,                 "L"),
    ("CS04B",                              _METERS_AND_GPF,           _TEMPLATE + " (GSME)",     "L"),
    ("CS06",                               _ESME | _GSME | _HCALCS,   "SECMP0007",               "C"),
    ("CS07",                               TYPE_1 - _CHF,             _VECTOR + " (GSME)",       "L"),
    ("CS08",                               _PPMID | _HCALCS,          "SECMP0007",               "C"),
    ("CS10a",                              _GSME | _GPF,              _TEMPLATE + " (GSME)",     "L"),
    ("CS10b",                              _GSME | _GPF,              _TEMPLATE + " (GSME)",     "L"),
    ("CS11",                               _GSME | _GPF,              "GBCS 0.8.1 (GSME)",       "L"),
)  # fmt: skip

USE_CASE_DEVICE_TYPES = tuple(
    UseCaseDeviceTypes(use_cases=use_cases, device_types=device_types, source=source, mark=Mark(mark))
    for use_cases, device_types, source, mark in _ROWS
)

_BY_USE_CASES = {row.use_cases: row for row in USE_CASE_DEVICE_TYPES}
_USE_CASE = re.compile(r"([A-Z]+)([0-9]+).*")


def row_of(use_case: str) -> UseCaseDeviceTypes:
    """The row that speaks for the use case; raises KeyError where none does."""
    parts = _USE_CASE.fullmatch(use_case)
    if parts is None:
        raise KeyError(use_case)
    series, number = parts.groups()
    for key in (use_case, series + number, series):
        if key in _BY_USE_CASES:
            return _BY_USE_CASES[key]
    raise KeyError(use_case)


def device_types_of(use_case: str) -> frozenset[DeviceType]:
    return row_of(use_case).device_types
