"""Every word of the code that a report may hold has its French."""

from rempart.engines.directory.model import Kind
from rempart.kernel.outcome import Outcome
from rempart.render.words import KINDS, OUTCOMES, kind, kinds


def test_every_kind_and_outcome_has_a_french_name() -> None:
    assert {k.name.lower() for k in Kind} | {"managed_account"} <= KINDS.keys()
    assert set(Outcome) == OUTCOMES.keys()


def test_an_unknown_kind_is_shown_as_it_is() -> None:
    assert kind("fusée") == "fusée"
    assert kinds("user") == "Comptes"
