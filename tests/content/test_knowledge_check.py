"""Knowledge that does not hold together is refused, with a sentence that names the fault."""

from typing import Any

import msgspec
import pytest

from rempart.content import knowledge_check
from rempart.content.frameworks import Framework, ItemMap, Programme
from rempart.content.knowledge_check import Knowledge, cycle_of_maps, faults_of, unmended
from rempart.content.measures import Measure

ORIGIN = {"document": "Un guide"}
LEVELS = [{"value": 0, "text": "Rien."}, {"value": 1, "text": "Fait."}]


def item(name: str, **changes: Any) -> dict[str, Any]:
    told = {"title": "Une question ?", "plain": "Dit autrement.", "why": "Le soin.", "target": 1}
    told |= {"how_to_know": "Demandez.", "levels": LEVELS, "source": ORIGIN}
    return {"id": name} | told | changes


def framework(name: str, items: list[dict[str, Any]], **changes: Any) -> Framework:
    themes = [{"id": "theme", "title": "Un thème", "items": items}]
    told = {"version": "1", "title": "T", "short_title": "T", "description": "D", "statement": "S"}
    told |= {"source": ORIGIN, "status": "stable", "revised_on": None, "themes": themes}
    return msgspec.convert({"id": name} | told | changes, Framework)


def measure(name: str, **changes: Any) -> Measure:
    told = {"title": "Faire", "why": "Utile.", "steps": ["Faire."], "cost": {"days": {"high": 1}}}
    told |= {"mends": [{"item": "grid.one", "to": 1}], "status": "stable", "source": ORIGIN}
    return msgspec.convert({"id": name, "revised_on": "2026-11-22"} | told | changes, Measure)


def programme(**changes: Any) -> Programme:
    told = {"id": "call", "title": "Appel", "framework": "grid", "status": "stable"}
    told |= {"dates": [{"id": "start", "title": "Début", "source": ORIGIN}], "thresholds": []}
    return msgspec.convert(told | {"revised_on": "2026-11-22"} | changes, Programme)


def item_map(*pairs: tuple[str, str, str], a: str = "grid", b: str = "other") -> ItemMap:
    told = {"id": "m", "a": a, "b": b, "status": "stable", "revised_on": "2026-11-22"}
    said = [{"a": x, "b": y, "relation": r, "confidence": 0.8} for x, r, y in pairs]
    return msgspec.convert(told | {"pairs": said}, ItemMap)


def known(*frameworks: Framework, **others: Any) -> Knowledge:
    told: dict[str, Any] = {"programmes": {}, "measures": {}, "maps": {}}
    told |= {"facts": {"directory.level"}, "findings": {"vuln_krbtgt"}} | others
    return Knowledge(frameworks={f.id: f for f in frameworks}, **told)


def of_items(*items: dict[str, Any], **changes: Any) -> list[str]:
    return faults_of(known(framework("grid", list(items), **changes)))


def test_what_holds_together_has_no_fault() -> None:
    grid = framework("grid", [item("grid.one")], programme="call")
    found = known(grid, programmes={"call": programme()}, measures={"m": measure("m")})
    assert (faults_of(found), unmended(found)) == ([], [])


def test_an_identifier_given_twice_in_a_framework_is_told() -> None:
    assert "question grid.one est donné 2 fois" in of_items(item("grid.one"), item("grid.one"))[0]


def test_an_identifier_shared_by_two_frameworks_is_told() -> None:
    found = faults_of(
        known(framework("grid", [item("grid.one")]), framework("other", [item("grid.one")]))
    )
    assert any("plusieurs référentiels : grid, other" in fault for fault in found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "other.one"}, "doit commencer par « grid. »"),
        ({"levels": LEVELS[:1]}, "au moins deux niveaux"),
        ({"levels": LEVELS[::-1]}, "aller croissant"),
        ({"target": 3}, "le niveau visé 3"),
        ({"target": 0}, "où rien n’est fait"),
        ({"groups": ["EE"]}, "« EE » n’existe pas"),
        ({"why": " "}, "il manque why"),
        ({"prefill": [{"fact": "x", "steps": []}]}, "« x » n’existe pas"),
        ({"prefill": [{"fact": "directory.level", "steps": []}]}, "ne mène à aucun niveau"),
        (
            {"prefill": [{"fact": "directory.level", "steps": [{"at_least": 3, "level": 4}]}]},
            "au niveau inconnu 4",
        ),
        (
            {"prefill": [{"fact": "directory.level", "steps": [{"at_least": 3, "level": 1}] * 2}]},
            "deux niveaux au même seuil",
        ),
    ],
)
def test_a_question_that_does_not_hold_is_told(changes: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in of_items(item("grid.one", **changes)))


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"since": "someday"}, "« someday » n’est ni un jour ni une date du programme"),
        ({"since": "2026-02-30"}, "« 2026-02-30 » n’est ni un jour"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "finit avant de commencer"),
    ],
)
def test_a_window_of_dates_that_does_not_hold_is_told(window: dict[str, str], said: str) -> None:
    piece = {"id": "paper", "title": "Un papier", "window": window}
    assert any(said in fault for fault in of_items(item("grid.one", pieces=[piece])))


def test_conclusions_that_do_not_start_at_zero_are_told() -> None:
    outcome = {"id": "high", "title": "Haut", "text": "Haut.", "at_least": 50}
    assert any("de 0 vers 100" in fault for fault in of_items(item("grid.one"), outcomes=[outcome]))


def test_a_framework_without_questions_or_of_an_unknown_programme_is_told() -> None:
    found = " ".join(of_items(programme="nowhere"))
    assert "aucune question" in found
    assert "le programme « nowhere » n’existe pas" in found


def test_a_deprecated_framework_is_not_asked_for_more_words() -> None:
    assert of_items(item("grid.one", why=""), status="deprecated") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"framework": "nowhere"}, "« nowhere » n’existe pas"),
        ({}, "ne nomme pas ce programme"),
        ({"expenses_since": "someday"}, "« someday » de la période d’éligibilité"),
        ({"thresholds": [{"id": "start", "title": "S", "source": ORIGIN}]}, "start est donné 2"),
        (
            {
                "thresholds": [
                    {"id": "s", "title": "S", "source": ORIGIN}
                    | {"since": "2026-02-01", "until": "2026-01-01"}
                ]
            },
            "le seuil s finit avant",
        ),
    ],
)
def test_a_programme_that_does_not_hold_is_told(changes: dict[str, Any], said: str) -> None:
    grid = framework("grid", [item("grid.one")])
    found = faults_of(known(grid, programmes={"call": programme(**changes)}))
    assert any(said in fault for fault in found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requires": ["nothing"]}, "« nothing » n’existe pas"),
        ({"requires": ["m"]}, "m → m : chacune attend la suivante"),
        ({"cost": {"days": {"low": 2, "high": 1}}}, "le bas de la fourchette"),
        ({"steps": []}, "aucune étape"),
        ({"mends": []}, "ne répare rien"),
        ({"mends": [{"item": "grid.one", "to": 1}] * 2}, "répare 2 fois"),
        ({"mends": [{}]}, "soit une question, soit un constat"),
        ({"mends": [{"finding": "vuln_other"}]}, "le constat « vuln_other » n’existe pas"),
        ({"mends": [{"item": "grid.two", "to": 1}]}, "la question « grid.two » n’existe pas"),
        ({"mends": [{"item": "grid.one", "to": 2}]}, "n’a pas de niveau 2"),
        ({"mends": [{"item": "grid.one"}]}, "où rien n’est fait"),
    ],
)
def test_a_measure_that_does_not_hold_is_told(changes: dict[str, Any], said: str) -> None:
    grid = framework("grid", [item("grid.one")])
    found = faults_of(known(grid, measures={"m": measure("m", **changes)}))
    assert any(said in fault for fault in found)


def test_measures_that_wait_for_each_other_are_told_in_order() -> None:
    grid = framework("grid", [item("grid.one")])
    both = {"m": measure("m", requires=["n"]), "n": measure("n", requires=["m"])}
    found = faults_of(known(grid, measures=both))
    assert any("m → n → m" in fault or "n → m → n" in fault for fault in found)


def test_an_item_that_no_measure_brings_to_its_target_is_known() -> None:
    grid = framework("grid", [item("grid.one"), item("grid.two")])
    assert unmended(known(grid, measures={"m": measure("m")})) == ["grid.two"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (item_map(("grid.one", "equal", "other.two")), "« other.two » n’est pas de other"),
        (item_map(("grid.one", "equal", "grid.one"), b="grid"), "rapprochée d’elle-même"),
        (item_map(b="grid"), "rapproche un référentiel de lui-même"),
        (item_map(b="nowhere"), "« nowhere » n’existe pas"),
        (item_map(*[("grid.one", "equal", "other.one")] * 2), "rapprochées 2 fois"),
    ],
)
def test_a_map_that_does_not_hold_is_told(found: ItemMap, said: str) -> None:
    both = [framework(name, [item(f"{name}.one")]) for name in ("grid", "other")]
    faults = faults_of(known(*both, maps={found.id: found}))
    assert any(said in fault for fault in faults)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "a_includes_b", "b"), ("b", "a_includes_b", "c"), ("c", "a_includes_b", "a")],
        [("a", "a_includes_b", "b"), ("c", "b_includes_a", "b"), ("a", "b_includes_a", "c")],
        [("a", "a_includes_b", "b"), ("b", "equal", "c"), ("c", "a_includes_b", "a")],
        [("a", "equal", "b"), ("b", "a_includes_b", "a")],
    ],
)
def test_questions_that_include_each_other_in_a_loop_are_told(
    pairs: list[tuple[str, str, str]],
) -> None:
    named = [(f"f.{a}", relation, f"f.{b}") for a, relation, b in pairs]
    assert len(cycle_of_maps([item_map(*named)])) == 1


def test_a_chain_of_inclusions_without_a_loop_is_accepted() -> None:
    pairs = [("f.a", "a_includes_b", "f.b"), ("f.b", "a_includes_b", "f.c")]
    assert cycle_of_maps([item_map(*pairs, ("f.a", "overlap", "f.c"))]) == []


def test_the_packaged_knowledge_is_what_the_command_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(knowledge_check, "as_packaged", lambda: known(framework("grid", [])))
    assert knowledge_check.faults() == ["frameworks/grid : aucune question."]
