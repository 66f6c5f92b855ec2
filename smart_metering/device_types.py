"""Device Types, the generations of Devices, and the variants of an ESME (DUIS 5.4 schema)."""

from enum import StrEnum


class DeviceType(StrEnum):
    ESME = "ESME"  # electricity meter
    GSME = "GSME"  # gas meter
    GPF = "GPF"  # Gas Proxy Function: the Comms Hub's mirror of the gas meter
    CHF = "CHF"  # Communications Hub Function
    HCALCS = "HCALCS"  # HAN connected auxiliary load control switch
    PPMID = "PPMID"  # prepayment meter interface device
    IHD = "IHD"  # in-home display
    CAD = "CAD"  # consumer access device


class Generation(StrEnum):
    SMETS1 = "SMETS1"
    SMETS2 = "SMETS2+"


METERS = frozenset({DeviceType.ESME, DeviceType.GSME})

TYPE_2 = frozenset({DeviceType.IHD, DeviceType.CAD})
"""Devices without security credentials: no SMI Status, no firmware version, no CPL entry."""

ALL_TYPES = frozenset(DeviceType)

TYPE_1 = ALL_TYPES - TYPE_2
"""Devices with security credentials."""

ESME_VARIANTS = (
    # A single element, B twin element, C polyphase; D auxiliary load control switches, E boost function,
    # F auxiliary proportional controller, G a stand-alone one.
    "A", "B", "C",
    "AD", "BD", "CD",
    "ADE", "BDE", "CDE",
    "ADF", "BDF", "CDF",
    "ADEF", "BDEF", "CDEF",
    "ADG", "ADEG",
    "AF", "BF", "CF",
    "AEF", "BEF", "CEF",
    "AG", "AEG",
)  # fmt: skip
"""The variants in the order of the schema."""
