"""What an emulator counts of itself while it works."""

from operations.counts import Count, Durations


class Figures:
    """Counted since the process started; nothing of it is kept."""

    def __init__(self) -> None:
        self.downlinks = Count("content")
        self.uplinks = Count("content")
        self.faults = Count("fate")
        self.streams = Count()
        self.turns = Durations()
        self.expiries = Durations()
        self.commits = Durations()
        self.commit_changes = Count()
        self.behind_ms = 0
        """How far the clock was behind the DSP's when the last frame came, of time that runs."""

    def commit(self, seconds: float, changes: int) -> None:
        """A commit of so many changes is durable."""
        self.commits.add(seconds)
        self.commit_changes.by[()] += changes
