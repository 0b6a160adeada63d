"""The report of a self-assessment: every answer of the longest framework that we ship, as PDF, DOCX and paper twin.

    python -m benchmarks.report [FRAMEWORK]       by default the longest

One process a document, its libraries loaded within the time: what a person waits for the first time.
"""

import io
import sys
from typing import Any

from benchmarks._measure import heading, measured, report

from rempart.content.frameworks import Framework
from rempart.content.knowledge import frameworks, measures
from rempart.content.severity import risk_points
from rempart.engines.maturity.answers import UNKNOWN, Given, at
from rempart.engines.maturity.first_actions import first_actions
from rempart.engines.maturity.score import score
from rempart.render.assessment.sheet import Line, Sheet

LIMIT_S = 2.0
TASKS = ("pdf", "docx", "paper")
NOTE = "Vu avec le prestataire et avec la direction. Le contrat, la procédure et le dernier essai sont au dossier."


def longest() -> str:
    """The framework of ours that asks the most."""
    return max(frameworks().values(), key=lambda f: len(f.items)).id


def sheet(name: str) -> Sheet:
    """Every question answered, with a note and two documents, and a year before."""
    framework = frameworks()[name]
    given: dict[str, Given] = {
        item.id: UNKNOWN if k % 9 == 0 else at(item.levels[k % len(item.levels)].value)
        for k, item in enumerate(framework.items)
    }
    found = score(framework, given)
    return Sheet(
        framework=framework,
        establishment="Centre hospitalier de démonstration",
        finess="220000020",
        made_on="2026-06-01",
        answered_by="Réponses : Alice Essai, Bob Essai.",
        score=found,
        lines={item.id: _line(framework, given, k) for k, item in enumerate(framework.items)},
        first=first_actions(framework, given, measures().values(), risk_points()),
        before=found,
        before_on="2025-06-01",
        code="0000-0000-0000",
    )


def _line(framework: Framework, given: dict[str, Given], k: int) -> Line:
    item = framework.items[k]
    documents = [f"Procédure {k} (1er mars 2026)", f"Compte rendu {k} (2 avril 2026)"]
    return Line(item, given[item.id], "déclarée", note=" ".join([NOTE] * 4), documents=documents)


def made(task: str, name: str) -> None:
    """In the measured process."""
    report(lambda: sheet(name), lambda given: _made(task, given))


def _made(task: str, given: Sheet) -> dict[str, Any]:
    if task == "docx":
        from rempart.render.assessment.docx import report_docx

        return {"pages": 0, "bytes": len(report_docx(given))}
    if task == "pdf":
        from rempart.render.assessment.report import report_pdf

        return _pages(report_pdf(given))
    from rempart.render.assessment.paper import PaperHead, paper

    head = PaperHead(given.establishment, given.finess, "P-1", given.made_on)
    return _pages(paper(given.framework, head))


def _pages(data: bytes) -> dict[str, Any]:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {"pages": len(pdf.pages), "bytes": len(data)}


def main() -> int:
    """Each document; fail over the time that we promise."""
    if sys.argv[1:2] == ["made"]:
        made(*sys.argv[2:])
        return 0
    name = sys.argv[1] if len(sys.argv) > 1 else longest()
    count = len(frameworks()[name].items)
    heading(f"Documents of {name}, {count} items all answered", "typst", "python-docx")
    print(f"{'':8}{'pages':>6}{'wall s':>8}{'CPU s':>8}{'MB':>6}{'kB':>7}")
    failed = False
    for task in TASKS:
        found = measured("report", "made", task, name)
        failed |= found.wall > LIMIT_S
        print(
            f"{task:8}{found.result['pages'] or '–':>6}{found.wall:8.2f}{found.cpu:8.2f}{found.megabytes:6.0f}"
            f"{found.result['bytes'] / 1024:7.0f}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
