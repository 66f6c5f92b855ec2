"""User Roles: the capacities in which a User sends Service Requests."""

from enum import StrEnum


class UserRole(StrEnum):
    IS = "IS"  # Import Supplier
    ES = "ES"  # Export Supplier
    GS = "GS"  # Gas Supplier
    ED = "ED"  # Electricity Distributor
    GT = "GT"  # Gas Transporter
    RSA = "RSA"  # Registered Supplier Agent
    OU = "OU"  # Other User


SUPPLIERS = frozenset({UserRole.IS, UserRole.ES, UserRole.GS})

NETWORK_OPERATORS = frozenset({UserRole.ED, UserRole.GT})
