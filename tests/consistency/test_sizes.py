"""A file that outgrows a screenful of ideas is cut, or is listed here with its reason."""

import ast
from pathlib import Path

import pytest

from support.tree import files, name

FILE_LINES = 400
FUNCTION_LINES = 50
TEMPLATE_LINES = 200

EXCEPTIONS: dict[str, str] = {}
"""Path, or path::function → why it may be longer."""

PYTHON = files("*.py")
TEMPLATES = files("src/*.j2", "src/*.html", "src/*.typ")


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_python_file_has_at_most_400_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES or name(path) in EXCEPTIONS


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_function_has_at_most_50_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [
        f"{name(path)}::{node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert [found for found in long if found not in EXCEPTIONS] == []


def test_a_template_has_at_most_200_lines() -> None:
    long = [name(p) for p in TEMPLATES if len(p.read_text("utf-8").splitlines()) > TEMPLATE_LINES]
    assert [found for found in long if found not in EXCEPTIONS] == []


def test_every_exception_is_still_needed() -> None:
    known = {name(path) for path in (*PYTHON, *TEMPLATES)}
    assert {found.split("::")[0] for found in EXCEPTIONS} <= known
    assert all(EXCEPTIONS.values())
