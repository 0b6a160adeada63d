"""A file as documents: PDF, workbook, archive of the pieces, CSV of the activity, calendar of the dates."""

import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, BinaryIO, cast

from rempart.content.frameworks import Framework
from rempart.content.knowledge import programmes
from rempart.render.csv import neutral
from rempart.render.funding.document import file_pdf
from rempart.render.funding.workbook import balance_xlsx
from rempart.render.text import visible
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.funding import queries
from rempart.web.apps.funding.forms import plain
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.rules import DISTANCES, dues, shared_items
from rempart.web.apps.funding.saying import (
    balance_rows,
    objective_rows,
    totals_of,
    whole_of,
)
from rempart.web.apps.funding.standing import Standing, entities_of, standing
from rempart.web.core import files

PIECE = 256 * 1024
LONGEST_NAME = 80
OBJECTIVE_HEADS = (
    *("Référence", "Objectif", "État", "Sur quoi"),
    *("Déclaré", "D’après un document, sans mesure", "Vérifié par une mesure"),
    *("Part de l’activité", "Documents donnés", "Pièces qui manquent"),
)


def activities_csv(file: CareFile, framework: Framework) -> str:
    """The entities, in the form that the import reads."""
    items = shared_items(framework)
    target = io.StringIO()
    rows = csv.writer(target, delimiter=";", lineterminator="\r\n")
    rows.writerow(
        ["finess", "nom", "activite", "source", "annee", *(item.ref or item.id for item in items)]
    )
    for row in entities_of(file):
        rows.writerow(
            [
                row.finess,
                neutral(row.name),
                "" if row.weight is None else plain(row.weight),
                neutral(row.source),
                row.year or "",
                *("oui" if item.id in row.covers else "non" for item in items),
            ]
        )
    return target.getvalue()


def whole_pdf(file: CareFile, today: date) -> bytes:
    """The whole file, with the list of its pieces."""
    found = standing(file, today)
    return file_pdf(
        whole_of(found, queries.ledger_of(file, today), today), made_on=today.isoformat()
    )


def balance_pdf(file: CareFile, today: date) -> bytes:
    """The balance of expenses alone."""
    found = standing(file, today)
    whole = whole_of(found, queries.ledger_of(file, today), today, is_whole=False)
    return file_pdf(whole, made_on=today.isoformat())


def balance_workbook(file: CareFile, today: date) -> bytes:
    """The balance of expenses as a workbook."""
    ledger = queries.ledger_of(file, today)
    totals, remarks = totals_of(file, ledger)
    return balance_xlsx(balance_rows(ledger), totals, remarks)


def bundle(file: CareFile, today: date) -> BinaryIO:
    """A ZIP of every piece that the file uses, with the file itself, its balance and the SHA-256 of each: an open file,
    at its beginning. Raises OSError when the disk is full."""
    found, ledger = standing(file, today), queries.ledger_of(file, today)
    made = {
        "dossier.pdf": file_pdf(whole_of(found, ledger, today), made_on=today.isoformat()),
        "objectifs.csv": _objectives_csv(found).encode("utf-8-sig"),
        "bilan-financier.xlsx": balance_workbook(file, today),
    }
    target = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # given open to whoever sends it
    sums: list[tuple[str, str]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(_entry(name, today), content)
            sums.append((hashlib.sha256(content).hexdigest(), name))
        for name, document in _pieces(found, ledger):
            digest = _copy(archive, _entry(name, today), document)
            sums.append((digest, name))
        listed = "".join(f"{digest}  {name}\n" for digest, name in sums)
        archive.writestr(_entry("SHA256SUMS", today), listed.encode("utf-8"))
    target.seek(0)
    return target


def _objectives_csv(found: Standing) -> str:
    target = io.StringIO()
    rows = csv.writer(target, delimiter=";", lineterminator="\r\n")
    rows.writerow(OBJECTIVE_HEADS)
    rows.writerows([neutral(cell) for cell in row] for row in objective_rows(found))
    return target.getvalue()


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, document: Document) -> str:
    """Copy a document a piece at a time; gives the hash of what was really read."""
    digest = hashlib.sha256()
    with (
        files.path_of(document.file_id).open("rb") as source,
        archive.open(entry, "w", force_zip64=True) as place,
    ):
        while piece := source.read(PIECE):
            digest.update(piece)
            place.write(piece)
    return digest.hexdigest()


def _entry(name: str, today: date) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(today.year, today.month, today.day, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _pieces(found: Standing, ledger: queries.Ledger) -> Iterator[tuple[str, Document]]:
    """Each document once, under the first objective or expense that it proves."""
    seen: set[int] = set()
    for objective in found.objectives:
        for line in objective.pieces:
            if line.document is not None and line.document.pk not in seen:
                seen.add(line.document.pk)
                yield _name(objective.item.ref or objective.item.id, line.document), line.document
    for number, expense in enumerate(ledger.lines, 1):
        for document in expense.documents:
            if document.pk not in seen:
                seen.add(document.pk)
                yield _name(f"depense-{number:03d}", document), document


def _name(place: str, document: Document) -> str:
    """A name that every system can write, and that leaves its folder nowhere."""
    stem, dot, end = document.file_name.rpartition(".")
    plain_stem = re.sub(r"[^\w-]+", "-", stem or end).strip("-")[:LONGEST_NAME] or "piece"
    plain_end = re.sub(r"\W+", "", end)[:8] if dot else "bin"
    folder = re.sub(r"[^\w.-]+", "-", place).strip(".-") or "pieces"
    return f"{folder}/{document.pk}-{plain_stem}.{plain_end}"


def calendar(file: CareFile, today: date, host: str) -> bytes:
    """The dates of a file as days of a calendar (RFC 5545), each with its three alarms."""
    from icalendar import Alarm, Calendar, Event  # noqa: PLC0415  # eighty modules, for this file only

    programme = programmes()[file.programme]
    found = Calendar()
    found.add("prodid", "-//Rempart//Dossier CaRE//FR")
    found.add("version", "2.0")
    found.add("x-wr-calname", visible(f"{programme.title} ({file.establishment})"))
    for due in dues(programme, file.dates, today):
        event: Any = Event()
        event.add("uid", f"care-{file.pk}-{due.name}@{host}")
        event.add("dtstamp", file.opened_at)
        event.add("sequence", file.version)
        event.add("dtstart", due.on)
        event.add("dtend", due.on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", visible(f"{due.title} ({file.establishment})"))
        for days in DISTANCES:
            alarm: Any = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", visible(due.title))
            alarm.add("trigger", timedelta(days=-days))
            event.add_component(alarm)
        found.add_component(event)
    return bytes(found.to_ical())
