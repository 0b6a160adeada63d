"""The rules of the exposure audit: a table that does not hold together is refused by its name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from rempart.content import exposure_rules
from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.content.exposure_rules import held_rules, score_rules
from rempart.content.knowledge import programmes
from rempart.content.loader import content_root
from rempart.content.severity import risk_points
from rempart.kernel.errors import InvalidContent


def changed(folder: Path, monkeypatch: pytest.MonkeyPatch, filename: str, **changes: Any) -> None:
    """The rules are read from a folder where one file differs."""
    text = (content_root() / "reference" / filename).read_text("utf-8")
    (folder / "reference").mkdir()
    told = yaml.safe_load(text) | changes
    (folder / "reference" / filename).write_text(yaml.safe_dump(told), encoding="utf-8")
    monkeypatch.setattr(exposure_rules, "content_root", lambda: folder)
    monkeypatch.setattr(exposure_rules, "score_rules", score_rules.__wrapped__)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {
                "grades": [
                    {"id": "B", "at_least": 10, "meaning": "x"},
                    {"id": "A", "at_least": 90, "meaning": "x"},
                ]
            },
            "de la meilleure à 0",
        ),
        (
            {
                "grades": [
                    {"id": "A", "at_least": 90, "meaning": "x"},
                    {"id": "B", "at_least": 10, "meaning": "x"},
                ]
            },
            "de la meilleure à 0",
        ),
        ({"confidences": {"confirmed": 1}}, "confirmed, probable et possible"),
        ({"repeat": 2}, "repeat"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_scale_that_does_not_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str
) -> None:
    changed(tmp_path, monkeypatch, "exposure_score.yaml", **changes)
    with pytest.raises(InvalidContent, match=said):
        score_rules.__wrapped__()


def test_a_window_that_ends_before_it_begins_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(tmp_path, monkeypatch, "exposure_held.yaml", least_days=61)
    with pytest.raises(InvalidContent, match="finit avant de commencer"):
        held_rules.__wrapped__()


def test_what_no_text_has_confirmed_says_so() -> None:
    assert (held_rules().severities_source.is_certain, held_rules().status) == (False, "draft")
    assert not score_rules().source.is_certain


def test_the_level_is_held_for_a_programme_that_exists() -> None:
    assert held_rules().programme in programmes()


def test_a_worse_finding_never_has_a_higher_ceiling() -> None:
    """What the property « aggravating never raises the score » asks of the table."""
    by_severity = {c.severity: c.at_most for c in score_rules().ceilings if c.severity}
    order = sorted(by_severity, key=lambda s: -risk_points()[s])
    assert [by_severity[s] for s in order] == sorted(by_severity.values())


def test_the_catalogue_changes_its_hash_with_its_files() -> None:
    found = exposure_catalogue()
    assert len(found.sha256) == 64
    assert found.version >= "2026-11-22"
