"""The catalogue: whole, in our own words, and with examples that would notice a broken check."""

from collections import Counter

import pytest

from rempart.content.directory import CheckKind, DirectoryCheck
from rempart.content.loader import directory_actions, directory_checks, directory_relations

CHECKS = list(directory_checks().values())
CONTROLS = [check for check in CHECKS if check.kind == CheckKind.CONTROL]
POINTS_BY_LEVEL = {1: 37, 2: 30, 3: 21, 4: 7}
"""Points of the published list, reviewed on 2026-09-03: 76 controls, 95 points."""


def by_id(check: DirectoryCheck) -> str:
    return check.id


def test_the_76_controls_and_their_95_points_are_there() -> None:
    assert len(CONTROLS) == 76
    assert Counter(p.level for c in CONTROLS for p in c.points) == POINTS_BY_LEVEL


def test_the_50_unscored_items_are_there() -> None:
    kinds = Counter(check.kind for check in CHECKS)
    assert (kinds[CheckKind.WARNING], kinds[CheckKind.INFO]) == (37, 13)


@pytest.mark.parametrize("check", CHECKS, ids=by_id)
def test_the_id_says_the_kind(check: DirectoryCheck) -> None:
    prefix = {CheckKind.CONTROL: "vuln"}.get(check.kind, check.kind.value)
    assert check.id.startswith(f"{prefix}_")


@pytest.mark.parametrize("check", CONTROLS, ids=by_id)
def test_a_control_leads_to_its_official_text(check: DirectoryCheck) -> None:
    assert check.source.anchor == check.id
    assert check.source.link.startswith("https://")
    assert all(point.level in POINTS_BY_LEVEL for point in check.points)


@pytest.mark.parametrize("check", CONTROLS, ids=by_id)
def test_each_point_of_a_control_has_an_example_that_fails_it(check: DirectoryCheck) -> None:
    failing = [example for example in check.examples if example.expect == "failed"]
    shown = {level for example in failing for level in example.levels}
    levels = {point.level for point in check.points}
    assert failing
    assert len(levels) == 1 or levels <= shown


@pytest.mark.parametrize("check", CHECKS, ids=by_id)
def test_a_check_has_an_example_that_fails_and_one_that_does_not(check: DirectoryCheck) -> None:
    expected = {example.expect for example in check.examples}
    assert "failed" in expected
    assert expected & {"passed", "not_applicable"}


def test_no_text_is_said_twice() -> None:
    for field in ("title", "why", "attack"):
        said = Counter(getattr(check, field).strip() for check in CHECKS)
        assert [text for text, times in said.items() if times > 1] == [], field


@pytest.mark.parametrize("check", CHECKS, ids=by_id)
def test_what_a_check_names_exists(check: DirectoryCheck) -> None:
    assert set(check.related) <= set(directory_checks())
    assert not check.title.endswith(".")


def test_what_an_action_closes_and_what_cuts_a_relation_exist() -> None:
    actions = directory_actions()
    assert {c for action in actions.values() for c in action.closes} <= set(directory_checks())
    cuts = {relation.cut for relation in directory_relations().values()} - {"none"}
    assert cuts <= set(actions)
