"""The level is held between two audits in the delays, and nothing that was not measured proves it."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.held import Audit, WindowState, reaches_level, window
from rempart.engines.exposure.seen.common import Reach
from rempart.kernel.outcome import Outcome
from support.exposure import report, service

RULES = held_rules()
START = date(2026, 3, 1)
GOOD, BAD, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_MEASURED


def on(day: int, outcome: Outcome = GOOD) -> Audit:
    return Audit(START + timedelta(day), outcome)


def state(*audits: Audit, today: int) -> WindowState:
    return window(audits, START + timedelta(today), RULES).state


@pytest.mark.parametrize(
    ("audits", "today", "expected"),
    [
        ([], 0, "none"),
        ([on(0, BAD)], 0, "none"),
        ([on(0)], 44, "waiting"),
        ([on(0)], 45, "open"),
        ([on(0)], 50, "closing"),
        ([on(0)], 60, "closing"),
        ([on(0)], 61, "missed"),
        ([on(0), on(44)], 44, "waiting"),
        ([on(0), on(45)], 45, "held"),
        ([on(0), on(60)], 60, "held"),
        ([on(0), on(61)], 61, "waiting"),
        ([on(0), on(20, BAD), on(50)], 50, "waiting"),
        ([on(0), on(20, UNKNOWN), on(50)], 50, "waiting"),
        ([on(0), on(50, BAD)], 50, "lost"),
        ([on(0), on(50, UNKNOWN)], 50, "lost"),
        ([on(0), on(10), on(65)], 65, "held"),
        ([on(0), on(50), on(80, BAD)], 90, "held"),
        ([on(0), on(50)], 49, "open"),
    ],
)
def test_the_proof_stands_where_the_audits_say(
    audits: list[Audit], today: int, expected: str
) -> None:
    assert state(*audits, today=today) == expected


def test_the_warning_names_the_day_when_the_window_closes() -> None:
    said = window([on(0)], START + timedelta(52), RULES)
    assert (said.state, said.days_left) == (WindowState.CLOSING, 8)
    assert "30/04/2026, dans 8 jours" in said.message


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([GOOD, BAD, UNKNOWN])), max_size=12),
    st.integers(0, 220),
)
def test_a_proof_has_both_its_ends_good_and_nothing_else_between(
    told: list[tuple[int, Outcome]], today: int
) -> None:
    audits = [on(day, outcome) for day, outcome in told]
    said = window(audits, START + timedelta(today), RULES)
    if said.state is not WindowState.HELD:
        return
    assert said.first and said.second
    assert RULES.least_days <= (said.second.on - said.first.on).days <= RULES.most_days
    between = [a for a in audits if said.first.on < a.on < said.second.on]
    assert {a.outcome for a in between} <= {GOOD}


def test_an_open_door_does_not_reach_the_level() -> None:
    said = reaches_level(report(service(3389, "rdp")), RULES)
    assert said.outcome is BAD
    assert "1 constat bloquant : Le constat service_rdp" in said.reasons[0]


def test_a_silent_door_does_not_reach_the_level_either() -> None:
    silent = report(service(443, "https"), service(3389, reach=Reach.SILENT, reason="Muet."))
    said = reaches_level(silent, RULES)
    assert said.outcome is UNKNOWN
    assert "ne prouve rien" in said.reasons[0]


def test_a_sweep_that_measured_nothing_reaches_nothing() -> None:
    assert reaches_level(report(), RULES).outcome is UNKNOWN


def test_a_sweep_that_was_stopped_proves_no_level() -> None:
    whole = report(service(80, "http", banner="x/1"))
    assert reaches_level(whole, RULES).outcome is GOOD
    stopped = msgspec.structs.replace(whole, pieces=10, pieces_stopped=1)
    assert reaches_level(stopped, RULES).outcome is UNKNOWN


def test_small_things_and_what_lies_outside_do_not_block_on_the_day_of_the_sweep() -> None:
    seen = [
        service(80, "http", banner="x/1"),
        service(443, reach=Reach.OUTSIDE, reason="Hors périmètre."),
    ]
    assert reaches_level(report(*seen), RULES, "k") == Audit(date(2026, 5, 28), GOOD, (), "k")


def test_the_severities_that_block_are_configuration() -> None:
    rules = msgspec.structs.replace(
        RULES, blocking_severities=["critical", "low"], blocking_confidences=["probable"]
    )
    assert reaches_level(report(service(80, "http", banner="x/1")), rules).outcome is BAD
