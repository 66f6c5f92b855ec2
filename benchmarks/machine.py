"""Facts of the machine that a figure is to be read with; none names the machine."""

import os
import platform
from importlib.metadata import version


def machine_facts() -> dict[str, str]:
    """Cores, and the versions of what the figures depend on most."""
    return {
        "cores": str(os.cpu_count()),
        "architecture": platform.machine(),
        "system": platform.system(),
        "Python": platform.python_version(),
        **{name: version(name) for name in ("grpcio", "protobuf", "msgspec", "cryptography")},
    }


def load_average() -> float:
    """Of the last minute: above the number of cores, others compete with the measurement."""
    return os.getloadavg()[0]
