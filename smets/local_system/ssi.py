"""How the DSP of a local system serves the pages of the Self-Service Interface."""

from dataclasses import dataclass
from pathlib import Path

from smart_metering.rpc.access import AccessFiles
from smets.local_system.protection import options_of

PORT = "127.0.0.1:8088"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssi:
    """`listen` (HOST:PORT) is where they are, empty: nowhere. `development_sign_in`: one may be anybody there."""

    listen: str = ""
    development_sign_in: bool = False

    def arguments(self, emulator: Path, parties: Path, access: AccessFiles, listening: str = "") -> list[str]:
        """Of `python -m dsp`. The emulator writes where it listens into a file, for it starts after the DSP.

        `parties` has the parties' keys, which the pages are given with development sign-in alone.
        `listening`: where the pages were before, so that browsers find them again.
        """
        if not self.listen:
            return []
        arguments = ["--ssi-listen", listening or self.listen, "--ssi-emulator", f"@{emulator}"]
        arguments += options_of(access, prefix="ssi-emulator-")
        if self.development_sign_in:
            arguments += ["--ssi-development-sign-in", "--ssi-development-keys", str(parties)]
        return arguments


NO_SSI = Ssi()
