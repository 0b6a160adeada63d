"""A whole audit: directories in, report out. No clock, no network, no printing.

directories = read([Path("collecte.zip")], observer)
report = audit(directories, catalogue=directory_catalogue(), today=date(2026, 11, 21), tool_version="0.1.0")
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import msgspec
import numpy as np

from rempart.content.catalogue import DirectoryCatalogue
from rempart.content.directory import CheckKind
from rempart.engines.directory import checks as _checks
from rempart.engines.directory.assemble import control_graph
from rempart.engines.directory.convergence import convergence
from rempart.engines.directory.exposure import Searched, exposure, search
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.judge import Judge
from rempart.engines.directory.merge import whole
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind, Source
from rempart.engines.directory.plan.section import bare_cut, plan, section
from rempart.engines.directory.register import Entry, Register
from rempart.engines.directory.report import (
    ControlResult,
    Convergence,
    DirectoryResult,
    DomainRef,
    Exposure,
    Plan,
    Report,
    SourceFileRef,
    SourceRef,
)
from rempart.engines.directory.score import level_of
from rempart.engines.directory.tier0 import Adjustment, tier0
from rempart.engines.directory.together import together
from rempart.kernel.memory import collector_paused
from rempart.kernel.progress import Observer, Silent

__all__ = ["Options", "audit", "collection_day"]

REGISTERED = _checks
"""Importing the checks registers them."""

DAY = 86400


@dataclass(frozen=True, slots=True)
class Options:
    """What the establishment decides: accepted risks, what it adds to Tier 0 or takes out of it, and how many gestures
    it can make a month."""

    accepted: Sequence[Entry] = ()
    adjustment: Adjustment = field(default_factory=Adjustment)
    per_month: int = 5


def collection_day(directories: Sequence[Directory], now: date) -> date:
    """The day that ages are counted to: that of the latest collection, as its source states it, else of the latest
    logon or creation that it holds. Never after `now`, whatever a wrong clock wrote."""
    found = [s.collected_at for d in directories for s in d.sources if s.collected_at]
    if not found:
        limit = int(datetime(now.year, now.month, now.day, tzinfo=UTC).timestamp()) + DAY
        for d in directories:
            dates = np.concatenate([d.last_logon, d.created])
            found += dates[(dates > 0) & (dates <= limit)].max(initial=0)[None].tolist()
    latest = max(found, default=0)
    if latest <= 0:
        return now
    return min(now, datetime.fromtimestamp(latest, UTC).date())


def audit(
    directories: Sequence[Directory],
    *,
    catalogue: DirectoryCatalogue,
    today: date,
    tool_version: str,
    options: Options | None = None,
    notes: Sequence[str] = (),
    observer: Observer | None = None,
) -> Report:
    """The report of one directory, or of several together. `today` is the day that ages are counted to."""
    with collector_paused():
        return _audited(
            directories,
            catalogue,
            today,
            tool_version,
            options or Options(),
            notes,
            observer or Silent(),
        )


def _audited(
    directories: Sequence[Directory],
    catalogue: DirectoryCatalogue,
    today: date,
    tool_version: str,
    chosen: Options,
    notes: Sequence[str],
    watch: Observer,
) -> Report:
    instant = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    register = Register(chosen.accepted, today=instant)
    results = []
    each = [Groups(d) for d in directories]
    for d, groups in zip(directories, each, strict=True):
        watch.stage(f"Contrôle de {_title([d])}")
        results.append(_judged(d, groups, catalogue, instant, register))
    combined = whole(directories)
    groups = each[0] if len(directories) == 1 else Groups(combined)
    controls, unscored = together(results)
    watch.stage("Chemins vers le cœur et plan")
    shown, planned = _paths_and_plan(
        combined, groups, catalogue, instant, chosen, register, [*controls, *unscored]
    )
    if len(directories) > 1:
        # One level is foretold for one directory: the whole is not to be judged.
        planned = msgspec.structs.replace(planned, level_after=None)
    return Report(
        title=_title(directories),
        audited_on=today.isoformat(),
        tool_version=tool_version,
        catalogue_version=catalogue.version,
        catalogue_sha256=catalogue.sha256,
        sources=[_source(s) for d in directories for s in d.sources],
        domains=_domains(combined),
        level=level_of(controls),
        controls=controls,
        unscored=unscored,
        exposure=shown,
        plan=planned,
        accepted=register.summary(),
        convergence=_converged(combined, directories, results, catalogue, chosen),
        notes=list(dict.fromkeys([*notes, *_blind(directories)])),
        facts_missing=[catalogue.labels[f] for f in Fact if not all(d.has(f) for d in directories)],
    )


def _blind(directories: Sequence[Directory]) -> list[str]:
    """A sentence for each directory, among several, whose rights were not collected."""
    if len(directories) < 2:
        return []
    return [
        f"{_title([d])} : la collecte ne contient pas {what} ; ses chemins manquent à ce rapport."
        for d in directories
        for fact, what in (
            (Fact.ACL, "les droits sur les objets"),
            (Fact.MEMBERS, "les membres des groupes"),
        )
        if not d.has(fact)
    ]


def _judged(
    d: Directory,
    groups: Groups,
    catalogue: DirectoryCatalogue,
    instant: int,
    register: Register | None,
) -> list[ControlResult]:
    judge = Judge(d, groups, today=instant, labels=catalogue.labels, register=register)
    return judge.judge_all(catalogue.checks.values())


def _searched(
    d: Directory, groups: Groups, catalogue: DirectoryCatalogue, options: Options
) -> Searched:
    core = tier0(d, groups, options.adjustment)
    return search(control_graph(d, groups, core, catalogue.relations))


def _paths_and_plan(
    d: Directory,
    groups: Groups,
    catalogue: DirectoryCatalogue,
    instant: int,
    options: Options,
    register: Register,
    results: list[ControlResult],
) -> tuple[Exposure, Plan]:
    if not d.has(Fact.ACL, Fact.MEMBERS):
        lacking = "les membres des groupes" if d.has(Fact.ACL) else "les droits sur les objets"
        reason = (
            f"La collecte ne contient pas {lacking} : les chemins vers le cœur n’ont pas pu être "
            "cherchés. Une collecte SharpHound complète, ORADAD ou LDAP avec les descripteurs les donne."
        )
        return (
            Exposure(0, 0, {}, reason=reason),
            Plan([], 0, 0.0, 0, uncuttable_reason=reason),
        )
    searched = _searched(d, groups, catalogue, options)
    quiet = searched.graph.keeping(searched.useful).without("HasSession")
    structural = search(quiet)
    planned = plan(d, searched, catalogue.actions)
    shown = exposure(
        d,
        searched,
        cut_by=planned.cut_by(),
        without_sessions=int(structural.exposed.sum()),
    )

    return shown, section(
        d,
        searched,
        planned,
        bare_cut(d, structural, catalogue.actions),
        results,
        _judging_again(catalogue, instant, register),
        options.per_month,
    )


def _judging_again(
    catalogue: DirectoryCatalogue, instant: int, register: Register
) -> Callable[[Directory], list[ControlResult]]:
    """How a changed directory is judged: by the controls, since the unscored items change no level."""
    scored = [c for c in catalogue.checks.values() if c.kind == CheckKind.CONTROL]

    def judged(changed: Directory) -> list[ControlResult]:
        again = Register(register.entries, today=instant)
        judge = Judge(
            changed, Groups(changed), today=instant, labels=catalogue.labels, register=again
        )
        return judge.judge_all(scored)

    return judged


def _converged(
    combined: Directory,
    directories: Sequence[Directory],
    results: Sequence[list[ControlResult]],
    catalogue: DirectoryCatalogue,
    options: Options,
) -> Convergence | None:
    """The view of a group of hospitals; None for a lone directory."""
    if len(directories) < 2:
        return None
    each = [
        _directory_result(d, r, catalogue, options)
        for d, r in zip(directories, results, strict=True)
    ]
    return convergence(combined, directories, each, catalogue)


def _directory_result(
    d: Directory, results: list[ControlResult], catalogue: DirectoryCatalogue, options: Options
) -> DirectoryResult:
    searched = _searched(d, Groups(d), catalogue, options) if d.has(Fact.ACL) else None
    collected = max((s.collected_at or 0 for s in d.sources), default=0)
    return DirectoryResult(
        name=_title([d]),
        domains=_domains(d),
        level=level_of(r for r in results if r.kind == CheckKind.CONTROL),
        exposed=int(searched.exposed.sum()) if searched else 0,
        low_privileged=int(searched.graph.low.sum()) if searched else 0,
        collected_on=_day(collected),
    )


def _domains(d: Directory) -> list[DomainRef]:
    enabled = d.enabled()
    out = []
    for row in d.rows(Kind.DOMAIN).tolist():
        inside = d.domain == row
        out.append(
            DomainRef(
                id=d.ids[row],
                name=d.label(row).lower(),
                functional_level=d.value(row, "msds-behavior-version") or "",
                users=int((inside & enabled & (d.kind == Kind.USER)).sum()),
                computers=int((inside & enabled & (d.kind == Kind.COMPUTER)).sum()),
                groups=int((inside & (d.kind == Kind.GROUP)).sum()),
                created_on=_day(int(d.created[row])),
                trusts=sorted(t.partner for t in d.trusts if t.domain == row),
            )
        )
    return sorted(out, key=lambda ref: (ref.name, ref.id))


def _title(directories: Sequence[Directory]) -> str:
    names = sorted({ref.name for d in directories for ref in _names(d)})
    return ", ".join(names) or "annuaire sans domaine"


def _names(d: Directory) -> list[DomainRef]:
    """Collected domains only: one known by a trust alone has a row too, and holds no account."""
    return [
        DomainRef(d.ids[row], d.label(row).lower())
        for row in d.rows(Kind.DOMAIN).tolist()
        if d.acls.of[row] != UNKNOWN or d.dns[row]
    ]


def _source(source: Source) -> SourceRef:
    return SourceRef(
        format=source.format,
        collector=source.collector,
        collected_on=_day(source.collected_at or 0),
        files=[SourceFileRef(f.name, f.size, f.sha256) for f in source.files],
    )


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds > 0 else ""
