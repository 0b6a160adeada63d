"""The model's words, as content names them."""

from rempart.content.loader import directory_checks, directory_facts
from rempart.engines.directory.model import Fact


def test_every_fact_has_a_french_label_that_ends_the_sentence() -> None:
    labels = directory_facts()
    assert set(labels) == set(Fact)
    assert all(label[0].islower() and not label.endswith(".") for label in labels.values())


def test_the_examples_name_facts_that_exist() -> None:
    named = {
        fact for check in directory_checks().values() for e in check.examples for fact in e.without
    }
    assert named <= set(Fact)
