"""What pytest is told of the plugin: its options, their likes in the configuration file, its markers."""

import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

RANDOM = "random"
RUNS = "smets-runs"
SEED = "smets_seed"
"""How a worker of xdist is told which was drawn."""
CONNECTION_FILE = "connection.json"
"""What a system that runs has in its state folder."""

MARKERS = (
    "smets(release, seed, fleet, ...): keys of a fleet file, or `fleet`, a file or a text: what the system is made of",
    "scenario(file, seed, release, ...): the scenario file is played before the function's body, which may go on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`seed`: in place of every other, empty: none; `default_seed`: where nobody says another. `state`: of a system
    that runs. `record`: the folder under which runs are kept, those of failing tests or all."""

    seed: str
    default_seed: str
    state: Path | None
    record: Path
    keep_all: bool


def add_options(parser: pytest.Parser) -> None:
    """Options of the command line, and of the configuration file under the same names."""
    group = parser.getgroup("smets", "smets: an emulated smart metering system")
    group.addoption(
        "--smets-seed",
        default="",
        metavar="SEED",
        help="seed of every system, in place of the tests' own; 'random' draws one",
    )
    group.addoption(
        "--smets-state",
        default="",
        metavar="DIR",
        help="run on the system with this state folder (smets up) instead of one for each test",
    )
    group.addoption(
        "--smets-record",
        default="",
        metavar="DIR",
        help=f"folder under which runs of failing tests are kept (default: {RUNS})",
    )
    group.addoption("--smets-keep-all", action="store_true", help="keep every run, not only those that fail")
    parser.addini("smets_seed", "seed of the systems whose tests and fleet files name none", default="")
    parser.addini("smets_state", "state folder of a running system to test on", default="")
    parser.addini("smets_record", "folder under which runs of failing tests are kept", default=RUNS)
    parser.addini("smets_keep_all", "keep every run", type="bool", default=False)


def configure(config: pytest.Config) -> None:
    """Markers are known, and a seed is drawn where that was asked for: once, for all workers of xdist."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if config.option.smets_seed == RANDOM:
        config.option.smets_seed = getattr(config, "workerinput", {}).get(SEED) or secrets.token_hex(4)
    state = _state(config)
    if state is not None and not (state / CONNECTION_FILE).is_file():
        raise pytest.UsageError(
            f"--smets-state {state}: no system runs with this state folder; "
            f"start one by 'smets up FLEET --state {state}'"
        )
    if config.option.smets_seed and state is not None:
        raise pytest.UsageError(
            "--smets-seed with --smets-state: the seed of a system that runs is its own; leave one of them out"
        )


def settings_of(config: pytest.Config) -> Settings:
    """The command line goes before the configuration file."""
    record = config.option.smets_record or config.getini("smets_record")
    return Settings(
        seed=config.option.smets_seed,
        default_seed=config.getini("smets_seed"),
        state=_state(config),
        record=config.invocation_params.dir / record,
        keep_all=config.option.smets_keep_all or config.getini("smets_keep_all"),
    )


def header(config: pytest.Config) -> list[str]:
    """What was chosen for the whole session, if anything was."""
    state = _state(config)
    rows = (
        f"seed {config.option.smets_seed}" if config.option.smets_seed else "",
        f"state {state}" if state else "",
    )
    told = ", ".join(row for row in rows if row)
    return [f"smets: {told}"] if told else []


def _state(config: pytest.Config) -> Path | None:
    named = config.option.smets_state or config.getini("smets_state")
    return config.invocation_params.dir / named if named else None
