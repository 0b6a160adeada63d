"""The tests themselves: each asserts something, and says what it skips."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.tree import files, name

TESTS = files("tests/**/test_*.py", "tests/test_*.py")
# Put together here, so that this file does not hold what it looks for; skipif states a platform and its reason.
HIDDEN = re.compile(r"mark\." + r"skip(?!if)|mark\." + r"xfail|pytest\." + r"skip\(")
CLAIMS = ("Assertion", "assert", "raises", "warns", "fail", "expect", "given", "wait_for")


def named_tests(path: Path) -> Iterator[ast.FunctionDef]:
    """The tests of one file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def claims(test: ast.FunctionDef) -> bool:
    """Whether a test asserts, calls something that does, or holds that nothing breaks for any input (given)."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = str(getattr(node.func, "attr", getattr(node.func, "id", "")))
            if called.lstrip("_").startswith(CLAIMS):
                return True
    return False


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_asserts_something(path: Path) -> None:
    assert [test.name for test in named_tests(path) if not claims(test)] == []


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_is_a_sentence(path: Path) -> None:
    short = [test.name for test in named_tests(path) if test.name.count("_") < 3]
    assert short == []


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_nothing_is_skipped_without_a_named_part(path: Path) -> None:
    assert HIDDEN.findall(path.read_text(encoding="utf-8")) == []
