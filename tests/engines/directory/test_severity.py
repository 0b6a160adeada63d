"""What a failed control of the directory weighs."""

import pytest

from rempart.content.directory import CheckKind
from rempart.content.loader import directory_checks
from rempart.content.severity import Severity
from rempart.engines.directory.report import ControlResult
from rempart.engines.directory.severity import LEVELS, severity_of
from rempart.kernel.outcome import Outcome


def failing(kind: str, *levels: int) -> ControlResult:
    """A control of this kind that fails at these levels."""
    return ControlResult(
        id="vuln_x",
        kind=kind,
        title="Un constat",
        theme="Comptes",
        objects=[],
        levels=list(levels),
        outcome=Outcome.FAILED,
        reason="",
        failed_levels=list(levels),
    )


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((1, 3), Severity.CRITICAL), ((2,), Severity.HIGH), ((3,), Severity.MEDIUM), ((4,), "low")],
)
def test_a_control_weighs_what_the_lowest_level_that_it_fails_does(
    levels: tuple[int, ...], expected: str
) -> None:
    assert severity_of(failing("control", *levels)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("extra", "medium"), ("warning", "low"), ("info", "info")]
)
def test_what_has_no_level_weighs_what_its_kind_does(kind: str, expected: str) -> None:
    assert severity_of(failing(kind)) == expected


def test_every_level_of_the_catalogue_has_a_severity() -> None:
    checks = [c for c in directory_checks().values() if c.kind == CheckKind.CONTROL]
    assert {point.level for check in checks for point in check.points} == set(LEVELS)
