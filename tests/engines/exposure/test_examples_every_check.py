"""What every registered check owes: content, examples, no socket, the same verdict twice, nothing on nothing."""

from datetime import date

import msgspec

from rempart.content.exposure_catalogue import exposure_catalogue, exposure_checks
from rempart.engines.exposure.content_check import faults_of_content
from rempart.engines.exposure.examples import run_examples, seen_of
from rempart.engines.exposure.registry import CHECKS
from rempart.engines.exposure.run import run
from rempart.kernel.outcome import Outcome
from support.exposure import TODAY, snapshot

CONTENTS = exposure_checks()
EXAMPLES = [(content, example) for content in CONTENTS.values() for example in content.examples]


def test_the_content_holds_together() -> None:
    assert faults_of_content() == []


def test_each_check_has_its_content_and_the_reverse() -> None:
    assert set(CHECKS) == set(CONTENTS)


def test_every_example_is_concluded_as_it_says() -> None:
    assert run_examples(CONTENTS) == []


def test_an_empty_sweep_passes_nothing_and_finds_nothing() -> None:
    report = run(snapshot(), catalogue=exposure_catalogue(), today=TODAY, tool_version="1")
    assert (report.findings, report.endpoints) == ([], [])
    assert {c.outcome for c in report.checks} <= {Outcome.NOT_APPLICABLE}


def test_the_examples_together_give_the_same_report_twice() -> None:
    seen = [seen_of(example, CHECKS[content.id]) for content, example in EXAMPLES]
    whole = snapshot(*seen)  # type: ignore[arg-type]
    told = {"catalogue": exposure_catalogue(), "today": date(2026, 6, 1), "tool_version": "1"}
    first, second = (msgspec.json.encode(run(whole, **told)) for _ in range(2))  # type: ignore[arg-type]
    assert first == second


def test_no_verdict_on_an_example_lacks_its_words() -> None:
    seen = [seen_of(example, CHECKS[content.id]) for content, example in EXAMPLES]
    report = run(snapshot(*seen), catalogue=exposure_catalogue(), today=TODAY, tool_version="1")  # type: ignore[arg-type]
    assert [f.key for f in report.findings if not f.detail or f.fix is None] == []
    assert [g for g in report.gaps if not g.reason] == []
    broken = [g for g in report.gaps if "n’a pas su lire" in g.reason]
    assert broken == []
