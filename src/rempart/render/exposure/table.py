"""The findings as a table that a ticketing tool or Excel opens: UTF-8 with BOM, semicolons."""

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import StringIO
from typing import Final

from rempart.engines.exposure.report import ExposureReport, Finding
from rempart.render.csv import neutral
from rempart.render.exposure import words
from rempart.render.exposure.workbook import claims, references
from rempart.render.severity import severity_word

COLUMNS: Final = (
    *("gravite", "certitude", "theme", "identifiant", "cible", "constat", "detail", "preuve", "produit"),
    *("failles", "exploitee", "donnees_au", "minutes", "corriger", "commandes", "references"),
    *("objectifs", "sources", "autres_outils", "vu_le", "cle"),
)  # fmt: skip


LINES_AT_ONCE: Final = 2000
_neutral: Final = lru_cache(4096)(neutral)
"""Most cells of a column say the same thing: the way to mend, and why."""


def findings(report: ExposureReport) -> bytes:
    """The findings, one a line, in their order."""
    return b"".join(parts(report))


def parts(report: ExposureReport) -> Iterator[bytes]:
    """The same bytes, some lines at a time."""
    target = StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    yield b"\xef\xbb\xbf"
    for start in range(0, max(len(report.findings), 1), LINES_AT_ONCE):
        writer.writerows(_rows(report.findings[start : start + LINES_AT_ONCE]))
        yield target.getvalue().encode("utf-8", "replace")
        target.seek(0)
        target.truncate()


def _rows(found: Sequence[Finding]) -> Iterator[list[str | int]]:
    for f in found:
        fix = f.fix
        row: list[str | int] = [
            *(severity_word(f.severity), words.confidence(f.confidence), words.theme(f.theme)),
            *(f.check, f.target, f.title, f.detail, f.evidence, f.product, " ".join(f.cves)),
            *("oui" if f.is_exploited else "non", f.data_as_of, fix.minutes if fix else ""),
            *(fix.steps if fix else "", fix.commands if fix else "", references(f)),
            *(" ".join(f.objectives), " ".join(f.sources), claims(f), f.seen_at, f.key),
        ]
        yield [_neutral(c) if isinstance(c, str) else c for c in row]
