"""JUnit XML of scenarios: a suite for each, a case for each of its steps, as CI servers read it."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from smets.scenarios.results import ScenarioResult, StepResult

_NOT_OF_XML = {code: "�" for code in range(32) if chr(code) not in "\t\n\r"}


def write_junit(path: Path, results: Iterable[ScenarioResult]) -> None:
    """One file for all of them."""
    root = ElementTree.Element("testsuites", name="smets run")
    for result in results:
        root.append(_suite(result))
    ElementTree.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(result: ScenarioResult) -> ElementTree.Element:
    failed = sum(bool(step.failures) for step in result.steps)
    suite = ElementTree.Element(
        "testsuite",
        name=result.name,
        file=result.source,
        tests=str(len(result.steps) + bool(result.error)),
        failures=str(failed),
        errors=str(int(bool(result.error))),
        time=f"{result.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("seed", result.seed), ("rules", result.rules), ("replay", result.replay_line)):
        ElementTree.SubElement(properties, "property", name=name, value=_clean(value))
    suite.extend(_case(result, step) for step in result.steps)
    if result.error:
        case = ElementTree.SubElement(suite, "testcase", classname=result.name, name="to its end", time="0")
        error = ElementTree.SubElement(case, "error", message=_clean(result.error.splitlines()[0]))
        error.text = _clean(result.error)
    return suite


def _case(result: ScenarioResult, step: StepResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=result.name,
        name=_clean(f"{step.number} {step.told}"),
        file=result.source,
        line=str(step.line),
        time=f"{step.seconds:.3f}",
    )
    if step.failures:
        failure = ElementTree.SubElement(
            case, "failure", message=_clean(step.failures[0].expected), type="expectation"
        )
        failure.text = _clean("\n\n".join(map(str, step.failures)))
    return case


def _clean(text: str) -> str:
    """Without what no XML may hold."""
    return text.translate(_NOT_OF_XML)
