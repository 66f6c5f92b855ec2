"""Help needs nothing that takes long to import; measured times are for scripts/measure_help, not for a test."""

import subprocess
import sys

import pytest

from smets.cli.__main__ import COMMANDS, GROUPS

SLOW = ("asyncio", "cryptography", "grpc", "msgspec", "pydantic", "rich", "structlog", "yaml")

SHOW_HELP = """
import sys
sys.argv = ["smets", *sys.argv[1:]]
from smets.cli.__main__ import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
sys.stderr.write(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def help_of(*words: str) -> tuple[str, set[str]]:
    """What it says, and what was imported for it."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW_HELP, *words, "--help"], capture_output=True, text=True, check=True
    )
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("words", [(), *((name,) for name in (*COMMANDS, *GROUPS))], ids=" ".join)
def test_help_imports_nothing_slow(words: tuple[str, ...]) -> None:
    said, imported = help_of(*words)

    assert said.startswith(f"Usage: {' '.join(('smets', *words))} ")
    assert not imported.intersection(SLOW)


def test_help_of_a_verb_is_that_of_its_noun_s_command() -> None:
    said, _ = help_of("clock", "advance")

    assert said.startswith("Usage: smets clock advance [OPTIONS] {DURATION}")
    assert "SMETS_STATE" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("bogus",), "No such command 'bogus'"),
        (("clock", "advanc"), "Did you mean 'advance'?"),
        (("up",), "Missing argument 'FLEET.yaml'"),
        (("--bogus",), "No such option"),
        (("up", "f.yaml", "--metrics-port", "70000"), "less than or equal to 65534"),
        (("up", "f.yaml", "--log-format", "xml"), "xml"),
    ],
)
def test_a_wrong_command_line_is_said_plainly_with_exit_code_2(words: tuple[str, ...], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smets.cli", *words], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
