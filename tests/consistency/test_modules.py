"""Modules: documented, without cycles, free of what the command line must not need."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
import rustworkx

from support.tree import ROOT, files, name

SOURCE = files("src/*.py")
DOCUMENTED_LAYERS = ("src/rempart/kernel/", "src/rempart/engines/")


# Django writes the first migration of an app, and writes it again at each change.
WRITTEN_BY_DJANGO = "/migrations/0001_initial.py"


@pytest.mark.parametrize("path", [p for p in SOURCE if WRITTEN_BY_DJANGO not in name(p)], ids=name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)


@pytest.mark.parametrize(
    "path", [p for p in SOURCE if name(p).startswith(DOCUMENTED_LAYERS)], ids=name
)
def test_a_public_function_or_class_of_kernel_and_engines_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_import_runs_in_a_circle() -> None:
    graph = grimp.build_graph("rempart", cache_dir=None)
    names = sorted(graph.modules)
    rows = {module: row for row, module in enumerate(names)}
    imports = rustworkx.PyDiGraph()
    imports.add_nodes_from(names)
    for module in names:
        for imported in graph.find_modules_directly_imported_by(module):
            imports.add_edge(rows[module], rows[imported], None)
    circles = [c for c in rustworkx.strongly_connected_components(imports) if len(c) > 1]
    assert [[names[row] for row in circle] for circle in circles] == []


def test_the_command_line_starts_where_django_is_absent() -> None:
    commands = "audit, collect, compare, content, main"
    code = f"import sys; sys.modules['django'] = None; from rempart.cli import {commands}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_in_the_source_asserts() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in SOURCE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_every_test_of_an_engine_mirrors_a_source_file() -> None:
    strays = []
    for path in files("tests/engines/*.py", "tests/kernel/*.py", "tests/content/*.py"):
        stem = path.stem.removeprefix("test_")
        if path.stem == stem or name(path) in INTEGRATION:
            continue
        source = ROOT / "src" / "rempart" / path.parent.relative_to(ROOT / "tests")
        parts = stem.split("_")
        begins = ["_".join(parts[: n + 1]) for n in range(len(parts))]
        if not any((source / f"{b}.py").exists() or (source / b).is_dir() for b in begins):
            strays.append(name(path))
    assert strays == []


INTEGRATION: dict[str, str] = {
    "tests/engines/directory/checks/test_examples.py": "every check and its content file",
    "tests/engines/directory/collect/test_hostile_servers.py": "the collector and a server that lies",
    "tests/engines/directory/collect/test_samba.py": "the collector and a real domain controller",
    "tests/engines/directory/read/test_three_formats.py": "three readers and the generator",
    "tests/engines/exposure/probe/dns/test_checks.py": "every check of names and mail, and real zones",
    "tests/engines/exposure/probe/dns/test_hostile.py": "the resolver and servers that lie",
    "tests/engines/exposure/probe/dns/test_mail_records.py": "the readers of mail records, together",
    "tests/engines/exposure/probe/dns/test_odd_zones.py": "every check and domains that are not like the others",
    "tests/engines/exposure/probe/dns/test_traps.py": "the looks at a zone and at its mail, and zones that mean harm",
    "tests/engines/exposure/probe/mail/test_hostile_hosts.py": "policy hosts and mail servers that mean harm",
    "tests/engines/exposure/probe/dns/test_proofs.py": "denials and keys, beside another implementation",
    "tests/engines/exposure/probe/dns/test_spf.py": "SPF followed over real zones",
    "tests/engines/directory/test_live.py": "a whole audit of a real domain controller",
    "tests/engines/exposure/test_real_endpoints.py": "every check and the servers that it is tried on",
}
"""A test of an engine that follows no single source file → what it holds together."""
