"""The contract that this code speaks, as one number: equal numbers understand each other to the last field."""

import pkgutil
from hashlib import sha256
from importlib import import_module

from smart_metering.rpc import v1

NAME = "smart_metering.rpc.v1"


def contract_digest() -> str:
    """SHA-256, in hex, over the descriptors of every contract of smart_metering.rpc.v1, in the order of their names."""
    digest = sha256()
    for module in sorted(module.name for module in pkgutil.iter_modules(v1.__path__)):
        if module.endswith("_pb2"):
            digest.update(import_module(f"{NAME}.{module}").DESCRIPTOR.serialized_pb)
    return digest.hexdigest()
