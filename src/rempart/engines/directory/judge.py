"""Running the checks on a directory: facts first, then the function, then the outcome of each point.

A point fails when an object offends it, else it is not measured when the check says so, else it passes. A check
whose facts are missing is not called: all its points are not measured, with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final

from rempart.content.directory import CheckKind, DirectoryCheck
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory, Fact
from rempart.engines.directory.objects import object_refs
from rempart.engines.directory.register import Register
from rempart.engines.directory.registry import (
    CHECKS,
    Check,
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
)
from rempart.engines.directory.report import ControlResult, FixText, ObjectRef, PointResult
from rempart.kernel.outcome import Outcome

Found = Sequence[Hit | Unmeasured]
_NAME: Final = attrgetter("name")
_NAME_AND_ID: Final = attrgetter("name", "id")


class Judge:
    """Judges one directory on one day. `labels` gives the French label of each fact, `register` what was accepted."""

    def __init__(
        self,
        directory: Directory,
        groups: Groups,
        *,
        today: int,
        labels: Mapping[str, str],
        register: Register | None = None,
    ) -> None:
        self.directory = directory
        self.groups = groups
        self.today = today
        self._labels = labels
        self._register = register or Register([], today=today)

    def judge(self, content: DirectoryCheck, check: Check) -> ControlResult:
        """The result of one check. Raises KeyError when its content lacks a figure that it asks for."""
        missing = sorted(check.needs - self.directory.facts)
        if missing:
            return self._whole(content, Outcome.NOT_MEASURED, self._lacking(missing))
        context = Context(
            self.directory,
            self.groups,
            self.today,
            {point.level: point.params for point in content.points},
        )
        try:
            found = list(check.function(context))
        except NotMeasured as reason:
            return self._whole(content, Outcome.NOT_MEASURED, str(reason))
        except NotApplicable as reason:
            return self._whole(content, Outcome.NOT_APPLICABLE, str(reason))
        self._register.recognise(content.id, context.tolerated, self.directory)
        kept = self._register.set_aside(content.id, found, self.directory)
        return self._result(content, kept)

    def judge_all(
        self, contents: Iterable[DirectoryCheck], checks: Mapping[str, Check] = CHECKS
    ) -> list[ControlResult]:
        """Results of every check of the content, in its order."""
        return [self.judge(content, checks[content.id]) for content in contents]

    def _lacking(self, missing: Iterable[Fact]) -> str:
        return "La collecte ne donne pas " + ", ni ".join(self._labels[f] for f in missing) + "."

    def _whole(self, content: DirectoryCheck, outcome: Outcome, reason: str) -> ControlResult:
        points = [
            PointResult(p.level, outcome, reason, statement=p.statement) for p in content.points
        ]
        return _described(content, outcome, reason, [], points)

    def _result(self, content: DirectoryCheck, found: Found) -> ControlResult:
        hits = [f for f in found if isinstance(f, Hit)]
        gaps = [f for f in found if isinstance(f, Unmeasured)]
        levels = [p.level for p in content.points]
        points = [_point(p.level, p.statement, hits, gaps) for p in content.points]
        reason = " ".join(dict.fromkeys(g.reason for g in gaps))
        if hits:
            outcome = Outcome.FAILED
        elif gaps:
            outcome = Outcome.NOT_MEASURED
        else:
            outcome = Outcome.PASSED
        return _described(content, outcome, reason, self._objects(hits, levels), points)

    def _objects(self, hits: Sequence[Hit], levels: list[int]) -> list[ObjectRef]:
        """Objects at fault, each once, with every detail and level said of it."""
        rows = [hit.row for hit in hits]
        whole = sorted(levels)
        if len(set(rows)) == len(rows):
            each = [whole if hit.level is None else [hit.level] for hit in hits]
            return _by_name(object_refs(self.directory, rows, [h.detail for h in hits], each))
        details: dict[int, list[str]] = {}
        failing: dict[int, set[int | None]] = {}
        for hit in hits:
            if hit.row in details:
                details[hit.row].append(hit.detail)
                failing[hit.row].add(hit.level)
            else:
                details[hit.row], failing[hit.row] = [hit.detail], {hit.level}
        texts = [
            said[0] if len(said) == 1 else " ; ".join(dict.fromkeys(d for d in said if d))
            for said in details.values()
        ]
        at = [
            whole if None in some else sorted(level for level in some if level is not None)
            for some in failing.values()
        ]
        return _by_name(object_refs(self.directory, list(details), texts, at))


def _by_name(refs: list[ObjectRef]) -> list[ObjectRef]:
    """References in the order of their names, then of their identifiers: seldom asked for, since names differ."""
    names = {ref.name for ref in refs}
    return sorted(refs, key=_NAME if len(names) == len(refs) else _NAME_AND_ID)


def _point(
    level: int, statement: str, hits: Iterable[Hit], gaps: Iterable[Unmeasured]
) -> PointResult:
    rows = {h.row for h in hits if h.level in (None, level)}
    said = [g.reason for g in gaps if g.level in (None, level)]
    if rows:
        return PointResult(level, Outcome.FAILED, objects=len(rows), statement=statement)
    if said:
        return PointResult(level, Outcome.NOT_MEASURED, " ".join(said), statement=statement)
    return PointResult(level, Outcome.PASSED, statement=statement)


def _described(
    content: DirectoryCheck,
    outcome: Outcome,
    reason: str,
    objects: list[ObjectRef],
    points: list[PointResult],
) -> ControlResult:
    fix = content.fix
    return ControlResult(
        id=content.id,
        kind=str(content.kind),
        theme=content.theme,
        title=content.title,
        levels=[p.level for p in content.points]
        if content.kind == CheckKind.CONTROL
        else list(content.level_hint),
        outcome=outcome,
        reason=reason,
        objects=objects,
        failed_levels=[p.level for p in points if p.outcome == Outcome.FAILED],
        points=points,
        why=content.why,
        attack=content.attack,
        fix=FixText(fix.console, fix.powershell, fix.rollback, fix.service_effect, fix.minutes),
        link=content.source.link + (f"#{content.source.anchor}" if content.source.anchor else ""),
        related=list(content.related),
    )
