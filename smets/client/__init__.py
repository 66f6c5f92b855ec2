"""The Python client of a smart metering system that runs: `from smets.client import connect, Blocking, User`.

    async with connect(".smets") as system:                  # everything of it, found by its state folder
        supplier = system.user("supplier")                   # a DUIS User with its keys
        sent = await supplier.send("11.2", meter)            # the whole way; the DSP's answer
        checked = await supplier.response_to(sent.request_id)

`Blocking` is the same without `async`. The names below are the public ones, each from the module that says how it works;
a name is looked up when it is asked for, so that importing this package does nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smets.client.administration import Administration
    from smets.client.blocking import Blocking
    from smets.client.campaign import Sent
    from smets.client.checked import CheckedResponse, ReceivedAlert, ReceivedResponse
    from smets.client.clock import Clock
    from smets.client.emulator_control import EmulatorControl
    from smets.client.errors import (
        BrokenPromise,
        Closed,
        FailedThere,
        NoResponse,
        NotRunning,
        NotThere,
        NotWhatWasAsked,
        OutOfTime,
        Refused,
        SmetsError,
        UnknownCaller,
        UnknownParty,
        UnknownServiceRequest,
        Unreachable,
    )
    from smets.client.outcomes import Outcome
    from smets.client.receive_response import ReceiveResponse
    from smets.client.retrying import RetryPolicy, send_until_response
    from smets.client.self_service import SelfService
    from smets.client.user import User
    from smets.client.user_keys import Repository, UserKeys, read_user_keys
    from smets.client.verification import Verified
    from smets.local_system.connection import SystemConnection
    from smets.local_system.local_system import LocalSystem, SystemSettings
    from smets.local_system.system import BothSides, System, connect

_MODULES = {
    "smets.client.administration": ("Administration",),
    "smets.client.blocking": ("Blocking",),
    "smets.client.campaign": ("Sent",),
    "smets.client.checked": ("CheckedResponse", "ReceivedAlert", "ReceivedResponse"),
    "smets.client.clock": ("Clock",),
    "smets.client.emulator_control": ("EmulatorControl",),
    "smets.client.errors": (
        "BrokenPromise",
        "Closed",
        "FailedThere",
        "NoResponse",
        "NotRunning",
        "NotThere",
        "NotWhatWasAsked",
        "OutOfTime",
        "Refused",
        "SmetsError",
        "UnknownCaller",
        "UnknownParty",
        "UnknownServiceRequest",
        "Unreachable",
    ),
    "smets.client.outcomes": ("Outcome",),
    "smets.client.receive_response": ("ReceiveResponse",),
    "smets.client.retrying": ("RetryPolicy", "send_until_response"),
    "smets.client.self_service": ("SelfService",),
    "smets.client.user": ("User",),
    "smets.client.user_keys": ("Repository", "UserKeys", "read_user_keys"),
    "smets.client.verification": ("Verified",),
    "smets.local_system.connection": ("SystemConnection",),
    "smets.local_system.local_system": ("LocalSystem", "SystemSettings"),
    "smets.local_system.system": ("BothSides", "System", "connect"),
}

__all__ = (
    "Administration",
    "Blocking",
    "BothSides",
    "BrokenPromise",
    "CheckedResponse",
    "Clock",
    "Closed",
    "EmulatorControl",
    "FailedThere",
    "LocalSystem",
    "NoResponse",
    "NotRunning",
    "NotThere",
    "NotWhatWasAsked",
    "OutOfTime",
    "Outcome",
    "ReceiveResponse",
    "ReceivedAlert",
    "ReceivedResponse",
    "Refused",
    "Repository",
    "RetryPolicy",
    "SelfService",
    "Sent",
    "SmetsError",
    "System",
    "SystemConnection",
    "SystemSettings",
    "UnknownCaller",
    "UnknownParty",
    "UnknownServiceRequest",
    "Unreachable",
    "User",
    "UserKeys",
    "Verified",
    "connect",
    "read_user_keys",
    "send_until_response",
)


if not TYPE_CHECKING:  # Type checkers would take it to mean that there is every name.

    def __getattr__(name: str) -> object:
        for module, names in _MODULES.items():
            if name in names:
                return getattr(import_module(module), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
