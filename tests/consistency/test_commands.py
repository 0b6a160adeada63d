"""The commands that a person and CI share."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.parts import PARTS, missing
from support.tree import ROOT, files

SCRIPTS = [".ci/run", "tools/lock", "tools/node-parts", "tools/system-parts"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def parts_named(path: Path) -> Iterator[str]:
    """The parts that the tests of one file need."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "needs":
            yield from (str(a.value) for a in node.args if isinstance(a, ast.Constant))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_valid_and_runs_without_bash(script: str) -> None:
    path = ROOT / script
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(path)]).returncode == 0


def test_ci_runs_what_a_person_runs() -> None:
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last.startswith("exec make --no-print-directory test")


def test_the_help_lists_every_command() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    assert phony
    explained = re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.M)
    assert sorted(explained) == sorted(phony[1].split())


def test_an_unknown_set_of_parts_is_refused() -> None:
    done = subprocess.run(["sh", str(ROOT / "tools/system-parts"), "web"], capture_output=True)
    assert done.returncode == 64


def test_every_part_that_a_test_needs_is_known() -> None:
    assert {part for path in files("tests/*.py") for part in parts_named(path)} <= set(PARTS)


def test_a_part_that_nobody_knows_is_an_error_and_not_a_skip() -> None:
    with pytest.raises(KeyError):
        missing("abacus")
