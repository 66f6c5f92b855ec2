"""A fleet whose hubs all answer at one instant, and are asked again, is carried through a world of one process."""

from smets.scenarios.planning import scenario_of
from smets.scenarios.running import Running

TEXT = """
fleets: [{name: homes, count: 250}]
firmware:
  v2: {device_type: ESME, version: "00000002"}
steps:
  - send: {srv: "11.1", to: homes/ESME, firmware: v2}
  - advance: 1d
expect:
  - {devices: homes/ESME, pending_version: "00000002"}
"""


async def test_however_many_hubs_answer_at_once_nothing_nests() -> None:
    result = await Running().in_process(scenario_of(TEXT))

    assert result.passed, result.error or result.failures
