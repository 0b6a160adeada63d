"""Running the checks on what was seen: each observation once by each check of its kind, then one verdict a target.

A probe that got no answer never reaches the check: nothing listens there, or not what is judged, and the check does not
apply; or nobody can say, and it is not measured, with the probe's reason. Several observations of one target (a name with two addresses)
make one verdict, the worst: failed, then not measured, then passed, then not applicable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from msgspec import Struct

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.products import Recognised
from rempart.engines.exposure.registry import (
    CHECKS,
    Check,
    Confidence,
    Context,
    Dated,
    Verdict,
    not_applicable,
    unmeasured,
)
from rempart.engines.exposure.report import CheckResult, Finding, FixText, Gap, Reference
from rempart.engines.exposure.screens import doubted
from rempart.engines.exposure.seen.claims import OURS
from rempart.engines.exposure.seen.common import Reach, Seen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.kernel.memory import collector_relaxed
from rempart.kernel.outcome import Outcome

WORST_FIRST: Final = (
    Outcome.FAILED,
    Outcome.NOT_MEASURED,
    Outcome.PASSED,
    Outcome.NOT_APPLICABLE,
)
CONFIDENCES: Final = tuple(Confidence)
SHOWN_REASONS: Final = 3
NOTHING_SEEN: Final = "Le balayage n’a rien vu à quoi ce contrôle s’applique."
STOPPED: Final = (
    "Le balayage a été arrêté avant la fin, et n’a rien vu à quoi ce contrôle s’applique."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one check says of the whole snapshot."""

    result: CheckResult
    findings: list[Finding]
    gaps: list[Gap]


class _Said(Struct, frozen=True, gc=False):
    """A verdict, the observation that it rests on, and its severity: its own, else its check's."""

    verdict: Verdict
    seen: Seen
    severity: str


class _Common:
    """What the findings of one check share, made once: a region has three hundred thousand of them."""

    def __init__(self, content: ExposureCheck) -> None:
        self.content = content
        self.theme = str(content.theme)
        self.references = references_of(content)
        self.objectives = list(content.objectives)
        self.sources = [OURS]
        self.none: list[Any] = []
        self._fixes: dict[str, FixText | None] = {}
        self._texts: dict[str, str] = {}

    def fix(self, products: Sequence[str]) -> FixText | None:
        """`fix_for`, the same object for the same fix."""
        found = fix_for(self.content, products)
        return self._fixes.setdefault(found.product if found else "", found)

    def text(self, said: str) -> str:
        """The same text, as the object that already says it."""
        return self._texts.setdefault(said, said)


class Judge:
    """Judges one snapshot on one day. `holes` is the bundle of known holes, None without one; `clock_faults` why its dates
    are not to be believed (`clock.faults_of`)."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        today: date,
        holes: Bundle | None = None,
        perimeter_names: Iterable[str] = (),
        clock_faults: Mapping[Dated, str] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self._today = today
        self._holes = holes
        self._names = frozenset(perimeter_names)
        self._clock_faults = clock_faults or {}
        self._recognised = Recognised(snapshot.seen)
        self._instant = cache(instant)
        self._by_kind: dict[type[Seen], tuple[list[Seen], list[str]]] = {}
        targets: dict[str, str] = {}
        for seen in doubted(snapshot.seen):
            observed, own = self._by_kind.setdefault(type(seen), ([], []))
            observed.append(seen)
            own.append(targets.setdefault(target := seen.target, target))

    def judge_all(
        self, catalogue: ExposureCatalogue, checks: Mapping[str, Check] = CHECKS
    ) -> list[Judged]:
        """What every check of the catalogue says, in its order."""
        with collector_relaxed():
            return [
                self.judge(content, checks[content.id]) for content in catalogue.checks.values()
            ]

    def judge(self, content: ExposureCheck, check: Check) -> Judged:
        """What one check says. It never fails: a check that breaks on an observation leaves it not measured."""
        by_target = self._by_target(content, check)
        if not by_target:
            return self._nothing(content)
        common = _Common(content)
        findings, gaps, cleared, reasons = [], [], [], []
        counts = dict.fromkeys(Outcome, 0)
        for target in sorted(by_target):
            outcome, kept = _worst(by_target[target])
            counts[outcome] += 1
            if outcome is Outcome.FAILED:
                findings.append(self._finding(common, target, kept))
            elif outcome is Outcome.NOT_MEASURED:
                reason = common.text(_joined(x.verdict.detail or x.seen.reason for x in kept))
                gaps.append(Gap(content.id, target, reason, _reach_of(kept).value))
            else:
                if not any(x.verdict.is_blind for x in kept):
                    cleared.append(target)
                if outcome is Outcome.NOT_APPLICABLE:
                    reasons.append(_joined(x.verdict.detail for x in kept))
        return Judged(_result(content, counts, gaps, reasons, cleared), findings, gaps)

    def evidence(self, content: ExposureCheck, check: Check, target: str) -> str:
        """What a check saw of one target, whatever it says of it."""
        verdicts = [x.verdict for x in self._by_target(content, check).get(target, [])]
        return _joined(verdict.evidence or verdict.detail for verdict in verdicts)

    def _by_target(self, content: ExposureCheck, check: Check) -> dict[str, list[_Said]]:
        context = Context(content.params, self._today, self._holes, self._names, self._clock_faults)
        default = str(content.severity)
        by_target: dict[str, list[_Said]] = {}
        for kind in check.kinds:
            for seen, own in zip(*self._by_kind.get(kind, ((), ())), strict=True):
                for verdict in verdicts_on(check, seen, context):
                    severity = verdict.severity if verdict.severity in SEVERITIES else default
                    said = _Said(verdict, seen, severity)
                    by_target.setdefault(verdict.target or own, []).append(said)
        return by_target

    def _nothing(self, content: ExposureCheck) -> Judged:
        """A check for which the sweep brought nothing."""
        if not self.snapshot.pieces_stopped:
            result = _described(content, Outcome.NOT_APPLICABLE, reason=NOTHING_SEEN)
            return Judged(result, [], [])
        gap = Gap(content.id, self.snapshot.perimeter, STOPPED, str(Reach.STOPPED))
        result = _described(content, Outcome.NOT_MEASURED, reason=STOPPED, not_measured=1)
        return Judged(result, [], [gap])

    def _finding(self, common: _Common, target: str, said: Sequence[_Said]) -> Finding:
        content = common.content
        verdicts = [x.verdict for x in said]
        first = said[0]
        products = [v.product for v in verdicts if v.product]
        products += self._recognised.at(target, first.seen)
        cves = sorted({cve for v in verdicts for cve in v.cves}) or common.none
        return Finding(
            key=f"{content.id}|{target}",
            check=content.id,
            theme=common.theme,
            target=target,
            title=content.title,
            severity=first.severity,
            confidence=common.text(str(first.verdict.confidence)),
            detail=common.text(_joined([v.detail for v in verdicts])),
            evidence=common.text(_joined([v.evidence for v in verdicts])),
            why=content.why,
            fix=common.fix(products),
            references=common.references,
            objectives=common.objectives,
            cves=cves,
            is_exploited=self._holes is not None and self._holes.is_exploited(cves),
            epss=self._holes.highest_epss(cves) if self._holes else None,
            product=products[0] if products else "",
            data_as_of=min((v.data_as_of for v in verdicts if v.data_as_of), default=""),
            seen_at=self._instant(max([x.seen.at for x in said])),
            sources=common.sources,
            claims=common.none,
        )


def verdicts_on(check: Check, seen: Seen, context: Context) -> list[Verdict]:
    """What a check says of one observation; what no probe reached is not asked."""
    if seen.reach in check.reaches:
        return _asked(check, seen, context)
    if seen.reach in {Reach.CLOSED, Reach.NOT_OFFERED}:
        return [not_applicable(seen.reason or "Rien n’écoute ici.")]
    return [unmeasured(seen.reason or "La sonde n’a pas obtenu de réponse.")]


def concluded(verdicts: Iterable[Verdict]) -> Outcome | None:
    """The outcome of several verdicts on one target, None without any."""
    found = {verdict.outcome for verdict in verdicts}
    return next((outcome for outcome in WORST_FIRST if outcome in found), None)


def _asked(check: Check, seen: Seen, context: Context) -> list[Verdict]:
    try:
        return list(check.function(seen, context))
    except Exception as fault:  # noqa: BLE001 (one hostile answer must not cost the whole report)
        return [unmeasured(f"Le contrôle n’a pas su lire cette réponse ({type(fault).__name__}).")]


def _worst(said: Sequence[_Said]) -> tuple[Outcome, list[_Said]]:
    """The outcome of one target, and what says so, the worst first."""
    if len(said) == 1:
        return said[0].verdict.outcome, [*said]
    found = {x.verdict.outcome for x in said}
    outcome = next(o for o in WORST_FIRST if o in found)
    kept = [x for x in said if x.verdict.outcome is outcome]
    return outcome, sorted(kept, key=_gravity)


def _reach_of(said: Sequence[_Said]) -> Reach:
    """How far the look got of which nothing could be said. What the perimeter does not allow costs nothing, even where the
    machine answers nobody."""
    if all(x.verdict.is_outside for x in said):
        return Reach.OUTSIDE
    return next(x.seen.reach for x in said if not x.verdict.is_outside)


def _gravity(said: _Said) -> tuple[int, int, str, str]:
    verdict = said.verdict
    rank = SEVERITIES.index(said.severity), CONFIDENCES.index(verdict.confidence)
    return *rank, verdict.detail, verdict.evidence


def _joined(texts: Iterable[str]) -> str:
    """Each text once; of several sentences, the last one alone keeps its full stop."""
    told = [text for text in texts if text]
    if len(told) > 1:
        told = list(dict.fromkeys(told))
    return " ; ".join([*(text.removesuffix(".") for text in told[:-1]), *told[-1:]])


def _result(
    content: ExposureCheck,
    counts: Mapping[Outcome, int],
    gaps: Sequence[Gap],
    reasons: Iterable[str],
    cleared: list[str],
) -> CheckResult:
    outcome = next(o for o in WORST_FIRST if counts[o])
    said = reasons if outcome is Outcome.NOT_APPLICABLE else (gap.reason for gap in gaps)
    return _described(
        content,
        outcome,
        passed=counts[Outcome.PASSED],
        failed=counts[Outcome.FAILED],
        not_measured=counts[Outcome.NOT_MEASURED],
        not_applicable=counts[Outcome.NOT_APPLICABLE],
        reason=" ".join(list(dict.fromkeys(r for r in said if r))[:SHOWN_REASONS]),
        cleared=cleared,
    )


def _described(
    content: ExposureCheck,
    outcome: Outcome,
    *,
    reason: str = "",
    passed: int = 0,
    failed: int = 0,
    not_measured: int = 0,
    not_applicable: int = 0,
    cleared: list[str] | None = None,
) -> CheckResult:
    return CheckResult(
        id=content.id,
        theme=str(content.theme),
        title=content.title,
        outcome=outcome,
        severity=str(content.severity),
        passed=passed,
        failed=failed,
        not_measured=not_measured,
        not_applicable=not_applicable,
        reason=reason,
        cleared=cleared or [],
    )


def fix_for(content: ExposureCheck, products: Sequence[str]) -> FixText | None:
    """The first fix for a product that is there, else the one for any product."""
    fix = next((f for f in content.fixes if f.product in products), None)
    fix = fix or next((f for f in content.fixes if f.product == "any"), None)
    if fix is None:
        return None
    return FixText(
        fix.product, fix.steps, fix.commands, fix.rollback, fix.service_effect, fix.minutes
    )


def references_of(content: ExposureCheck) -> list[Reference]:
    """What a check rests on, its source first."""
    return [
        Reference(r.document, r.version, r.anchor, r.link)
        for r in (content.source, *content.references)
    ]
