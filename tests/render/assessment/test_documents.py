"""The report of a self-assessment and its attestation, as documents."""

import io
import subprocess

import docx
import pikepdf
import pytest

from rempart.engines.maturity.score import Range, score
from rempart.render.assessment.completion import Completion, completion_pdf
from rempart.render.assessment.docx import report_docx
from rempart.render.assessment.report import report_pdf
from rempart.render.assessment.sheet import Decided, picture_of, range_words, words_of
from support.sheets import FRAMEWORK, answered, sheet


def text_of(pdf: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode("utf-8")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "sans objet"),
        (Range(61.6, 61.9), "62 %"),
        (Range(48, 71), "entre 48 et 71 %"),
    ],
)
def test_a_result_is_said_as_a_range(found: Range | None, said: str) -> None:
    assert range_words(found) == said


def test_what_is_not_known_is_said_and_never_a_zero() -> None:
    words = words_of(sheet())
    assert words["result_note"] == "2\u00a0réponses sur 4, 1 « je ne sais pas », 1 sans objet"
    assert words["themes"][0]["score"] == "entre 50 et 100 %"
    assert words["themes"][2]["score"] == "sans objet"


def test_no_answer_at_all_is_a_whole_range() -> None:
    words = words_of(sheet({}))
    assert words["result"] == "entre 0 et 100 %"
    assert words["result_note"] == "0\u00a0réponse sur 4, 4\u00a0questions sans réponse"


def test_a_measure_that_differs_is_said_kindly() -> None:
    assert "la mesure et la réponse diffèrent" in words_of(sheet())["measured"]


def test_an_answer_carries_its_source_and_what_is_aimed_at() -> None:
    row = words_of(sheet())["chapters"][1]["rows"][0]
    assert row["answer"] == "Rien."
    assert row["target"] == "Tout est fait."
    assert row["source"] == "Guide d’essai page 3"


def test_a_first_action_gives_its_cost_as_a_range_with_its_source() -> None:
    (action,) = words_of(sheet())["first"]
    assert action["cost"] == "1 jour, de 0 à 500 €, 100 € par an"
    assert "estimation" in action["cost_source"]


def test_what_is_below_half_is_not_called_solid() -> None:
    weak = words_of(sheet(answered(a=0, b=1, c=0, d=0)))["see"]
    assert "solide" not in weak and "Aucun thème n’est encore sûr d’atteindre la moitié" in weak
    assert "Le plus solide" in words_of(sheet(answered(a=2, b=2, c=2, d=2)))["see"]


def test_what_was_decided_is_shown_with_its_day_and_who_does_it() -> None:
    found = sheet(
        decided=[Decided("Copier", "Direction", "2026-12-24"), Decided("Trier")],
        others_decided=2,
        moved="Ce qui l’a fait bouger.",
    )
    text = text_of(report_pdf(found))
    assert "Ce qui est décidé" in text and "24 décembre 2026" in text and "à désigner" in text
    assert "Et 2 autres actions dans le plan" in text.replace("\u00a0", " ")
    written = docx.Document(io.BytesIO(report_docx(found)))
    cells = [[cell.text for cell in row.cells] for row in written.tables[1].rows]
    assert cells[1:] == [
        ["Copier", "24 décembre 2026", "Direction"],
        ["Trier", "à fixer", "à désigner"],
    ]


def test_last_year_stands_beside_this_one() -> None:
    before = score(FRAMEWORK, answered(a=0, b=0, c=0, d=0))
    words = words_of(sheet(before=before, before_on="2025-11-20"))
    assert words["before"] == "0 % le 20 novembre 2025"
    assert words["themes"][0]["before"] == "0 %"


def test_under_three_themes_there_is_no_radar() -> None:
    short = sheet()
    two = score(FRAMEWORK, {}).themes[:2]
    assert picture_of(short) != ""
    assert picture_of(sheet(score=type(short.score)(None, two, short.score.count, 0))) == ""


def test_nothing_that_applies_is_said() -> None:
    whole = sheet()
    nothing = type(whole.score)(None, (), whole.score.count, 1)
    assert words_of(sheet(score=nothing))["see"] == "Aucune question ne s’applique."


@pytest.mark.needs("poppler")
def test_the_pdf_is_tagged_and_says_the_result() -> None:
    made = report_pdf(sheet())
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr-FR"
    assert "Nommer un référent" in text_of(made)
    assert "=cmd|" in text_of(made)


def test_the_same_sheet_twice_is_the_same_pdf() -> None:
    assert report_pdf(sheet()) == report_pdf(sheet())


def test_the_docx_has_true_headings_a_head_of_table_and_french() -> None:
    document = docx.Document(io.BytesIO(report_docx(sheet())))
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert "Ce qu’il faut faire d’abord" in headings
    assert 'w:lang w:val="fr-FR"' in document.styles.element.xml
    assert "w:tblHeader" in document.tables[0]._tbl.xml
    assert document.core_properties.author == "Rempart"


def test_the_docx_without_first_action_nor_code_says_neither() -> None:
    document = docx.Document(io.BytesIO(report_docx(sheet(first=(), code="", before_on=""))))
    text = "\n".join(p.text for p in document.paragraphs)
    assert "Ce qu’il faut faire" not in text
    assert "Code de vérification" not in text


@pytest.mark.needs("poppler")
def test_the_attestation_tells_no_result() -> None:
    made = completion_pdf(
        Completion(
            "EHPAD Les Ajoncs", "350000012", "Essai", "1.0", "2026-11-22", 26, 23, "AB12",
            "https://rempart.example/verification",
        )
    )  # fmt: skip
    text = text_of(made)
    assert "23 réponses sur 26" in text
    assert "%" not in text
