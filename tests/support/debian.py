"""Packages that scripts/fetch_debian unpacked: where they are, and what they need to run from there."""

import os
import sys
from pathlib import Path


def fetched(package: str) -> Path:
    """Its root folder, whether it is there or not."""
    return Path(sys.prefix) / "debian" / package


def fetched_environment(package: str) -> dict[str, str]:
    """Where its libraries and fonts are, as far as the machine did not have them; empty if nothing was fetched."""
    place = fetched(package)
    libraries = {str(found.parent) for found in place.glob("**/lib/*-linux-*/**/*.so*")}
    variables = {"LD_LIBRARY_PATH": os.pathsep.join(sorted(libraries))} if libraries else {}
    if (place / "etc/fonts").is_dir():
        variables |= {"FONTCONFIG_PATH": str(place / "etc/fonts"), "XDG_DATA_HOME": str(place / "usr/share")}
    return variables
