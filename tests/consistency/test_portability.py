"""The audit runs on a Windows laptop: nothing that only POSIX has, no encoding left to the machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.tree import files, name

SOURCE = files("src/*.py")
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}
POSIX_CALLS = {"fork", "geteuid", "getuid", "getpgid", "mkfifo", "setuid", "sysconf", "uname"}
TEXT_CALLS = {"read_text": 0, "write_text": 1, "open": 2}
"""Call → how many arguments may stand before the encoding given by position."""


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Each call of a module with the last word of what it calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", getattr(node.func, "id", ""))


def imports(path: Path) -> Iterator[str]:
    """Top-level packages that a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def opens_text(call: ast.Call, called: str) -> bool:
    """Whether a call reads or writes text: for open, unless its mode says bytes."""
    if called != "open":
        return True
    modes = [
        a for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Constant)
    ]
    shown = [str(m.value) for m in modes if isinstance(m.value, str) and len(m.value) <= 3]
    return isinstance(call.func, ast.Name) and not any("b" in mode for mode in shown)


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_nothing_is_used_that_only_posix_has(path: Path) -> None:
    used = {called for call, called in calls(path) if isinstance(call.func, ast.Attribute)}
    assert (set(imports(path)) & POSIX_MODULES, used & POSIX_CALLS) == (set(), set())


@pytest.mark.parametrize("path", SOURCE, ids=name)
def test_text_is_read_and_written_in_a_stated_encoding(path: Path) -> None:
    silent = [
        f"{called}, line {call.lineno}"
        for call, called in calls(path)
        if called in TEXT_CALLS
        and opens_text(call, called)
        and len(call.args) <= TEXT_CALLS[called]
        and "encoding" not in {keyword.arg for keyword in call.keywords}
    ]
    assert silent == []
