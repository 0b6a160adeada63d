"""The PDF for the board: tagged, in French, two pages first, and the same bytes each time."""

import subprocess
from io import BytesIO
from pathlib import Path

import msgspec
import pikepdf
import pytest

from rempart.engines.directory.report import Report
from rempart.render.pdf.directory import compiled
from rempart.render.pdf.glyphs import BLOCKS, drawable
from rempart.render.pdf.typeset import moment
from support import reports


def words(report: Report, folder: Path) -> list[str]:
    """The text of each page, as poppler reads it."""
    path = folder / "report.pdf"
    path.write_bytes(compiled(report))
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8").split("\f")


def test_it_is_tagged_titled_and_in_french() -> None:
    with pikepdf.open(BytesIO(compiled(reports.sample()))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).lower().startswith("fr")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as data:
            assert data["pdfuaid:part"] == "1"
            assert "niveau" in data["dc:title"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert compiled(reports.sample()) == compiled(reports.sample())


@pytest.mark.needs("poppler")
def test_the_first_two_pages_stand_alone(tmp_path: Path) -> None:
    pages = words(reports.sample(), tmp_path)
    assert "Ce que cela veut dire pour le soin" in pages[0]
    assert "Ce qui est demandé à la direction" in pages[1]
    assert any("Annexe A" in line for line in pages[2].splitlines()[:4])


@pytest.mark.needs("poppler")
def test_long_texts_do_not_push_the_annexes_beyond_page_three(tmp_path: Path) -> None:
    report = reports.sample()
    long = [
        msgspec.structs.replace(c, why=f"{n} " + "Un lit de réanimation attend. " * 60, title="Titre bien long " * 9)
        for n, c in enumerate(report.controls)
    ]  # fmt: skip
    pages = words(msgspec.structs.replace(report, controls=long), tmp_path)
    assert any("Annexe A" in line for line in pages[2].splitlines()[:4])


@pytest.mark.needs("poppler")
def test_a_hostile_name_is_printed_and_never_read_as_markup(tmp_path: Path) -> None:
    text = "\n".join(words(reports.hostile(), tmp_path))
    assert "#panic() *gras* $x$ `code`" in text
    assert "U+202E" in text
    assert "U+6F22" in text


@pytest.mark.parametrize("make", [reports.clean, reports.unmeasured, reports.group])
def test_the_extremes_are_printed_too(make: object) -> None:
    assert compiled(make()).startswith(b"%PDF")  # type: ignore[operator]


def test_every_character_that_we_call_drawable_is_drawn() -> None:
    every = "".join(f"a{chr(c)} " for a, b in BLOCKS for c in range(a, b + 1))
    report = msgspec.structs.replace(reports.clean(), notes=[every[k : k + 300] for k in range(0, len(every), 300)])  # fmt: skip
    assert compiled(report).startswith(b"%PDF")


def test_a_long_word_may_be_broken() -> None:
    assert "\u200b" in drawable("A" * 100)
    assert "\u200b" not in drawable("un mot ordinaire")


def test_a_date_that_is_none_becomes_the_epoch() -> None:
    assert moment("2026-11-14") == 1_794_614_400
    assert moment("demain") == 0
