"""Runs a module as a program that ends when whoever started it is gone, however they went.

`python -m smets.local_system.lifeline MODULE ARGUMENTS`. Standard input is the line between them: nobody writes to it,
and when the other end is gone the program is asked to end (SIGTERM), as `stop` would have done.
"""

import os
import runpy
import signal
import sys
from threading import Thread

STANDARD_INPUT = 0


def main() -> None:
    """Becomes the module named by the first argument."""
    Thread(target=_end_with_the_line, daemon=True).start()
    _, *sys.argv = sys.argv
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_the_line() -> None:
    while os.read(STANDARD_INPUT, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
