"""What a DSP counts as it goes must be what counting it anew would give."""

from collections import Counter

from dsp.core.state import State


def assert_counts_are_true(state: State) -> None:
    """Devices by type and status, and the post book by stage."""
    devices = Counter((row.device.device_type, row.device.device_status) for row in state.devices.values())
    stages = Counter(row.stage for row in state.outstanding.values())
    assert +state.devices_by_status == devices
    assert +state.outstanding_by_stage == stages
    assert min((*state.devices_by_status.values(), *state.outstanding_by_stage.values()), default=0) >= 0
