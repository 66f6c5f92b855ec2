"""Where a replay parts from its run, told so that the place can be found."""

from typing import Literal

import msgspec

Side = Literal["DSP", "emulator"]


class Divergence(Exception):
    """At `event` of this side's journal the replay was not what the run had been.

    Every replay of the same program is the same: the program is another than that of the run, or the run was written
    by hands of its own.
    """

    def __init__(self, side: Side, event: int, what: str) -> None:
        self.side = side
        self.event = event
        self.what = what
        super().__init__(f"the replay parts from the run at event {event} of the {side}: {what}")


def difference(run: msgspec.Struct, replay: msgspec.Struct, path: str = "") -> str:
    """The first field in which two records of a kind differ: `uplink.at: 5 in the run, 6 in the replay`."""
    if type(run) is not type(replay):
        return f"{path or 'it'}: {type(run).__name__} in the run, {type(replay).__name__} in the replay"
    for name in run.__struct_fields__:
        of_run, of_replay = getattr(run, name), getattr(replay, name)
        if of_run == of_replay:
            continue
        place = f"{path}.{name}" if path else name
        if isinstance(of_run, msgspec.Struct) and isinstance(of_replay, msgspec.Struct):
            return difference(of_run, of_replay, place)
        return f"{place}: {_shown(of_run)} in the run, {_shown(of_replay)} in the replay"
    return ""


def _shown(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
