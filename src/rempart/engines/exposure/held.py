"""The proof that a level is held: two audits a given time apart, and nothing that fell between them.

The delays and what blocks are content (`reference/exposure_held.yaml`), since the programme's texts give some of them
only. What was not measured proves nothing: an audit with too many gaps is not one that reaches the level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rempart.content.exposure_rules import HeldRules
from rempart.engines.exposure.report import ExposureReport, Finding, is_partial, swept_on
from rempart.engines.exposure.seen.common import Reach
from rempart.kernel.french import counted
from rempart.kernel.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Audit:
    """What one audit says of the level. `outcome` is passed, failed or not_measured, with its reasons (French).

    `key` tells two audits apart: the id of a row, or the hash of a file.
    """

    on: date
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    key: str = ""


class WindowState(StrEnum):
    """Where the proof stands."""

    NONE = "none"  # no audit reaches the level yet
    LOST = "lost"  # the last audit does not reach it: the proof begins again
    WAITING = "waiting"  # too early for the second audit
    OPEN = "open"  # the second audit may be made
    CLOSING = "closing"  # and the window closes soon
    MISSED = "missed"  # the window closed: the proof begins again from a later audit
    HELD = "held"  # proven


@dataclass(frozen=True, slots=True)
class Window:
    """Where the proof stands on a day. `opens_on` and `closes_on` bound the second audit, both included; `first` and
    `second` are the audits that it rests on; `message` says it in French."""

    state: WindowState
    message: str
    first: Audit | None = None
    second: Audit | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    days_left: int | None = None


_PARTIAL: Final = (
    "Le balayage a été arrêté avant la fin : ce qui n’a pas été regardé ne prouve rien."
)

_WRONG_CLOCK: Final = (
    "L’horloge du poste qui a balayé était fausse : un audit qui n’est pas daté ne prouve rien."
)


def reaches_level(report: ExposureReport, rules: HeldRules, key: str = "") -> Audit:
    """Whether one audit reaches the level that must be held, on the day of its sweep: one sweep judged on two days is one
    audit. Raises ValueError when the report has no valid day."""
    on = swept_on(report)
    if report.clock_fault:
        return Audit(on, Outcome.NOT_MEASURED, (_WRONG_CLOCK,), key)
    blocking = [f for f in report.findings if _blocks(f, rules)]
    if len(blocking) > rules.tolerated:
        shown = ", ".join(f"{f.title} ({f.target})" for f in blocking[:3])
        more = f", et {len(blocking) - 3} de plus" if len(blocking) > 3 else ""
        reason = (
            f"{counted(len(blocking), 'constat bloquant', 'constats bloquants')} : {shown}{more}."
        )
        return Audit(on, Outcome.FAILED, (reason,), key)
    if is_partial(report):
        return Audit(on, Outcome.NOT_MEASURED, (_PARTIAL,), key)
    measured, unmeasured = _measures(report, rules)
    share = 100 * measured / (measured + unmeasured) if measured + unmeasured else 0.0
    if not measured or share < rules.least_measured_percent:
        reason = (
            f"{counted(unmeasured, 'mesure bloquante n’a pas pu être faite', 'mesures bloquantes n’ont pas pu être faites')} "
            f"sur {measured + unmeasured} : ce qui n’est pas mesuré ne prouve rien."
        )
        return Audit(on, Outcome.NOT_MEASURED, (reason,), key)
    return Audit(on, Outcome.PASSED, (), key)


def _blocks(finding: Finding, rules: HeldRules) -> bool:
    return (
        finding.severity in rules.blocking_severities
        and finding.confidence in rules.blocking_confidences
    )


def _measures(report: ExposureReport, rules: HeldRules) -> tuple[int, int]:
    """Targets measured, and not measured, by the checks that may block; those outside the perimeter count in neither."""
    may_block = {c.id for c in report.checks if c.severity in rules.blocking_severities}
    measured = sum(
        c.passed + c.failed + c.not_applicable for c in report.checks if c.id in may_block
    )
    gaps = sum(g.check in may_block and g.reach != Reach.OUTSIDE for g in report.gaps)
    return measured, gaps


def window(audits: Iterable[Audit], today: date, rules: HeldRules) -> Window:
    """Where the proof stands on a day, from every audit made so far, in any order.

    The level is held from a first audit to a second when both reach it, the second within the delays, and so does every
    audit between them. Of several proofs, the latest; of several first audits that could still serve, the earliest.
    """
    past = sorted((a for a in audits if a.on <= today), key=lambda a: (a.on, a.key))
    runs = _runs(past)
    if proof := _latest_proof(runs, rules):
        first, second = proof
        days = (second.on - first.on).days
        text = (
            f"Niveau tenu : deux audits à {days} jours d’intervalle, et aucun recul entre les deux."
        )
        return Window(WindowState.HELD, text, first, second)
    if not past or not runs:
        return Window(WindowState.NONE, "Aucun audit n’atteint encore le niveau à tenir.")
    if past[-1].outcome is not Outcome.PASSED:
        text = "Le dernier audit n’atteint pas le niveau : la preuve repart du prochain audit qui l’atteint."
        return Window(WindowState.LOST, text, second=past[-1])
    return _pending(runs[-1], today, rules)


def _runs(audits: Sequence[Audit]) -> list[list[Audit]]:
    """Audits that reach the level one after the other, without any between that does not."""
    runs: list[list[Audit]] = []
    is_open = False
    for audit in audits:
        if audit.outcome is not Outcome.PASSED:
            is_open = False
            continue
        if not is_open:
            runs.append([])
        is_open = True
        runs[-1].append(audit)
    return runs


def _latest_proof(runs: Sequence[Sequence[Audit]], rules: HeldRules) -> tuple[Audit, Audit] | None:
    for run in reversed(runs):
        for second in reversed(run):
            for first in run:
                if rules.least_days <= (second.on - first.on).days <= rules.most_days:
                    return first, second
    return None


def _pending(run: Sequence[Audit], today: date, rules: HeldRules) -> Window:
    """The window of the earliest first audit that can still serve."""
    first = next((a for a in run if a.on + timedelta(rules.most_days) >= today), None)
    if first is None:
        closed = run[-1].on + timedelta(rules.most_days)
        text = (
            f"La fenêtre s’est fermée le {closed:%d/%m/%Y} sans second audit : "
            "le prochain audit sera le premier d’une nouvelle preuve."
        )
        return Window(WindowState.MISSED, text, run[-1], closes_on=closed)
    opens, closes = (first.on + timedelta(d) for d in (rules.least_days, rules.most_days))
    left = (closes - today).days
    if today < opens:
        text = f"Le second audit est à faire entre le {opens:%d/%m/%Y} et le {closes:%d/%m/%Y}."
        return Window(WindowState.WAITING, text, first, None, opens, closes, left)
    days = "aujourd’hui" if left == 0 else f"dans {counted(left, 'jour')}"
    text = f"Le second audit peut être fait : la fenêtre se ferme le {closes:%d/%m/%Y}, {days}."
    state = WindowState.CLOSING if left <= rules.warn_days else WindowState.OPEN
    return Window(state, text, first, None, opens, closes, left)
