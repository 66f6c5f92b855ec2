"""Command Variants: what a User hands over, what becomes of it, and the service that takes it.

The columns follow the table in the DUIS 5.4 schema and are certain. Its ninth variant is internal to the DCC
and never in a Service Request.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class CommandVariant(IntEnum):
    SEND = 1
    LOCAL = 2
    SEND_AND_LOCAL = 3
    TRANSFORM = 4
    SIGNED_SEND = 5
    SIGNED_LOCAL = 6
    SIGNED_SEND_AND_LOCAL = 7
    NON_DEVICE = 8


class Service(StrEnum):
    """The services of the DCC User Interface that take requests."""

    TRANSFORM = "Transform"
    SEND_COMMAND = "Send Command"
    NON_DEVICE = "Non-Device"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandVariantDefinition:
    """`signed`: the input is a Signed Pre-Command. `sent`: a Command goes over the SM WAN, and the Service
    Response follows later. `local`: the Command is returned at once, for local delivery. `future_dated`:
    the request may name a date and time of execution."""

    variant: CommandVariant
    critical: bool
    signed: bool
    sent: bool
    local: bool
    future_dated: bool
    service: Service


_ROWS = (
    # Command Variant                      critical signed  sent   local  future dated  service
    (CommandVariant.SEND,                  False,   False,  True,  False, True,         Service.SEND_COMMAND),
    (CommandVariant.LOCAL,                 False,   False,  False, True,  False,        Service.NON_DEVICE),
    (CommandVariant.SEND_AND_LOCAL,        False,   False,  True,  True,  False,        Service.SEND_COMMAND),
    (CommandVariant.TRANSFORM,             True,    False,  False, False, False,        Service.TRANSFORM),
    (CommandVariant.SIGNED_SEND,           True,    True,   True,  False, True,         Service.SEND_COMMAND),
    (CommandVariant.SIGNED_LOCAL,          True,    True,   False, True,  False,        Service.NON_DEVICE),
    (CommandVariant.SIGNED_SEND_AND_LOCAL, True,    True,   True,  True,  False,        Service.SEND_COMMAND),
    (CommandVariant.NON_DEVICE,            False,   False,  False, False, False,        Service.NON_DEVICE),
)  # fmt: skip

COMMAND_VARIANTS = tuple(
    CommandVariantDefinition(
        variant=variant,
        critical=critical,
        signed=signed,
        sent=sent,
        local=local,
        future_dated=future_dated,
        service=service,
    )
    for variant, critical, signed, sent, local, future_dated, service in _ROWS
)

_BY_VARIANT = {definition.variant: definition for definition in COMMAND_VARIANTS}

NON_CRITICAL_VARIANTS = frozenset({CommandVariant.SEND, CommandVariant.LOCAL, CommandVariant.SEND_AND_LOCAL})
CRITICAL_VARIANTS = frozenset(row.variant for row in COMMAND_VARIANTS if row.critical)
NON_DEVICE_VARIANTS = frozenset({CommandVariant.NON_DEVICE})


def definition_of(variant: CommandVariant) -> CommandVariantDefinition:
    return _BY_VARIANT[variant]


def service_of(variant: CommandVariant) -> Service:
    """The service that takes requests of this variant; any other answers E13."""
    return _BY_VARIANT[variant].service
