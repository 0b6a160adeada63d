"""Objectives met, not met, not measured."""

from datetime import date
from decimal import Decimal
from typing import Any

from rempart.content.directory import Status
from rempart.content.frameworks import Framework, Item, Level, Origin, Piece, Theme, Window
from rempart.engines.eligibility.objectives import (
    Given,
    Held,
    Holdings,
    Measured,
    ObjectiveState,
    evaluate,
)
from rempart.engines.eligibility.share import Entity
from rempart.kernel.outcome import Outcome
from rempart.kernel.period import Place

SOURCE = Origin("Arrêté d’essai")
POLICY = Piece("policy", "Politique signée", Window("2022-07-16", "candidacy"))
NAMED = {"candidacy": date(2025, 10, 31)}


def state(item: dict[str, Any], **known: Any) -> ObjectiveState:
    levels = [Level(0, "rien"), Level(1, "fait")]
    asked = Item(id="trial.P1", title="?", levels=levels, target=1, source=SOURCE, **item)
    framework = Framework(
        "trial", "1", "Essai", "Essai", "", "", SOURCE, Status.STABLE, None, [Theme("t", "T", items=[asked])]
    )  # fmt: skip
    defaults: dict[str, Any] = {
        "answers": {}, "measured": {}, "documents": [], "entities": {}, "named": NAMED,
        "today": date(2026, 1, 10),
    }  # fmt: skip
    (found,) = evaluate(framework, Holdings(**(defaults | known)))
    return found


def held(day: date | None, **more: Any) -> Held:
    return Held("1", "PSSI", frozenset({"piece:trial.P1/policy"}), day, **more)


def test_nothing_known_is_not_measured() -> None:
    assert state({}).outcome is Outcome.NOT_MEASURED


def test_i_do_not_know_is_not_measured() -> None:
    assert state({}, answers={"trial.P1": Given(None)}).outcome is Outcome.NOT_MEASURED


def test_declared_with_a_piece_in_its_window_is_met() -> None:
    found = state(
        {"pieces": [POLICY]},
        answers={"trial.P1": Given(1)},
        documents=[held(date(2024, 1, 1)), held(date(2020, 1, 1))],
    )
    assert found.outcome is Outcome.PASSED
    assert found.missing == ()


def test_a_policy_revised_too_early_is_said() -> None:
    found = state(
        {"pieces": [POLICY]},
        answers={"trial.P1": Given(1)},
        documents=[held(date(2022, 7, 15))],
    )
    assert found.outcome is Outcome.FAILED
    assert [p.place for p in found.missing] == [Place.TOO_EARLY]


def test_a_missing_piece_says_until_when_it_must_be_dated() -> None:
    found = state({"pieces": [POLICY]}, answers={"trial.P1": Given(1)})
    assert found.outcome is Outcome.FAILED
    assert found.missing[0].due_on == date(2025, 10, 31)


def test_a_piece_alone_does_not_say_that_the_level_is_reached() -> None:
    found = state({"pieces": [POLICY]}, documents=[held(date(2024, 1, 1))])
    assert found.outcome is Outcome.NOT_MEASURED


def test_an_expired_piece_is_asked_again() -> None:
    found = state(
        {"pieces": [POLICY]},
        answers={"trial.P1": Given(1)},
        documents=[held(date(2024, 1, 1), valid_until=date(2025, 12, 31))],
    )
    assert found.missing[0].is_expired


def test_a_piece_expires_by_its_own_validity() -> None:
    asked = Piece("policy", "Politique signée", valid_months=12)
    given = {"answers": {"trial.P1": Given(1)}}
    assert state({"pieces": [asked]}, documents=[held(date(2024, 1, 1))], **given).missing
    assert not state({"pieces": [asked]}, documents=[held(date(2025, 6, 1))], **given).missing
    assert not state({"pieces": [asked]}, documents=[held(None)], **given).missing


def test_a_measure_counts_before_what_is_declared() -> None:
    found = state(
        {}, answers={"trial.P1": Given(1)}, measured={"trial.P1": Measured(0, "audit du 3 mai")}
    )
    assert found.outcome is Outcome.FAILED
    assert found.declared == Given(1)


def test_not_applicable_is_left_out() -> None:
    found = state({}, answers={"trial.P1": Given(None, is_not_applicable=True)})
    assert found.outcome is Outcome.NOT_APPLICABLE


def test_a_share_of_activity_decides_for_several_entities() -> None:
    def outcome(*weights: int) -> Outcome:
        rows = [Entity(str(n), "CH", Decimal(w), n == 0) for n, w in enumerate(weights)]
        known = {"answers": {"trial.P1": Given(1)}, "entities": {"trial.P1": rows}}
        return state({"share": 0.66}, **known).outcome

    assert outcome(66, 34) is Outcome.PASSED
    assert outcome(65, 35) is Outcome.FAILED
    assert outcome(0, 0) is Outcome.NOT_MEASURED
    assert outcome(1) is Outcome.PASSED
