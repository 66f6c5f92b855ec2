"""Steps by hand: what a test engineer does to Devices and hubs, what follows, and what is told of it."""

import pytest

from smets.scenarios.planning import scenario_of
from smets.scenarios.results import ScenarioResult
from smets.scenarios.running import Running

FLEET = (
    "seed: hand\nfleets: [{name: homes, count: 2}]\nfirmware: {v2: {device_type: ESME, version: 00000002}}\n"
)


async def _played(*steps: str) -> ScenarioResult:
    return await Running().in_process(
        scenario_of(FLEET + "steps:\n" + "".join(f"  - {step}\n" for step in steps))
    )


async def test_a_meter_off_is_not_reached_and_on_again_tells_of_it() -> None:
    result = await _played(
        "power: {devices: homes/1/ESME, state: off}",
        "send: {srv: 11.2, to: homes/1/ESME, expect: {response: E20}}",
        "send: {srv: 11.2, to: homes/2/ESME, expect: {response: I0}}",
        "advance: 10m",
        "power: {devices: homes/1/ESME, state: on}",
        "expect: {user: network operator, alert: 8F36, about: homes/1/ESME, times: 1}",
        "expect: {user: network operator, alert: 8F36, about: homes/2/ESME, times: 0}",
    )

    assert result.passed, result.failures
    assert result.steps[0].told == "power of ESME 00-DB-12-34-00-00-00-02 off"


async def test_power_goes_at_activation() -> None:
    result = await _played(
        "send: {srv: 11.1, to: ESME, firmware: v2}",
        "advance: 2h",
        "power: {devices: homes/1/ESME, state: off, at_activation: yes}",
        "send: {srv: 11.2, to: homes/1/ESME, expect: {response: I0}}",
        "send: {srv: 11.3, to: ESME, firmware: v2, expect: {response: I0, share: 50%}}",
        "expect: {devices: homes/1/ESME, firmware_version: 00000001, pending_version: 00000002}",
        "expect: {devices: homes/2/ESME, firmware_version: 00000002}",
    )

    assert result.passed, result.failures
    assert result.steps[2].told.endswith("off when they next activate firmware")


@pytest.mark.parametrize("devices", ["homes/1/CHF", "homes/1/ESME", "homes/1"])
async def test_the_hub_of_devices_is_switched_once(devices: str) -> None:
    result = await _played(
        f"hub: {{devices: {devices}, state: off}}",
        "send: {srv: 11.2, to: homes/1/ESME, expect: {response: E20}}",
        "send: {srv: 11.2, to: homes/2/ESME, expect: {response: I0}}",
        f"hub: {{devices: {devices}, state: on}}",
        "send: {srv: 11.2, to: ESME, expect: {response: I0}}",
    )

    assert result.passed, result.failures


async def test_meters_are_tampered_with() -> None:
    result = await _played(
        "tamper: {devices: homes/2/GSME, kind: battery-cover}",
        "tamper: {devices: ESME, kind: magnet}",
        "expect: {user: supplier, alert: 8F73, about: homes/2/GSME, times: 1}",
        "expect: {user: supplier, alert: 8F75, times: 2}",
    )

    assert result.passed, result.failures
    assert result.steps[1].told == "2 Devices tampered with: magnet"


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("drift: 2h", "2h fast"),
        ("drift: -5m", "5m slow"),
        ("drift: 0", "right"),
        ("set: 2021-11-05", "set"),
    ],
)
async def test_clocks_are_set(clock: str, told: str) -> None:
    result = await _played(f"device_clock: {{devices: homes/1/ESME, {clock}}}")

    assert result.passed, result.error
    assert result.steps[0].told == f"clock of ESME 00-DB-12-34-00-00-00-02 {told}"


async def test_a_fast_clock_activates_early() -> None:
    result = await _played(
        "send: {srv: 11.1, to: ESME, firmware: v2}",
        "advance: 2h",
        "send: {srv: 11.3, to: ESME, firmware: v2, at: +2h, within: 1m, expect: {response: I0}}",
        "device_clock: {devices: homes/1/ESME, drift: 1h}",
        "advance: 61m",
        "expect: {devices: homes/1/ESME, firmware_version: 00000002}",
        "expect: {devices: homes/2/ESME, firmware_version: 00000001}",
    )

    assert result.passed, result.failures


async def test_what_cannot_be_done_now_ends_the_scenario() -> None:
    result = await _played("power: {devices: homes/1/ESME, state: on}")

    assert "it is on already" in result.error
