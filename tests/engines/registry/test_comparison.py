"""What a stock would change."""

from pathlib import Path

import pytest

from rempart.engines.registry import comparison
from rempart.engines.registry.comparison import (
    Comparison,
    Stored,
    compare,
    line_hashes,
    many,
)
from rempart.engines.registry.sources import sources
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from support.registry_files import REAL, a_file, a_position, a_site, an_entity


def compared(path: Path, stored: Stored | None = None) -> Comparison:
    """The comparison of a file with what is stored, by default nothing."""
    return compare(sources(path)[0], stored or Stored({}), Silent())


def kept(*lines: str) -> Stored:
    """What is stored after a stock of these lines."""
    raw = [line.encode() for line in lines]
    return Stored(dict(zip([line[12:21] for line in raw], line_hashes(raw), strict=True)))


def test_in_an_empty_registry_all_is_new() -> None:
    found = compared(REAL)
    assert (found.new, found.changed, found.gone, found.unreadable) == (14, [], [], [])


def test_new_lines_are_read_again_with_their_hashes() -> None:
    found = compared(REAL)
    lines = REAL.read_bytes().splitlines()[1:]
    seen = {
        n: m for fields, marks in found.new_lines() for n, m in zip(fields[1], marks, strict=True)
    }
    assert seen == {
        line[12:21].decode(): mark for line, mark in zip(lines, line_hashes(lines), strict=True)
    }
    assert found.numbers() == seen.keys() and len(found.first) == 14


def test_new_lines_beyond_those_that_are_kept_are_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = a_file(tmp_path, *(a_site(f"3500{n:05}") for n in range(2000)))
    kept = compared(path)
    monkeypatch.setattr(comparison, "_KEPT", 300_000)
    again = compared(path)
    assert [bool(run.text) for run in again.runs] == [True, False]
    assert [list(c) for f, _ in again.new_lines() for c in f] == [
        list(c) for f, _ in kept.new_lines() for c in f
    ]


def test_a_block_is_new_as_a_whole_when_its_lines_are_plain(tmp_path: Path) -> None:
    sites = [a_site(f"3500{n:04}0") for n in range(20)]
    found = compared(a_file(tmp_path, *sites, a_site("350099990", rs='"LE ""LAC"""')))
    assert ([len(run.numbers) for run in found.runs], len(found.added)) == ([20], 1)
    assert found.cited() == {"350000001"}


def test_operators_described_with_the_sites_are_not_only_cited(tmp_path: Path) -> None:
    sites = compared(a_file(tmp_path, a_site(), a_site("350000027", operator="350000092")))
    entities = compared(a_file(tmp_path, an_entity("350000001"), name="entities.csv"))
    assert sites.cited(entities) == {"350000092"}


def test_lines_beside_those_that_are_stored_are_new_one_by_one(tmp_path: Path) -> None:
    found = compared(a_file(tmp_path, a_site(), a_site("350000027")), kept(a_site()))
    assert (found.runs, found.new, found.unchanged) == ([], 1, 1)


@pytest.mark.parametrize(
    "field", [{"dateouv": "hier"}, {"rs": " "}, {"rs": "A\0B"}, {"operator": "35000000?"}]
)
def test_one_unreadable_line_leaves_the_others_of_its_block(
    tmp_path: Path, field: dict[str, str]
) -> None:
    sites = [a_site(f"3500{n:04}0") for n in range(20)]
    found = compared(a_file(tmp_path, *sites, a_site("350099990", **field)))
    assert (found.new, [u.line for u in found.unreadable]) == (20, [22])


def test_the_same_file_again_changes_nothing() -> None:
    lines = REAL.read_text("utf-8").splitlines()[1:]
    found = compared(REAL, kept(*lines))
    assert (found.unchanged, found.added, found.changed, found.gone) == (14, [], [], [])


def test_another_encoding_is_no_change(tmp_path: Path) -> None:
    found = compared(a_file(tmp_path, a_site(), encoding="latin-1"), kept(a_site()))
    assert (found.unchanged, found.changed) == (1, [])


def test_changed_gone_and_new_are_told_apart(tmp_path: Path) -> None:
    stored = kept(a_site("350000019"), a_site("350000027"))
    path = a_file(tmp_path, a_site("350000019", rs="AUTRE"), a_site("350000035"))
    found = compared(path, stored)
    assert ([x[12:21] for x in found.added], [x[12:21] for x in found.changed], found.gone) == (
        [b"350000035"],
        [b"350000019"],
        ["350000027"],
    )


def test_a_closed_one_that_comes_back_is_reopened(tmp_path: Path) -> None:
    stored = Stored({}, closed={b"350000019": line_hashes([a_site().encode()])[0]})
    found = compared(a_file(tmp_path, a_site()), stored)
    assert (found.reopened, len(found.changed), found.added) == ({"350000019"}, 1, [])


def test_an_operator_that_is_only_cited_is_not_closed(tmp_path: Path) -> None:
    stored = Stored({b"350000001": None, b"350000076": None}, cited=frozenset({b"350000076"}))
    found = compared(a_file(tmp_path, an_entity("350000092")), stored)
    assert found.gone == ["350000001"]


@pytest.mark.parametrize("stored", [Stored({}), kept(a_site())])
def test_a_number_read_twice_is_unreadable_the_second_time(tmp_path: Path, stored: Stored) -> None:
    found = compared(a_file(tmp_path, a_site(), a_site(rs="DOUBLE")), stored)
    assert [(u.line, u.reason) for u in found.unreadable] == [
        (3, "numéro FINESS déjà lu plus haut")
    ]


def test_a_reopened_one_that_comes_twice_is_read_once(tmp_path: Path) -> None:
    found = compared(a_file(tmp_path, a_site(), a_site()), Stored({}, closed={b"350000019": 1}))
    assert (len(found.changed), len(found.unreadable)) == (1, 1)


def test_an_unreadable_line_closes_nobody(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, *(a_site(f"3500{n:04}0") for n in range(20)), a_site("350099990", dateouv="hier")
    )
    found = compared(path, kept(a_site("350099990")))
    assert (found.gone, len(found.added)) == ([], 20)
    assert [(u.line, u.extract[:30]) for u in found.unreadable] == [
        (22, "structureet;350099990;35000000")
    ]


def test_a_quoted_line_and_an_old_one_are_read_like_the_others(tmp_path: Path) -> None:
    old = a_site("350000027").rpartition(";")[0]
    found = compared(a_file(tmp_path, a_site(rs='"RESIDENCE ""A"""'), old))
    assert (found.new, found.unreadable) == (2, [])


def test_a_truncated_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site(), a_site("350000027"))
    path.write_bytes(path.read_bytes()[:-120])
    with pytest.raises(UnreadableSource, match="au milieu de la ligne 3"):
        compared(path)


def test_a_truncated_geolocation_is_refused_too(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site(), a_position())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableSource, match="au milieu de la ligne 3"):
        compared(path)


def test_a_last_line_without_its_end_of_line_is_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site())
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert len(compared(path).added) == 1


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, *["structureet;350000019;350000001;X"] * 12)
    with pytest.raises(UnreadableSource, match="12 lignes sur 13"):
        compared(path)


def test_positions_are_read_after_the_sites(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site(), a_site("350000027"), a_position(), a_position("35", "x"))
    found = compared(path)
    assert (len(found.added), list(found.positions.changed)) == (2, ["350000019"])
    assert [u.line for u in found.unreadable] == [5]


def test_batches_hold_everything_once() -> None:
    assert list(many([0, 1, 2, 3, 4], 2)) == [[0, 1], [2, 3], [4]]
