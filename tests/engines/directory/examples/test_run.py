"""The runner of the examples of content files."""

from collections.abc import Iterator
from typing import Any

import pytest

from rempart.content.directory import DirectoryCheck, Example
from rempart.content.loader import directory_checks
from rempart.engines.directory.examples.directory import TODAY, example_directory
from rempart.engines.directory.examples.run import conclude, fault_of, not_clean, run_examples
from rempart.engines.directory.model import Fact
from rempart.engines.directory.registry import (
    CHECKS,
    Check,
    CheckFunction,
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
)
from rempart.kernel.outcome import Outcome

IDENTIFIER = "vuln_krbtgt"


def content() -> DirectoryCheck:
    return directory_checks()[IDENTIFIER]


def hit(ctx: Context) -> Iterator[Hit | Unmeasured]:
    yield Hit(ctx.directory.names.index("U01@SAIN.TEST"))


def silent(ctx: Context) -> Iterator[Hit | Unmeasured]:
    yield Unmeasured("rien à voir")


def nothing(ctx: Context) -> Iterator[Hit | Unmeasured]:
    return iter(())


def not_measured(ctx: Context) -> Iterator[Hit | Unmeasured]:
    raise NotMeasured("pas lu")


def not_applicable(ctx: Context) -> Iterator[Hit | Unmeasured]:
    raise NotApplicable("sans objet")


def put(monkeypatch: pytest.MonkeyPatch, function: CheckFunction, *needs: Fact) -> None:
    monkeypatch.setitem(CHECKS, IDENTIFIER, Check(IDENTIFIER, function, frozenset(needs)))


@pytest.mark.parametrize(
    ("function", "outcome"),
    [
        (hit, Outcome.FAILED),
        (silent, Outcome.NOT_MEASURED),
        (nothing, Outcome.PASSED),
        (not_measured, Outcome.NOT_MEASURED),
        (not_applicable, Outcome.NOT_APPLICABLE),
    ],
)
def test_a_check_concludes_from_what_it_yields(
    monkeypatch: pytest.MonkeyPatch, function: CheckFunction, outcome: Outcome
) -> None:
    put(monkeypatch, function)
    said = conclude(content(), example_directory(), TODAY)
    assert said is not None
    assert said.outcome == outcome


def test_a_lacking_fact_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, nothing, Fact.SYSVOL)
    said = conclude(content(), example_directory(), TODAY)
    assert said is not None
    assert (said.outcome, said.reason) == (Outcome.NOT_MEASURED, "sysvol")


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ({"expect": "failed", "levels": [2], "objects": ["u01"]}, ""),
        ({"expect": "passed"}, "passed attendu"),
        ({"expect": "failed", "levels": [1]}, "Niveaux [1] attendus"),
        ({"expect": "failed", "objects": ["u02"]}, "Objets absents : u02"),
        ({"expect": "failed", "remove": ["personne"]}, "ne se lit pas"),
    ],
)
def test_an_example_is_held_to_what_it_says(
    monkeypatch: pytest.MonkeyPatch, example: dict[str, Any], expected: str
) -> None:
    put(monkeypatch, hit)
    fault = fault_of(content(), Example(title="essai", **example))
    assert fault.startswith(expected) if not expected else expected in fault
    assert bool(fault) == bool(expected)


def test_a_content_file_without_function_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CHECKS, IDENTIFIER)
    assert "Aucune fonction" in fault_of(content(), Example(title="essai", expect="passed"))


def test_a_failure_names_its_check_and_its_example(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, not_measured)
    failures = run_examples([IDENTIFIER])
    assert {failure.check for failure in failures} == {IDENTIFIER}
    assert "pas lu" in failures[0].found


def test_every_control_passes_on_the_healthy_directory() -> None:
    assert not_clean() == []


def test_a_control_that_fails_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, hit)
    assert [(f.check, f.found) for f in not_clean()] == [(IDENTIFIER, "failed : U01@SAIN.TEST")]
