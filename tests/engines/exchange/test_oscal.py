"""OSCAL catalogs, as they come and as they break."""

import json
from typing import Any

import pytest

from rempart.engines.exchange.oscal import read_oscal
from rempart.engines.exchange.reading import UnreadableFramework


def catalog(**more: Any) -> bytes:
    whole = {
        "uuid": "0", "metadata": {"title": "Catalogue d’essai", "version": "1.1",
        "last-modified": "2026-03-17T00:00:00Z", "parties": [{"name": "Un institut"}]},
    } | more  # fmt: skip
    return json.dumps({"catalog": whole}).encode()


CONTROL = {
    "id": "ac-1",
    "title": "Comptes",
    "props": [{"name": "label", "value": "AC-1"}],
    "params": [{"id": "p1", "values": ["un an"]}, {"id": "p2", "label": "qui"}],
    "parts": [
        {
            "name": "statement",
            "prose": "Revoir tous les {{ insert: param, p1 }}.",
            "parts": [{"name": "item", "prose": "Par {{ insert: param, p2 }}."}],
        },
        {"name": "guidance", "prose": "Demandez aux ressources humaines."},
    ],
    "controls": [{"id": "ac-1.1", "title": "Automatique"}],
}


def test_groups_are_themes_and_controls_are_items() -> None:
    group = {"id": "ac", "title": "Accès", "controls": [CONTROL]}
    framework = read_oscal(catalog(groups=[group])).framework
    (theme,) = framework.themes
    assert (theme.title, theme.ref) == ("Accès", "ac")
    assert [i.id for i in theme.items] == ["catalogue_d_essai.ac-1", "catalogue_d_essai.ac-1.1"]
    assert framework.provider == "Un institut"


def test_parameters_are_written_into_the_words() -> None:
    item = read_oscal(catalog(controls=[CONTROL])).framework.items[0]
    assert item.plain == "Revoir tous les un an.\nPar [qui]."
    assert item.how_to_know == "Demandez aux ressources humaines."
    assert item.ref == "AC-1"


def test_a_withdrawn_control_is_left_out_and_said() -> None:
    gone = {"id": "ac-2", "props": [{"name": "status", "value": "withdrawn"}]}
    read = read_oscal(catalog(controls=[CONTROL, gone]))
    assert len(read.framework.items) == 2
    assert read.left_out == ("ac-2 : exigence retirée par ses auteurs.",)


def nested(depth: int) -> dict[str, Any]:
    control: dict[str, Any] = {"id": "end"}
    for n in range(depth):
        control = {"id": str(n), "controls": [control]}
    return control


def nested_parts(depth: int) -> dict[str, Any]:
    part: dict[str, Any] = {"name": "statement", "prose": "fin"}
    for _ in range(depth):
        part = {"name": "statement", "parts": [part]}
    return {"id": "a", "parts": [part]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "pas du JSON"),
        (b"[]", "autre chose"),
        (b'{"profile": {}}', "profile"),
        (catalog(), "aucune exigence"),
        (catalog(controls=[{"title": "x"}]), "pas d’identifiant"),
        (catalog(controls=[{"id": "a"}, {"id": "a"}]), "deux exigences"),
        (catalog(controls=[nested(80)]), "imbriqu"),
        (catalog(controls=[nested_parts(80)]), "imbriqu"),
        (catalog(controls=[{"id": str(n)} for n in range(5001)]), "plus que"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_file_that_is_not_a_catalog_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFramework, match=said):
        read_oscal(data)


def test_a_day_that_is_none_is_left() -> None:
    framework = read_oscal(catalog(controls=[CONTROL], metadata={"title": "Essai"})).framework
    assert framework.revised_on is None
    assert framework.version == "1"
