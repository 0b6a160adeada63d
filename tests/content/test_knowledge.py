"""The knowledge that Rempart brings: whole, in plain French, and each question leads to something to do."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from rempart.content.directory import CheckKind
from rempart.content.frameworks import Framework, Item
from rempart.content.knowledge import frameworks, item_maps, measures
from rempart.content.knowledge_check import as_packaged, faults, unmended
from rempart.content.loader import directory_checks
from rempart.content.measures import Measure

FRAMEWORKS = list(frameworks().values())
ITEMS = [item for framework in FRAMEWORKS for item in framework.items]
MEASURES = list(measures().values())
COUNTS = {"esms13": (13, 26), "hygiene": (10, 42), "governance": (4, 11), "exercise_level": (4, 12)}
"""Themes and items of the frameworks whose size is part of what they are."""
ENGLISH = re.compile(
    r"\b(?:backups?|cloud|emails?|mails?|firewalls?|phishing|ransomware|patch(?:s|es)?|malwares?|"
    r"process|reporting|workflow|awareness|monitoring|reset|login|password)\b",
    re.IGNORECASE,
)
LONGEST = 38
"""Words in a sentence: beyond, one runs out of breath when reading aloud."""


def by_id(what: Framework | Item | Measure) -> str:
    return what.id


def sentences(*texts: str) -> Iterator[str]:
    for text in texts:
        yield from re.split(r"(?<=[.?!;:])\s+", text)


def said(item: Item) -> list[str]:
    return [item.title, item.plain, item.why, item.how_to_know, *(x.text for x in item.levels)]


def test_the_knowledge_holds_together() -> None:
    assert faults() == []


@pytest.mark.parametrize(("name", "counts"), COUNTS.items(), ids=list(COUNTS))
def test_a_framework_has_all_its_themes_and_questions(name: str, counts: tuple[int, int]) -> None:
    framework = frameworks()[name]
    assert (len(framework.themes), len(framework.items)) == counts


@pytest.mark.parametrize("name", ["esms13", "governance", "hygiene"])
def test_each_question_shows_five_levels(name: str) -> None:
    shown = {item.id: [x.value for x in item.levels] for item in frameworks()[name].items}
    assert {i: values for i, values in shown.items() if values != [0, 1, 2, 3, 4]} == {}


def test_a_nursing_home_answers_two_questions_a_theme_in_thirty_minutes() -> None:
    guide = frameworks()["esms13"]
    assert [len(theme.items) for theme in guide.themes] == [2] * 13
    assert guide.minutes == 30


def test_the_hygiene_rules_keep_their_official_numbers() -> None:
    refs = [item.ref for item in frameworks()["hygiene"].items]
    assert refs == [str(number) for number in range(1, 43)]


def test_the_exercise_grid_leads_to_three_levels() -> None:
    outcomes = frameworks()["exercise_level"].outcomes
    assert [outcome.title for outcome in outcomes] == ["Débutant", "Intermédiaire", "Confirmé"]


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=by_id)
def test_a_framework_says_who_wrote_it_and_that_it_is_not_official(framework: Framework) -> None:
    assert "Rempart" in framework.statement
    assert re.search(r"n(?:e sont|’est) (?:pas|ni) (?:le|un) texte", framework.statement)


@pytest.mark.parametrize("item", ITEMS, ids=by_id)
def test_a_question_is_in_plain_french(item: Item) -> None:
    texts = said(item)
    assert [m.group() for text in texts if (m := ENGLISH.search(text))] == []
    assert [s for s in sentences(*texts) if len(s.split()) > LONGEST] == []
    assert [text for text in texts if "'" in text] == []


@pytest.mark.parametrize("item", ITEMS, ids=by_id)
def test_a_question_is_asked_and_its_levels_differ(item: Item) -> None:
    assert item.title.endswith("?")
    assert len({level.text for level in item.levels}) == len(item.levels)


def test_every_question_is_brought_to_its_target_by_a_measure() -> None:
    assert unmended(as_packaged()) == []


def test_every_finding_of_the_directory_that_counts_is_mended_by_a_measure() -> None:
    mended = {mends.finding for measure in MEASURES for mends in measure.mends}
    wanted = {i for i, c in directory_checks().items() if c.kind != CheckKind.INFO}
    assert wanted - mended == set()


def test_each_question_of_a_nursing_home_has_something_to_do_this_month() -> None:
    quick = {mends.item for measure in MEASURES if measure.is_quick for mends in measure.mends}
    assert [i.id for i in frameworks()["esms13"].items if i.id not in quick] == []


@pytest.mark.parametrize("measure", MEASURES, ids=by_id)
def test_a_measure_tells_how_and_at_what_cost(measure: Measure) -> None:
    assert len(measure.steps) >= 3
    assert measure.cost.days.high > 0
    assert measure.owner_function
    texts = [measure.title, measure.why, *measure.steps]
    assert [m.group() for text in texts if (m := ENGLISH.search(text))] == []
    assert [s for s in sentences(*texts) if len(s.split()) > LONGEST] == []


@pytest.mark.parametrize("measure", MEASURES, ids=by_id)
def test_a_quick_measure_costs_a_home_less_than_a_week(measure: Measure) -> None:
    assert not measure.is_quick or measure.cost.days.high <= 6


def test_no_measure_is_proposed_twice_under_two_names() -> None:
    titles = Counter(measure.title for measure in MEASURES)
    assert [title for title, times in titles.items() if times > 1] == []


def test_maps_say_how_sure_they_are() -> None:
    pairs = [pair for item_map in item_maps().values() for pair in item_map.pairs]
    assert {
        pair.a for pair in pairs if pair.relation == "overlap" and pair.confidence > 0.8
    } == set()
