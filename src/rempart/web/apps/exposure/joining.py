"""Files of other tools, joined to the last sweep of an establishment by the judgement of the command line.

Each file is kept: a later one is judged beside those that were joined to the same sweep before it.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from rempart.engines.exposure import perimeter as engine
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.snapshot_file import read_snapshot
from rempart.kernel.errors import UnreadableSource
from rempart.web.apps.exposure import declared, judging, reading
from rempart.web.apps.exposure.judging import Beside
from rempart.web.apps.exposure.models import Asset, ExposureAudit, Perimeter
from rempart.web.core import files, jobs
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Job

TURN: Final = timedelta(seconds=5)
NOT_A_REPORT: Final = (ExposureAudit.Form.SWEEP, ExposureAudit.Form.SNAPSHOT)


def base_of(finess: str) -> ExposureAudit:
    """The sweep that a file would be joined to: the last one. Raises Refused when what it saw is not here."""
    rows = ExposureAudit.objects.select_related("joined_to")
    latest = rows.filter(establishment=finess, is_latest=True).first()
    if latest is None:
        raise Refused(
            "Il n’y a pas encore de balayage auquel joindre ce fichier.",
            todo="Balayez d’abord, ou déposez le relevé d’un balayage fait en ligne de commande.",
        )
    base = latest.joined_to or latest
    if base.form not in NOT_A_REPORT or base.source_id is None:
        raise Refused(
            "Le dernier audit n’a ici que son rapport, et un autre outil se joint à ce que le balayage a vu.",
            todo="Balayez de nouveau, ou déposez le relevé (.rempart-exposure) plutôt que le report.json.",
        )
    return base


def may_join(finess: str) -> ExposureAudit:
    """The same, once it is known that something is declared. Raises Refused."""
    mine = Asset.objects.accepted().filter(perimeter=finess, is_excluded=False)
    if not mine.exists():
        raise declared.nothing()
    return base_of(finess)


def joined_before(base: ExposureAudit) -> QuerySet[ExposureAudit]:
    """What was joined to a sweep already, the first one first."""
    return ExposureAudit.objects.done().filter(joined_to=base).order_by("pk")


def joinable(finess: str) -> dict[str, Any]:
    """The sweep that the file of another tool would be joined to, and what was joined to it; or why none can be."""
    try:
        base = may_join(finess)
    except Refused as fault:
        return {"refusal": fault}
    return {"base": base, "before": joined_before(base)}


def joined_with(audit: ExposureAudit) -> list[ExposureAudit]:
    """The files that an audit holds beside its sweep, the first one first: those of before, then its own."""
    if audit.joined_to is None:
        return []
    return list(joined_before(audit.joined_to).filter(pk__lte=audit.pk))


def perimeter_of(finess: str) -> engine.Perimeter:
    """What is declared, to tell what is outside of it. Raises Refused when nothing is."""
    row = Perimeter.objects.filter(pk=finess).select_related("establishment").first()
    if row is None:
        raise declared.nothing()
    return declared.declared(row)


@transaction.atomic
def begin(audit: ExposureAudit) -> None:
    """Take the turn of a file: one is joined after the other, so that each is judged beside those before it.

    Raises GaveWay while an older one is being read.
    """
    audit.form = ExposureAudit.Form.IMPORT
    audit.save(update_fields=["form"])
    older = ExposureAudit.objects.filter(
        establishment=audit.establishment_id,
        state=ExposureAudit.State.WAITING,
        pk__lt=audit.pk,
        job__in=Job.objects.unfinished(),
    ).exclude(form=ExposureAudit.Form.SWEEP)
    if older.exists():
        raise jobs.GaveWay(TURN)


def joined(audit: ExposureAudit, run: Run) -> tuple[ExposureReport, list[str]]:
    """The report of the last sweep beside what the file says, and what was read of each file, a line each. Raises
    RempartError; of a table that no tool defined, its columns are kept for a person to choose."""
    finess = audit.establishment_id
    base, perimeter = base_of(finess), perimeter_of(finess)
    claims: list[ClaimSeen] = []
    told: list[str] = []
    for one in (*joined_before(base), audit):
        run.stage(f"Lecture de « {one.source_name} »")
        found = _read(one)
        claims += found.claims
        told.append(found.said(one.source_name))
    snapshot, sha256 = read_snapshot(files.path_of(base.source_id or ""))
    beside = Beside(claims, told, perimeter)
    # A sweep of this server has the hash of its observations, a snapshot given that of its file.
    named = sha256 if base.form == ExposureAudit.Form.SNAPSHOT else ""
    report = judging.judge(snapshot, named, run, beside)
    reading.check_length(report)
    audit.joined_to = base
    return report, told


def _read(audit: ExposureAudit) -> Any:
    """The claims of a file. Raises UnreadableSource, in which the file has the name that it was given."""
    # The readers of a dozen tools: the process of the pages must not carry them.
    from rempart.engines.exposure.read.columns import header_of  # noqa: PLC0415
    from rempart.engines.exposure.read.imports import is_unknown, read_import  # noqa: PLC0415
    from rempart.engines.exposure.read.mapped_csv import Mapping  # noqa: PLC0415

    path, mapping = files.path_of(audit.source_id or ""), audit.table.get("mapping")
    with reading.called(path, audit.source_name):
        if not is_unknown(path):
            found = read_import(path)
        else:
            audit.table |= {"header": asdict(header_of(path))}
            audit.save(update_fields=["table"])
            if not mapping:
                raise UnreadableSource(
                    "Ce tableau n’est d’aucun outil connu.",
                    todo="Dites ce que donne chaque colonne.",
                )
            found = read_import(path, mapping=msgspec.convert(mapping, Mapping))
        if not found.claims:
            raise UnreadableSource(
                "Ce fichier ne contient aucun résultat à joindre.", expected=found.said(path.name)
            )
    return found


def says_the_same(given: ExposureAudit, known: ExposureAudit) -> bool:
    """Whether a file, known already, would say nothing new: read in the same way, and joined to the same sweep."""
    if known.form != ExposureAudit.Form.IMPORT:
        return True
    mapping = given.table.get("mapping")
    if mapping and mapping != known.table.get("mapping"):
        return False
    if known.joined_to_id is None:
        return True  # it is being read
    try:
        return known.joined_to_id == base_of(given.establishment_id).pk
    except Refused:
        return True


def awaits_columns(audit: ExposureAudit) -> bool:
    """Whether a person may say, again if it was said wrong, what the columns of its table give."""
    return audit.state == ExposureAudit.State.REFUSED and "header" in audit.table
