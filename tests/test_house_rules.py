"""The rules of the house that no tool knows, each proved by an offence that it must notice."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ledger", "operations", "smart_metering", "dsp", "device_emulator", "smets")
PLACES = (*PACKAGES, "tests", "benchmarks", "examples", "scripts")
GENERATED = "smart_metering/rpc/v1/"
KNOW_GENERATED_CODE = (
    "benchmarks/",
    "device_emulator/rpc/",
    "dsp/rpc/",
    "examples/real_hub.py",  # it speaks to the SM WAN itself
    "smart_metering/wire/",
    "smets/client/",
    "tests/",
)
CORES = (
    "device_emulator/core/",
    "device_emulator/devices/",
    "device_emulator/faults/",
    "device_emulator/firmware/",
    "dsp/core/",
    "dsp/rules/",
    "ledger/",
    "smart_metering/",
)

PUBLISHED = {
    "smets/client/__init__.py"
}  # what others import by one name; each name is looked up when asked for

FILE_LINES = 400
FUNCTION_LINES = 70
MEANINGLESS_NAMES = {"data", "helper", "helpers", "info", "manager", "process", "util", "utils"}
REGISTRATIONS = {"add_typer", "callback", "command"}  # what a command line tells its parser about itself

TEXT_SUFFIXES = {
    ".css",
    ".html",
    ".js",
    ".json",
    ".md",
    ".mjs",
    ".proto",
    ".py",
    ".pyi",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}
UNWELCOME_TEXT = (
    # written so that no pattern finds itself
    (re.compile(r"\b(?:T[O]DO|F[I]XME)\b"), "unfinished work; finish it, or record the decision not to"),
    (re.compile(r"(?<![\w.}])/(?:home|root|Users)/"), "a path of one machine"),
    (
        re.compile(r"https?://(?:files|registry)\.|https?://[^ \"]*/simple(?:[/ \"]|$)"),
        "the address of a registry",
    ),
)


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: `path` from the repository's root with slashes, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module


Offence = tuple[int, str]
Rule = Callable[[Module], Iterator[Offence]]


def read_module(path: str, text: str) -> Module:
    return Module(path, text, ast.parse(text, path))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the house that somebody wrote."""
    paths = (path for place in PLACES for path in sorted((ROOT / place).rglob("*.py")))
    named = ((path.relative_to(ROOT).as_posix(), path) for path in paths)
    return tuple(
        read_module(name, path.read_text("utf-8")) for name, path in named if not name.startswith(GENERATED)
    )


# --- the rules ----------------------------------------------------------------------------------------------


def opens_with_a_sentence(module: Module) -> Iterator[Offence]:
    if not ast.get_docstring(module.tree):
        yield 1, "a module opens with one sentence saying what it is"


def only_introduces_its_package(module: Module) -> Iterator[Offence]:
    if module.path.endswith("/__init__.py") and module.path not in PUBLISHED:
        for statement in module.tree.body[1:]:
            yield statement.lineno, "__init__.py introduces the package and gathers nothing"


def has_a_telling_name(module: Module) -> Iterator[Offence]:
    stem = Path(module.path).stem.removeprefix("test_")
    if stem in MEANINGLESS_NAMES:
        yield 1, f"{stem!r} does not say what is in the module"


def knows_generated_code_only_at_the_doors(module: Module) -> Iterator[Offence]:
    if module.path.startswith(KNOW_GENERATED_CODE):
        return
    for line, name in imported_names(module.tree):
        if f"{name}.".startswith("smart_metering.rpc.v1.") or name == "smart_metering.rpc":
            yield line, f"only {', '.join(KNOW_GENERATED_CODE)} know generated code"


def draws_no_chance_in_a_core(module: Module) -> Iterator[Offence]:
    if not module.path.startswith(CORES):
        return
    for line, name in imported_names(module.tree):
        if f"{name}.".startswith("random.") and name != "random.Random":
            yield line, "in a core chance is keyed: from random import Random, and give it a key"


def does_no_work_when_imported(module: Module) -> Iterator[Offence]:
    for statement in module.tree.body[1:]:
        match statement:
            case ast.For() | ast.AsyncFor() | ast.While() | ast.With() | ast.AsyncWith():
                yield (
                    statement.lineno,
                    "importing does no work: no loop or open resource at the top of a module",
                )
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=called))) if called in REGISTRATIONS:
                pass
            case ast.Expr(value=ast.Call()):
                yield (
                    statement.lineno,
                    "importing does no work: no call for its effect at the top of a module",
                )
            case _:
                pass


def is_one_room(module: Module) -> Iterator[Offence]:
    lines = len(module.text.splitlines()) - sum(map(rows_of, module.tree.body))
    if lines > FILE_LINES:
        yield 1, f"{lines} lines besides the rows of its tables, {FILE_LINES} at most: look for the door"


def has_functions_that_fit_one_page(module: Module) -> Iterator[Offence]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            signature = node.body[0].lineno - node.lineno  # of a command it is its help, and as long as that
            lines = lines_of(node) - max(signature - 1, 0)
            if lines > FUNCTION_LINES:
                yield node.lineno, f"{node.name} has {lines} lines, {FUNCTION_LINES} at most: it is two"


def imported_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def rows_of(statement: ast.stmt) -> int:
    """The lines that are rows: a collection written out at the top of a module, or the members of an enum."""
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            shown = [value, *value.args] if isinstance(value, ast.Call) else [value]
            is_table = any(isinstance(part, ast.Tuple | ast.List | ast.Dict | ast.Set) for part in shown)
        case ast.ClassDef(body=body):
            is_table = all(isinstance(member, ast.Assign | ast.Expr) for member in body)
        case _:
            is_table = False
    return lines_of(statement) if is_table else 0


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


# --- each rule holds, and can fail --------------------------------------------------------------------------

LONG_BODY = "\n".join(f"    a = {number}" for number in range(FUNCTION_LINES))
LONG_FILE = "\n".join(f"def f{number}(): ..." for number in range(FILE_LINES))

OFFENCES: tuple[tuple[Rule, str, str], ...] = (
    (opens_with_a_sentence, "dsp/a.py", "A = 1"),
    (only_introduces_its_package, "dsp/__init__.py", '"""D."""\nfrom dsp.core import engine'),
    (has_a_telling_name, "dsp/core/utils.py", '"""D."""'),
    (knows_generated_code_only_at_the_doors, "dsp/core/a.py", "from smart_metering.rpc.v1 import clock_pb2"),
    (knows_generated_code_only_at_the_doors, "smets/cli/a.py", "import smart_metering.rpc.v1.clock_pb2"),
    (knows_generated_code_only_at_the_doors, "dsp/runtime/a.py", "from smart_metering import rpc"),
    (draws_no_chance_in_a_core, "device_emulator/faults/a.py", "import random"),
    (draws_no_chance_in_a_core, "dsp/rules/a.py", "from random import choice"),
    (does_no_work_when_imported, "dsp/a.py", '"""D."""\nconnect()'),
    (does_no_work_when_imported, "dsp/a.py", '"""D."""\nwith open("a") as f: A = f.read()'),
    (is_one_room, "dsp/a.py", '"""D."""\n' + LONG_FILE),
    (has_functions_that_fit_one_page, "dsp/a.py", f"def f():\n{LONG_BODY}"),
)
RULES = tuple(dict.fromkeys(rule for rule, _, _ in OFFENCES))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module(rule: Rule) -> None:
    offences = [f"{module.path}:{line}: {what}" for module in modules() for line, what in rule(module)]

    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES)
def test_a_rule_notices_its_offence(rule: Rule, path: str, text: str) -> None:
    assert list(rule(read_module(path, text)))


def test_rows_of_tables_do_not_make_a_file_long() -> None:
    rows = "\n".join(f'    ("{number}", 1),' for number in range(FILE_LINES))

    assert not list(is_one_room(read_module("dsp/rules/a.py", f'"""D."""\nROWS = (\n{rows}\n)')))


def test_a_core_may_key_its_own_chance() -> None:
    module = read_module("device_emulator/faults/dice.py", "from random import Random")

    assert not list(draws_no_chance_in_a_core(module))


# --- what is not Python -------------------------------------------------------------------------------------


def texts() -> Iterator[Path]:
    """Every text of the repository that git could hold; what tools make lives in hidden folders."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if not name.startswith((".", "__")) and name not in {"build", "dist", "node_modules"}
        ]
        if Path(folder) == ROOT:
            folders.append(".ci")
        for path in (Path(folder) / name for name in files):
            if path.suffix in TEXT_SUFFIXES or path.parent.name in {"scripts", ".ci"}:
                yield path


def unwelcome_lines(text: str) -> Iterator[Offence]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield from ((number, why) for pattern, why in UNWELCOME_TEXT if pattern.search(line))


def test_no_text_holds_what_is_unfinished_or_local() -> None:
    offences = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {why}"
        for path in texts()
        for line, why in unwelcome_lines(path.read_text("utf-8"))
    ]

    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(
    "line", ["# T\x4fDO later", "see /h\x6fme/me/notes", "https://pypi.example/s\x69mple/"]
)
def test_unwelcome_text_is_noticed(line: str) -> None:
    assert list(unwelcome_lines(line))


# --- importing, watched -------------------------------------------------------------------------------------

IMPORT_EVERYTHING = r"""
import importlib, os, pkgutil, sys

DEEDS = {
    "os.fork", "os.mkdir", "os.posix_spawn", "os.remove", "os.rename", "os.system", "signal.pthread_kill",
    "socket.bind", "socket.connect", "socket.getaddrinfo", "sqlite3.connect", "subprocess.Popen",
}
OURS = tuple(os.path.join(os.getcwd(), package, "") for package in sys.argv[1:])
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

def called_by_us():
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_code.co_filename.startswith(OURS):
            return True
        if frame.f_code.co_name == "<module>" and frame.f_code.co_filename != "<string>":
            return False  # a library's import; its manners are its own
        frame = frame.f_back
    return False

def watch(event, arguments):
    is_deed = event in DEEDS or (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING)
    if is_deed and called_by_us():
        raise RuntimeError(f"importing did work: {event} {arguments}")

sys.addaudithook(watch)
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, prefix=name + "."):
        importlib.import_module(module.name)
"""


def import_everything(folder: Path, *packages: str) -> str:
    """Imports every module of the packages in `folder`; what a module did beyond that, or nothing."""
    watched = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING, *packages],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return watched.stderr if watched.returncode else ""


def test_importing_every_module_does_no_work() -> None:
    assert not import_everything(ROOT, *PACKAGES)


@pytest.mark.parametrize(
    "work",
    [
        "import pathlib; pathlib.Path('made').write_text('')",
        "import socket; HUB = socket.create_connection(('127.0.0.1', 9))",
        "import sqlite3; STORE = sqlite3.connect(':memory:')",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_work_at_import_is_noticed(work: str, tmp_path: Path) -> None:
    package = tmp_path / "busy"
    package.mkdir()
    (package / "__init__.py").write_text('"""B."""')
    (package / "worker.py").write_text(work)

    assert "importing did work" in import_everything(tmp_path, "busy")
