"""The small files."""

from pathlib import Path

import pytest

from rempart.engines.registry import tables
from rempart.engines.registry.sources import sources
from rempart.engines.registry.tables import Entry, entries, groups
from rempart.kernel.errors import UnreadableSource
from support.registry_files import SAMPLES

CATEGORIES = "code;libelle;libellecourt;domaine;datedeb;datefin;codeagr3\n"
GROUPINGS = "code;type;nom;region;membre\n"


def written(folder: Path, text: str) -> Path:
    """A file of this text."""
    path = folder / "petit.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_category_has_a_period_of_validity() -> None:
    found, bad = entries(sources(SAMPLES / "categories.csv")[0])
    by_code = {e.code: e for e in found}
    assert (by_code["001"].valid_from_on, by_code["001"].valid_until_on) == (
        "1979-01-01",
        "1999-09-15",
    )
    assert (by_code["500"].short_label, by_code["500"].valid_until_on, bad) == ("EHPAD", "", [])


def test_a_legal_status_has_no_sector() -> None:
    found, _ = entries(sources(SAMPLES / "legal_statuses.csv")[0])
    assert found[0] == Entry("01", "Etat", "Etat", "1979-01-01", "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("!;A;A;SAN;;;", "code"),
        ("999;;A;SAN;;;", "libellé absent"),
        ("999;A;A;SAN;1/1/79;;", "date"),
        ("999;A;A;SAN;2000-01-01;1999-01-01;", "finit avant"),
    ],
)
def test_a_wrong_entry_is_left_out_with_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    found, bad = entries(sources(written(tmp_path, CATEGORIES + line))[0])
    assert found == [] and bad[0].line == 2 and reason in bad[0].reason


def test_a_grouping_has_members_over_several_lines() -> None:
    found, bad = groups(sources(SAMPLES / "groupings.csv")[0])
    assert [(g.code, g.kind, g.members) for g in found] == [
        ("GUY-01", "ght", ["970302022"]),
        ("CONV-1", "convention", ["970409645", "970400024"]),
    ]
    assert bad == []


def test_a_member_given_twice_is_one_member(tmp_path: Path) -> None:
    text = GROUPINGS + "A;Gestionnaire;Nom;;970302022\nA;;;;970302022\n"
    ((group,), _) = groups(sources(written(tmp_path, text))[0])
    assert (group.kind, group.members) == ("operator", ["970302022"])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a b;ght;N;53;", "code"),
        ("A;club;N;53;", "type « club »"),
        ("A;ght;;53;", "nom absent"),
        ("A;ght;N;99;", "région"),
        ("A;ght;N;53;12", "numéro FINESS"),
    ],
)
def test_a_wrong_line_of_groupings_is_left_out(tmp_path: Path, line: str, reason: str) -> None:
    found, bad = groups(sources(written(tmp_path, GROUPINGS + line))[0])
    assert found == [] and reason in bad[0].reason


def test_a_huge_small_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_LARGEST", 10)
    with pytest.raises(UnreadableSource, match="plus grand"):
        entries(sources(SAMPLES / "categories.csv")[0])
