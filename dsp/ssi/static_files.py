"""Style, scripts and the programs of others that stand beside them, held in memory; a file's address has its digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from dsp.ssi.refusing import not_found

FOLDER = Path(__file__).parent / "static"
ROOT = "/static/"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """Its octets, what they are, and the address to fetch them at."""

    octets: bytes
    media_type: str
    address: str


class StaticFiles:
    """All that are in the folder. Nothing else is served: no path leads out of it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files: Mapping[str, StaticFile] = {
            path.relative_to(folder).as_posix(): _read(path, path.relative_to(folder).as_posix())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def address(self, name: str) -> str:
        """Where a page finds this file; another one after each change of it. KeyError if it is not there."""
        return self._files[name].address

    async def serve(self, request: Request) -> Response:
        """Raises Refused."""
        found = self._files.get(request.path_params["name"])
        if found is None:
            raise not_found("No such file.")
        asked_for_this = request.url.query and found.address.endswith(request.url.query)
        headers = {"Cache-Control": FOR_EVER if asked_for_this else "no-cache"}
        return Response(found.octets, media_type=found.media_type, headers=headers)


def _read(path: Path, name: str) -> StaticFile:
    octets = path.read_bytes()
    digest = hashlib.sha256(octets).hexdigest()[:16]
    return StaticFile(octets, MEDIA_TYPES[path.suffix], f"{ROOT}{name}?{digest}")
