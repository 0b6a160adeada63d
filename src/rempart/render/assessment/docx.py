"""The report of a self-assessment as a DOCX document, for whoever must edit it before a board."""

import io
from datetime import UTC, datetime
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from rempart.render.assessment.sheet import Sheet, words_of
from rempart.render.pdf.typeset import moment
from rempart.render.text import visible

QUIET = RGBColor(0x44, 0x44, 0x44)
INK = RGBColor(0x0B, 0x3F, 0x49)


def report_docx(sheet: Sheet) -> bytes:
    """The document: true headings, tables with a head, French as its language."""
    words = words_of(sheet)
    document = docx.Document()
    _dress(document, words, sheet.made_on)
    _summary(document, words)
    _themes(document, words)
    _decided(document, words)
    _first(document, words)
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_heading("Toutes les réponses", 1)
    for chapter in words["chapters"]:
        document.add_heading(visible(chapter["title"]), 2)
        for row in chapter["rows"]:
            _answer(document, row)
    document.add_heading("D’où viennent ces chiffres", 1)
    for text in (words["formula"], words["statement"], f"Référentiel : {words['source']}."):
        document.add_paragraph(visible(text))
    if words["code"]:
        document.add_paragraph(f"Code de vérification de ce document : {words['code']}.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _dress(document: Document, words: dict[str, Any], made_on: str) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Liberation Serif", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "fr-FR")
    normal.element.get_or_add_rPr().append(language)
    for level in (0, 1, 2, 3):
        document.styles["Title" if level == 0 else f"Heading {level}"].font.color.rgb = INK
    about = document.core_properties
    about.title = visible(f"{words['title']} : {words['establishment']}")
    about.author, about.language, about.comments = "Rempart", "fr-FR", ""
    about.created = about.modified = datetime.fromtimestamp(moment(made_on), UTC)


def _summary(document: Document, words: dict[str, Any]) -> None:
    document.add_heading(visible(words["title"]), 0)
    document.add_paragraph(visible(words["establishment"])).runs[0].bold = True
    _quiet(document, f"Auto-évaluation du {words['made']}. {words['answered_by']}")
    line = document.add_paragraph("Résultat : ")
    line.add_run(words["result"]).bold = True
    _quiet(document, f"{words['result_note']}.")
    if words["before"]:
        _quiet(document, f"La fois d’avant : {words['before']}. {words['moved']}")
    document.add_paragraph(visible(words["see"]))
    document.add_paragraph(words["measured"])


def _themes(document: Document, words: dict[str, Any]) -> None:
    document.add_heading("Thème par thème", 1)
    heads = ["N°", "Thème", "Résultat", "La fois d’avant", "Réponses"]
    names = ("number", "title", "score", "before", "answered")
    _table(document, heads, [[theme[name] for name in names] for theme in words["themes"]])


def _decided(document: Document, words: dict[str, Any]) -> None:
    if not words["decided"]:
        return
    document.add_heading("Ce qui est décidé", 1)
    rows = [[action[name] for name in ("title", "due", "who")] for action in words["decided"]]
    _table(document, ["Action", "Pour le", "Qui"], rows)
    if words["others_decided"]:
        _quiet(document, words["others_decided"])


def _table(document: Document, heads: list[str], rows: list[list[str]]) -> None:
    table = document.add_table(rows=1, cols=len(heads), style="Light Grid Accent 1")
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    # Repeated at the top of each page, and read as a head by a screen reader.
    head = table.rows[0]._tr.get_or_add_trPr()
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    head.append(mark)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = visible(text)


def _first(document: Document, words: dict[str, Any]) -> None:
    if not words["first"]:
        return
    document.add_heading("Ce qu’il faut faire d’abord", 1)
    for action in words["first"]:
        document.add_heading(visible(f"{action['number']}. {action['title']}"), 2)
        document.add_paragraph(visible(action["why"]))
        _quiet(document, f"{action['cost']} ({action['cost_source']}). {action['owner']}")
        for step in action["steps"]:
            document.add_paragraph(visible(step), style="List Number")


def _answer(document: Document, row: dict[str, Any]) -> None:
    document.add_heading(visible(" ".join(p for p in (row["ref"], row["title"]) if p)), 3)
    document.add_paragraph(visible(row["answer"]))
    measured = row["measured"] + (" (diffère de la réponse)" if row["is_contradicted"] else "")
    parts = {
        "Niveau": row["level"],
        "Réponse": row["how"],
        "Mesuré": measured if row["measured"] else "",
        "Visé": row["target"],
        "Note": row["note"],
        "Pièces": " ; ".join(row["documents"]),
        "Source": row["source"],
    }
    _quiet(document, " · ".join(f"{name} : {text}" for name, text in parts.items() if text))


def _quiet(document: Document, text: str) -> None:
    run = document.add_paragraph().add_run(visible(text))
    run.font.size, run.font.color.rgb = Pt(9.5), QUIET
