"""Pictures: where boxes go, how labels wrap, and that nothing escapes its element."""

import pytest
from defusedxml import ElementTree

from rempart.engines.directory.report import Bucket, Path
from rempart.render.svg.bars import Bar, bars, columns, of_buckets
from rempart.render.svg.draw import wrapped
from rempart.render.svg.layers import layout
from rempart.render.svg.map import map_of
from rempart.render.svg.path import narrow, sentence, wide
from support import reports

NUMBERS = {"replication": 1, "sid": 2}


def texts(svg: str) -> list[str]:
    """The words of a picture; a picture that is not well formed fails here."""
    return [e.text or "" for e in ElementTree.fromstring(svg).iter("text")]


def test_a_path_shows_each_object_and_marks_its_cut() -> None:
    svg = wide(reports.paths()[0], NUMBERS, "CHU.TEST")
    words = texts(svg)
    assert {"M.DUPONT", "SUPPORT-N1", "cœur (Tier 0)", "compte ordinaire"} <= set(words)
    assert svg.count('class="cut"') == 1
    assert "1" in words


def test_a_long_path_goes_on_in_a_second_row() -> None:
    refs = [reports.ref(f"OBJET{n}", rid=2000 + n) for n in range(10)]
    path = Path([reports.step(a, "MemberOf", "membre de", b, "sid") for a, b in zip(refs, refs[1:], strict=False)], 9)  # fmt: skip
    root = ElementTree.fromstring(wide(path, NUMBERS))
    assert float(root.get("viewBox", "").split()[2]) < 1080
    assert sum(e.get("class") in {"box", "core"} for e in root.iter("rect")) == 10


@pytest.mark.parametrize("draw", [wide, narrow])
def test_hostile_names_make_well_formed_pictures(draw: object) -> None:
    for path in reports.hostile().exposure.paths:
        assert texts(draw(path, {}))  # type: ignore[operator]


def test_a_path_is_also_a_sentence() -> None:
    assert sentence(reports.paths()[2], "CHU.TEST") == "M.ANCIEN ; porte le SID ADMINS DU DOMAINE."
    assert sentence(Path([], 0), "") == "Chemin vide."


def test_paths_that_meet_share_their_boxes_on_the_map() -> None:
    svg = map_of(reports.paths(), NUMBERS, "CHU.TEST")
    assert texts(svg).count("SVC-SAUVEGARDE") == 1
    assert svg.count('class="cut"') == 2


def test_each_object_is_one_column_nearer_than_those_that_reach_it() -> None:
    plan = layout([["a", "b", "z"], ["c", "z"], ["a", "d", "e", "z"]])
    column = plan.column_of()
    assert all(column[x] < column[y] for way in plan.ways.values() for x, y in zip(way, way[1:], strict=False))  # fmt: skip
    assert len(plan.ways["b", "z"]) == len(plan.ways["a", "d"]) + column["z"] - column["b"] - 1


def test_two_paths_in_opposite_orders_are_still_drawn() -> None:
    a, b, z = (reports.ref(n, rid=k) for k, n in enumerate("ABZ", 3000))
    one = Path([reports.step(a, "x", "x", b), reports.step(b, "x", "x", z)], 1)
    two = Path([reports.step(b, "x", "x", a), reports.step(a, "x", "x", z)], 1)
    assert sorted(t for t in texts(map_of([one, two], {}, "CHU.TEST")) if len(t) == 1) == ["A", "B", "Z"]  # fmt: skip


def test_bars_are_proportional_and_a_small_one_is_seen() -> None:
    root = ElementTree.fromstring(bars([Bar("a", 1000, "1000"), Bar("b", 1, "1"), Bar("c", 0, "0")], "t"))  # fmt: skip
    widths = [r.get("width") for r in root.iter("rect") if r.get("class") == "bar"]
    assert widths == ["100.0%", "0.6%"]


def test_a_distribution_has_one_column_a_value() -> None:
    root = ElementTree.fromstring(columns([Bar("1", 6, "6"), Bar("2", 0, "0")], "t"))
    assert sum(r.get("class") == "bar" for r in root.iter("rect")) == 1


def test_the_most_exposed_come_first() -> None:
    found = of_buckets([Bucket("a", 1, 9), Bucket("b", 5, 5), Bucket("c", 1, 1)], 2)
    assert [b.label for b in found] == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [("SVC-SAUVEGARDE", ["SVC-SAUVEGARDE"]), ("UTILISATEURS DU DOMAINE", ["UTILISATEURS DU", "DOMAINE"])],
)  # fmt: skip
def test_labels_wrap_at_separators(text: str, lines: list[str]) -> None:
    assert wrapped(text, 16, 2) == lines


def test_no_line_is_longer_than_its_box() -> None:
    for text in reports.HOSTILE:
        assert all(len(line) <= 16 for line in wrapped(text, 16, 2))
        assert len(wrapped(text, 16, 2)) <= 2
