"""The public names of the client: one list, what type checkers see of it, and where each is found."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import smets.client
from smets import client


def test_every_public_name_is_found() -> None:
    assert [name for name in client.__all__ if getattr(client, name).__name__ != name] == []


def test_type_checkers_see_the_names_where_they_are_found() -> None:
    tree = ast.parse(Path(client.__file__).read_text("utf-8"))
    seen = {
        alias.name: imported.module
        for block in tree.body
        if isinstance(block, ast.If)
        for imported in block.body
        if isinstance(imported, ast.ImportFrom)
        for alias in imported.names
    }

    assert sorted(seen) == sorted(client.__all__)
    assert seen == {name: module for module, names in client._MODULES.items() for name in names}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"'smets\.client' has no attribute 'Operator'"):
        _ = smets.client.Operator  # type: ignore[attr-defined]


def test_importing_the_package_imports_no_grpc() -> None:
    asked = "import sys, smets.client; print('grpc' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"
