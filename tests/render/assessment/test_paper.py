"""The questionnaire to fill with a pen."""

import io

import pikepdf
import pytest

from rempart.content.knowledge import frameworks
from rempart.render.assessment.paper import PaperHead, paper

HEAD = PaperHead("EHPAD Les Ajoncs", "350000012", "KX7-204", "2026-11-22")


@pytest.fixture(scope="module")
def home() -> bytes:
    return paper(frameworks()["esms13"], HEAD)


def test_the_paper_is_tagged_french_and_titled(home: bytes) -> None:
    with pikepdf.open(io.BytesIO(home)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr-FR"
        assert "questionnaire" in str(pdf.docinfo["/Title"])


def test_the_same_paper_twice_is_the_same_bytes(home: bytes) -> None:
    assert paper(frameworks()["esms13"], HEAD) == home


def test_a_class_of_entities_prints_only_its_own_items() -> None:
    grouped = next(f for f in frameworks().values() if f.groups)
    whole = paper(grouped, HEAD)
    part = paper(grouped, HEAD, [grouped.groups[0].id])
    with pikepdf.open(io.BytesIO(whole)) as a, pikepdf.open(io.BytesIO(part)) as b:
        assert len(b.pages) <= len(a.pages)
    assert whole != part


def test_hostile_words_stay_words() -> None:
    hostile = PaperHead('#panic("x") </w:t> =cmd|', "", "A", "2026-11-22")
    assert paper(frameworks()["esms13"], hostile).startswith(b"%PDF")
