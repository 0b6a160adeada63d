"""From files to a report, and from a report to figures, findings and proposals. No database, no clock."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from rempart import __version__
from rempart.content.catalogue import directory_catalogue
from rempart.content.severity import RANKS, Severity
from rempart.engines.directory.report import (
    SCHEMA,
    Action,
    ControlResult,
    FixText,
    Report,
)
from rempart.engines.directory.score import level_of
from rempart.engines.directory.severity import severity_of
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome
from rempart.kernel.progress import Observer
from rempart.render.french import counted
from rempart.render.text import name, visible
from rempart.web.apps.remediation.following import Mends, Proposal
from rempart.web.apps.remediation.recording import Observation
from rempart.web.apps.remediation.rules import Look
from rempart.web.core import reports

LONGEST_REPORT: Final = 256 << 20
MOST_CONTROLS: Final = 1000
MOST_DOMAINS: Final = 200
EXPOSURE: Final = "exposure"
MOST_GESTURES: Final = 60
LONGEST_CONTROL_MINUTES: Final = 40 * 210
_MARK: Final = b"rempart/directory-report/"
_COLLECTED: Final = re.compile(
    rb'^(?:\xef\xbb\xbf)?\s*(?:\[|\{\s*"(?:data|meta|graph|metadata|users|computers|groups|domains|ous|gpos|containers)")'
)
_PROBED: Final = 64 << 20


@dataclass(slots=True)
class Noted:
    """An observer that also keeps the notes, for the report."""

    watch: Observer
    notes: list[str] = field(default_factory=list)

    def stage(self, name: str, total: int | None = None) -> None:
        """Pass on."""
        self.watch.stage(name, total)

    def advance(self, units: int = 1) -> None:
        """Pass on."""
        self.watch.advance(units)

    def note(self, message: str) -> None:
        """Keep, and pass on."""
        self.notes.append(message)
        self.watch.note(message)


class _Schema(msgspec.Struct):
    schema: str = ""


def is_report(path: Path) -> bool:
    """Whether a file is the report of an audit rather than a collection."""
    if path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        head, tail = reports.edges_of(file)
        if _MARK in head or _MARK in tail:
            return True
        if _COLLECTED.match(head) or file.tell() > _PROBED:
            return False
        file.seek(0)
        try:
            return bool(msgspec.json.decode(file.read(), type=_Schema).schema)
        except (msgspec.DecodeError, RecursionError, ValueError):
            return False


def read_report(path: Path, today: date) -> Report:
    """A report that was made elsewhere. Raises UnreadableSource when it is not whole, of another version, or changed."""
    report = reports.read(
        path,
        Report,
        SCHEMA,
        longest=LONGEST_REPORT,
        expected="Le fichier report.json que « rempart audit directory » a écrit, entier.",
        instead="la collecte elle-même",
    )
    _check(report, today)
    return report


def _check(report: Report, today: date) -> None:
    controls = len(report.controls) + len(report.unscored)
    if controls > MOST_CONTROLS or len(report.domains) > MOST_DOMAINS:
        raise UnreadableSource(
            f"Ce rapport a {counted(controls, 'point')} et {counted(len(report.domains), 'domaine')}.",
            expected=f"Au plus {MOST_CONTROLS} points et {MOST_DOMAINS} domaines.",
        )
    told = level_of(report.controls)
    if (told.value, told.at_most) != (report.level.value, report.level.at_most):
        raise UnreadableSource(
            f"Ce rapport annonce le niveau {report.level.value}, mais ses points donnent {told.value}.",
            todo="Le fichier a été modifié ou abîmé : déposez l’original, ou la collecte.",
        )
    if measured_on(report) > today:
        raise UnreadableSource(
            f"Ce rapport porte une date à venir ({measured_on(report).isoformat()}).",
            todo="Vérifiez l’horloge de la machine qui a fait la collecte, puis recommencez.",
        )
    if min(report.exposure.exposed, report.exposure.low_privileged, report.plan.cost) < 0:
        raise UnreadableSource("Ce rapport compte des quantités négatives : il est abîmé.")


def analyse(paths: Sequence[Path], today: date, watch: Observer) -> Report:
    """The report of a collection: read, judge, search, plan. Raises UnreadableSource."""
    noted = Noted(watch)
    # 60 MB that the process of the pages must not carry: the analysis has one of its own.
    from rempart.engines.directory.reading import read  # noqa: PLC0415
    from rempart.engines.directory.run import audit as run_audit, collection_day  # noqa: PLC0415

    directories = read(paths, noted)
    if not any(directory.kind.size for directory in directories):
        raise UnreadableSource(
            "Cette collecte ne contient aucun compte, aucun groupe et aucune machine.",
            todo="Refaites-la avec un compte qui peut lire l’annuaire, et vérifiez qu’elle est allée au bout.",
        )
    return run_audit(
        directories,
        catalogue=directory_catalogue(),
        today=collection_day(directories, today),
        tool_version=__version__,
        notes=noted.notes,
        observer=noted,
    )


def measured_on(report: Report) -> date:
    """The day of the latest collection that it was made from, else that of the audit. Raises UnreadableSource."""
    days = [source.collected_on for source in report.sources if source.collected_on]
    try:
        return date.fromisoformat(max(days, default=report.audited_on)[:10])
    except ValueError as fault:
        raise UnreadableSource(
            "Ce rapport ne dit pas de quel jour est sa collecte.",
            todo="Refaites l’audit, ou déposez la collecte.",
        ) from fault


def observations(report: Report) -> list[Observation]:
    """What the audit says of each of its controls, and of the paths to Tier 0."""
    accepted = {r.control for r in report.accepted if r.state == "active" and r.by}
    found = [_observation(c, accepted) for c in (*report.controls, *report.unscored)]
    return [*found, _exposure(report)]


def _observation(control: ControlResult, accepted: Iterable[str]) -> Observation:
    key = name(control.id, 190)
    if control.outcome is Outcome.FAILED:
        return Observation(
            key,
            Look.SEEN,
            title=name(control.title, 280),
            severity=severity_of(control),
            detail=visible(control.why)[:4000],
            objects_count=len(control.objects),
            concerned=tuple({visible(ref.id)[:200] for ref in control.objects}),
        )
    # What passes because a risk was accepted is not mended.
    blind = control.outcome is Outcome.NOT_MEASURED or control.id in accepted
    return Observation(key, Look.NOT_MEASURED if blind else Look.ABSENT)


def _exposure(report: Report) -> Observation:
    exposure = report.exposure
    if exposure.reason:
        return Observation(EXPOSURE, Look.NOT_MEASURED)
    if not exposure.exposed:
        return Observation(EXPOSURE, Look.ABSENT)
    return Observation(
        EXPOSURE,
        Look.SEEN,
        title="Des comptes ordinaires peuvent prendre le contrôle de tout l’annuaire",
        severity=Severity.CRITICAL,
        detail=f"{counted(exposure.exposed, 'compte exposé', 'comptes exposés')} sur {exposure.low_privileged}.",
        objects_count=exposure.exposed,
    )


def proposals(report: Report) -> list[Proposal]:
    """What to do: the gestures of the plan in their order, then the controls that they do not mend, the worst first."""
    failed = {c.id: c for c in (*report.controls, *report.unscored) if c.outcome is Outcome.FAILED}
    taken = report.plan.actions[:MOST_GESTURES]
    gestures = [_gesture(action, failed, 1 / len(report.plan.actions)) for action in taken]
    treated: dict[str, set[str]] = {}
    for gesture in gestures:
        for mends in gesture.mends:
            treated.setdefault(mends.key, set()).update(mends.concerned)
    left = [c for c in failed.values() if _is_left(c, treated)]
    left.sort(key=lambda c: (RANKS[severity_of(c)], c.id))
    return [*gestures, *(_correction(control) for control in left)]


def _is_left(control: ControlResult, treated: dict[str, set[str]]) -> bool:
    """Whether the gestures leave something of it; what is only for information asks for nothing."""
    if control.kind == "info":
        return False
    key = name(control.id, 190)
    return key not in treated or not {ref.id for ref in control.objects} <= treated[key]


def _gesture(action: Action, failed: dict[str, ControlResult], share: float) -> Proposal:
    mine = {ref.id for ref in action.objects}
    mends = []
    for key in action.closes:
        if key in failed:
            concerned = mine & {ref.id for ref in failed[key].objects}
            mends.append(Mends(name(key, 190), tuple(sorted(visible(i)[:200] for i in concerned))))
    told = hashlib.sha256("\n".join(sorted(mine)).encode("utf-8", "replace")).hexdigest()
    return Proposal(
        origin=f"gesture/{name(action.kind, 40)}/{told[:24]}",
        title=name(action.title, 290),
        how=how(action.fix),
        minutes=action.minutes,
        mends=tuple(mends) or (Mends(EXPOSURE, share=share),),
    )


def _correction(control: ControlResult) -> Proposal:
    each = control.fix.minutes if control.fix else 30
    return Proposal(
        origin=f"control/{name(control.id, 100)}",
        title=f"Corriger : {name(control.title, 260)}",
        how=how(control.fix),
        minutes=min(each * max(len(control.objects), 1), LONGEST_CONTROL_MINUTES),
        mends=(Mends(name(control.id, 190)),),
    )


def how(fix: FixText | None) -> str:
    """How a gesture is made and undone, as text."""
    if fix is None:
        return ""
    parts = [
        ("", fix.console),
        ("PowerShell :\n", fix.powershell),
        ("Retour arrière : ", fix.rollback),
        ("Effet sur les services : ", fix.service_effect),
    ]
    return "\n\n".join(f"{words}{visible(text).strip()}" for words, text in parts if text.strip())[
        :8000
    ]
