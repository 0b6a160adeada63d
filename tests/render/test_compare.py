"""The page of two reports."""

from pathlib import Path

import msgspec

from rempart.engines.directory.report import Comparison, Difference
from rempart.render import outputs
from rempart.render.html.compare import groups, headline, lead, page
from support import reports


def result(old: int = 1, new: int = 2) -> Comparison:
    """One finding mended, one new, one still there, and a point lost from sight."""
    items = zip(reports.controls(), ("mended", "still_there", "new"), strict=False)
    found = [Difference(c.id, c.title, ref, s) for c, s in items for ref in c.objects]
    return Comparison(
        "2026-01-01", "2026-11-14", reports.level(old), reports.level(new), found,
        ["vuln_permissions_naming_context"], ["vuln_password_change_server_no_change_90"],
        49, 6, 6, 2, ["vuln_dc_crypto"],
    )  # fmt: skip


def test_the_title_says_where_the_level_goes() -> None:
    assert headline(result(1, 2)) == "Le niveau monte de 1 à 2 au plus"
    assert headline(result(3, 1)) == "Le niveau baisse de 3 à 1"
    assert headline(result(1, 1)) == "Le niveau reste à 1"


def test_what_is_no_longer_measured_is_not_called_mended() -> None:
    text = lead(result()).replace("\u00a0", " ")
    assert "1 constat corrigé, 73 nouveaux, 1 toujours là" in text
    assert "1 point en échec n’est plus mesuré : ce n’est pas une correction" in text


def test_findings_are_grouped_by_control_the_largest_first() -> None:
    (group,) = groups(result(), "new")
    assert len(group.items) == 73


def test_the_page_lists_each_state_and_hostile_names_stay_text() -> None:
    bad = Difference("vuln_x", "<script>alert(1)</script>", reports.hostile().controls[0].objects[1], "new")  # fmt: skip
    text = page(msgspec.structs.replace(result(), differences=[*result().differences, bad]))
    assert text.count("<script>") == 1
    assert "Toujours là" in text and "point levé" in text and "nouveau point en échec" in text
    assert "Les 50 premiers sur 73" in text


def test_two_equal_reports_say_that_nothing_moved() -> None:
    text = page(msgspec.structs.replace(result(1, 1), differences=[]))
    assert "Rien n’a été corrigé" in text
    assert "Aucun nouveau constat." in text


def test_the_comparison_is_written_with_its_data(tmp_path: Path) -> None:
    names = [p.name for p in outputs.write_comparison(result(), tmp_path)]
    assert names == ["comparison.html", "comparison.json"]
