"""The door to pytest: hooks and fixtures. What is heavy is imported when a fixture is used, not when pytest starts."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from smets.pytest_plugin.asking import Asked, WrongMarker, asked_by
from smets.pytest_plugin.options import SEED, add_options, configure, header, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from smets.pytest_plugin.clocks import TestClock
    from smets.pytest_plugin.devices import Fleet
    from smets.pytest_plugin.duis import Duis
    from smets.pytest_plugin.faults import Faults
    from smets.pytest_plugin.stage import Stage
    from smets.pytest_plugin.system import Smets
    from smets.pytest_plugin.users import User


class Worker(Protocol):
    """Of xdist, as the plugin sees it."""

    config: pytest.Config
    workerinput: dict[str, object]


STAGE: "pytest.StashKey[Stage]" = pytest.StashKey()
MARKERS = ("smets", "scenario")


# --- hooks


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Worker) -> None:
    """A worker of xdist is about to be started."""
    node.workerinput[SEED] = node.config.option.smets_seed


def pytest_report_header(config: pytest.Config) -> list[str]:
    return header(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A marked test has its system, whether it names the fixture or not."""
    for item in items:
        is_marked = any(item.get_closest_marker(name) for name in MARKERS)
        if is_marked and isinstance(item, pytest.Function) and "smets" not in item.fixturenames:
            item.fixturenames.append("smets")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """The scenario first, then the function."""
    if pyfuncitem.get_closest_marker("scenario") is not None:
        _play(pyfuncitem)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    stage = item.stash.get(STAGE, None)
    if stage is not None and stage.is_open:
        if report.failed and call.when != "teardown":
            _attach(item, report, stage)
        elif call.when == "call" and settings_of(item.config).keep_all and stage.place.running is None:
            _keep(item, report, stage)
    return report


# --- fixtures


@pytest.fixture
def smets(request: pytest.FixtureRequest) -> "Iterator[Smets]":
    """A DSP and emulated Devices in this process, on virtual time; or the system of --smets-state."""
    from smets.client.blocking import Blocking
    from smets.pytest_plugin.stage import Place, Stage
    from smets.pytest_plugin.system import Smets

    item, settings = request.node, settings_of(request.config)
    asked = _asked(item)
    seed = settings.seed or asked.keys.get("seed")
    keys = {**asked.keys, **({"seed": seed} if seed else {})}
    place = Place(name=item.nodeid, folders=_folders(item), running=settings.state)
    with Blocking() as blocking:
        stage = Stage(
            blocking,
            place,
            Asked(keys=keys, fleet=asked.fleet, scenario=asked.scenario),
            settings.default_seed,
        )
        item.stash[STAGE] = stage
        try:
            if asked.fleet:
                _open(stage)
            yield Smets(stage)
        finally:
            del item.stash[STAGE]


@pytest.fixture
def fleet(smets: "Smets") -> "Callable[..., Fleet]":
    """`fleet(count=3)`, `fleet("fleet.yaml")`, or the text of a fleet file: premises that stand from now on."""
    return smets.fleet


@pytest.fixture
def clock(smets: "Smets") -> "TestClock":
    """The one clock of the system: `clock.advance("2h")`."""
    return smets.clock


@pytest.fixture
def faults(smets: "Smets") -> "Faults":
    """Faults on the link: `faults.lose("11.3", meter)`."""
    return smets.faults


@pytest.fixture
def user(smets: "Smets") -> "Callable[[str], User]":
    """`user("supplier")`: a DUIS User with its keys, which sends, and was sent."""
    return smets.user


@pytest.fixture
def duis(smets: "Smets", request: pytest.FixtureRequest) -> "Iterator[Duis]":
    """DUIS XML over HTTP: `duis.send("request.xml")`, `duis.receive("I0")`; `duis.url` for a client that is tested."""
    from smets.pytest_plugin.duis import Duis

    opened = Duis(request.node.stash[STAGE])
    try:
        yield opened
    finally:
        opened.close()


# --- what they do


def _asked(item: pytest.Item) -> Asked:
    try:
        return asked_by(item.iter_markers())
    except WrongMarker as error:
        wrong = str(error)
    pytest.fail(wrong, pytrace=False)


def _open(stage: "Stage") -> None:
    """Of what the markers say; what is wrong with that is told without a traceback of ours."""
    from smets.client.errors import SmetsError
    from smets.fleet.reading import FleetFileError
    from smets.pytest_plugin.words import text_and_source

    try:
        stage.begin(*text_and_source(stage.asked.fleet, stage.place.folders))
    except (FleetFileError, SmetsError, TypeError) as error:
        wrong = str(error)
    else:
        return
    pytest.fail(wrong, pytrace=False)


def _play(item: pytest.Function) -> None:
    """What does not hold is told without a traceback: nobody's Python failed."""
    from smets.client.errors import SmetsError
    from smets.fleet.reading import FleetFileError
    from smets.pytest_plugin.failing import DidNotHold
    from smets.pytest_plugin.system import Smets
    from smets.pytest_plugin.words import scenario_text
    from smets.scenarios.planning import scenario_of

    stage = item.stash[STAGE]
    try:
        scenario = scenario_of(*scenario_text(stage.asked.scenario, stage.place.folders))
        Smets(stage).play(scenario)
    except (DidNotHold, FleetFileError, SmetsError) as error:
        wrong = str(error)
    else:
        return
    pytest.fail(wrong, pytrace=False)


def _folders(item: pytest.Item) -> tuple[Path, ...]:
    """Where files are that a test names: beside it, then where pytest has its root, then where it was started."""
    return item.path.parent, item.config.rootpath, item.config.invocation_params.dir


def _attach(item: pytest.Item, report: pytest.TestReport, stage: "Stage") -> None:
    from smets.pytest_plugin.keeping import attached

    try:
        found = attached(stage, _folder(item, stage), report.longreprtext)
    except Exception as error:  # noqa: BLE001 whatever breaks here must not hide why the test failed
        report.sections.append(("smets: not attached", f"{type(error).__name__}: {error}"))
        return
    report.sections.extend(found.sections)
    item.user_properties.extend(found.properties)
    report.user_properties.extend(found.properties)


def _keep(item: pytest.Item, report: pytest.TestReport, stage: "Stage") -> None:
    from smets.pytest_plugin.keeping import keep

    try:
        keep(stage, _folder(item, stage), "")
    except OSError as error:
        report.sections.append(("smets: not kept", str(error)))


def _folder(item: pytest.Item, stage: "Stage") -> Path:
    from smets.pytest_plugin.keeping import folder_name

    config = item.config
    is_each = getattr(config.option, "dist", "no") == "each"  # where each worker runs each test
    worker = config.workerinput["workerid"] if is_each and hasattr(config, "workerinput") else ""
    return settings_of(config).record / folder_name(item.nodeid, stage.seed, worker)
