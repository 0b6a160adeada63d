"""What an exposure report says first, in words: the same sentences for the page, the PDF and the terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rempart.content.severity import RANKS
from rempart.engines.exposure.report import (
    CheckResult,
    Claim,
    EndpointLine,
    ExposureReport,
    Finding,
    FixText,
    Reference,
    has_measured,
    is_partial,
)
from rempart.kernel.outcome import Outcome
from rempart.render.exposure.words import grade_words, mark, objective, product, theme
from rempart.render.french import NBSP, counted, duration, number, sentence
from rempart.render.text import clip, name
from rempart.render.view import Priority, Tile

FIRST: Final = 3


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one check: the worst first, with the ways to mend that their products call for."""

    check: str
    title: str
    theme: str
    severity: str
    why: str
    findings: list[Finding]
    fixes: list[tuple[str, FixText, int]]  # product in words, how, for how many targets
    references: list[Reference]
    objectives: list[str]

    @property
    def minutes(self) -> int:
        """Minutes of an administrator for all its targets."""
        return sum(f.fix.minutes for f in self.findings if f.fix)


@dataclass(frozen=True, slots=True)
class Step:
    """What one better grade costs, in words."""

    grade: str
    minutes: int
    findings: list[Finding]

    @property
    def words(self) -> str:
        """« 3 h 20, 7 constats à corriger »."""
        count = len(self.findings)
        return f"{duration(self.minutes)}, {counted(count, 'constat')} à corriger"


@dataclass(frozen=True, slots=True)
class GapGroup:
    """What could not be judged for one reason: (title of the check, its targets)."""

    reason: str
    checks: list[tuple[str, list[str]]]

    @property
    def count(self) -> int:
        """How many measures are missing."""
        return sum(len(targets) for _, targets in self.checks)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What we say of one target, and the claim of another tool that says the contrary."""

    target: str
    check: str
    title: str
    ours: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Expiry:
    """A certificate, and the days that it has left on the day of the audit."""

    target: str
    on: str
    days: int


PARTIAL: Final = "Balayage incomplet"
WRONG_CLOCK: Final = "Horloge fausse"
NOTHING_MEASURED: Final = "rien n’a pu être mesuré"


def headline(report: ExposureReport) -> str:
    """The title: the grade in one line, and the one that it may be for all that nobody measured."""
    score = report.score
    who = clip(name(report.perimeter), 80)
    if is_partial(report):
        who = f"{PARTIAL}, {who}"
    if report.clock_fault:
        who = f"{WRONG_CLOCK}, {who}"
    if not has_measured(report):
        return f"{who} : exposition non notée, {NOTHING_MEASURED}"
    worst = f", {score.grade_low} au pire" if score.grade_low != score.grade else ""
    said = grade_words(score.grade, score.value)
    if is_partial(report):
        return f"{who} : ce qui a été fait est noté {said}{worst}"
    return f"{who} : exposition notée {said}{worst}"


def lead(report: ExposureReport) -> str:
    """The sentences under the title: what is open, and what is not known."""
    found = report.findings
    parts = [report.clock_fault] if report.clock_fault else []
    if is_partial(report):
        parts.append(
            f"{PARTIAL} : {_done(report)}, et ce que les autres auraient fait voir n’est pas connu. "
            "Ce rapport ne vaut que pour ce qui a été fait."
        )
    if not found and not report.gaps and not measured(report):
        parts.append("Ce balayage n’a rien vu à évaluer.")
    elif not has_measured(report):
        parts.append("Ce balayage ne permet de conclure sur rien.")
    elif not found:
        parts.append("Rien à corriger dans ce qui a été mesuré.")
    else:
        grave = sum(f.severity in ("critical", "high") for f in found)
        count = counted(len(found), "constat à corriger", "constats à corriger")
        worst = (
            f", dont {counted(grave, 'critique ou grave', 'critiques ou graves')}" if grave else ""
        )
        parts.append(f"{count}{worst}.")
    exploited = sum(f.is_exploited for f in found)
    if exploited == 1:
        parts.append("L’un d’eux est une faille que des attaquants exploitent déjà.")
    elif exploited:
        parts.append(
            f"{number(exploited)} d’entre eux sont des failles que des attaquants exploitent déjà."
        )
    if report.gaps:
        count = counted(
            len(report.gaps), "mesure n’a pas pu être faite", "mesures n’ont pas pu être faites"
        )
        parts.append(f"{count} : elles ne comptent ni comme bonnes ni comme mauvaises.")
    return " ".join(parts)


def _done(report: ExposureReport) -> str:
    """« 22 travaux faits sur 30 »: of those that the sweep knew of, others were still to come."""
    done = report.pieces - report.pieces_stopped
    said = counted(done, "travail fait", "travaux faits")
    return f"{said} sur {number(report.pieces)}"


def measured(report: ExposureReport) -> int:
    """How many verdicts are good."""
    return sum(check.passed for check in report.checks)


def tiles(report: ExposureReport) -> list[Tile]:
    """The four figures of the summary."""
    score, found = report.score, report.findings
    grave = sum(f.severity in ("critical", "high") for f in found)
    note = score.cap or "selon le barème de Rempart, expliqué dans la méthode"
    label = "Note"
    if is_partial(report):
        label, note = "Note partielle", f"balayage incomplet : {_done(report)}"
    graded = Tile(label, score.grade, f"{mark(score.value)} sur 100", note)
    return [
        graded if has_measured(report) else Tile("Note", "–", "", NOTHING_MEASURED),
        _range_tile(report),
        Tile(
            "Constats graves ou critiques",
            number(grave),
            f"sur {number(len(found))}",
            f"{counted(measured(report), 'mesure conforme', 'mesures conformes')}",
        ),
        _cost_tile(report),
    ]


def _range_tile(report: ExposureReport) -> Tile:
    score, missing = report.score, len(report.gaps)
    if not missing and is_partial(report):
        return Tile("Incertitude", "inconnue", "", "le balayage n’est pas allé jusqu’au bout")
    if not missing:
        return Tile("Incertitude", "aucune", "", "tout ce qui devait être mesuré l’a été")
    count = counted(missing, "mesure manquante", "mesures manquantes")
    return Tile(
        "Au pire",
        score.grade_low,
        f"{mark(score.low)} sur 100",
        f"si ce qui n’a pas été évalué était mauvais ({count})",
    )


def _cost_tile(report: ExposureReport) -> Tile:
    steps = report.score.next_grades
    if not steps:
        return Tile("Note suivante", "–", "", best_words(report))
    step = steps[0]
    count = counted(len(step.keys), "constat")
    return Tile(
        f"Pour atteindre {step.grade}",
        duration(step.minutes),
        "",
        f"d’un administrateur, {count} à corriger",
    )


def best_words(report: ExposureReport) -> str:
    """What is said where no finding keeps a better grade away: what was not measured may still lower it."""
    if report.score.grade_low == report.score.grade and not is_partial(report):
        return "La meilleure note est atteinte."
    return "Rien de ce qui a été mesuré ne l’abaisse ; ce qui ne l’a pas été le peut encore."


def no_gap_words(report: ExposureReport) -> str:
    """What is said where no measure is missing: of a sweep cut short, that nobody knows which ones are."""
    if is_partial(report):
        return "Le balayage n’est pas allé jusqu’au bout : ce qu’il aurait vu n’est pas connu."
    return "Tout ce qui devait être mesuré l’a été."


def groups(findings: Iterable[Finding]) -> list[Group]:
    """Findings by check, the most severe check first, then the one with most targets."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.check, []).append(finding)
    made = [_group(check, items) for check, items in found.items()]
    return sorted(made, key=lambda g: (RANKS[g.severity], -len(g.findings), g.theme, g.check))


def _group(check: str, items: Sequence[Finding]) -> Group:
    items = sorted(items, key=lambda f: (RANKS[f.severity], f.target))
    fixes: dict[str, tuple[FixText, int]] = {}
    for finding in items:
        if finding.fix:
            _, count = fixes.get(finding.fix.product, (finding.fix, 0))
            fixes[finding.fix.product] = (finding.fix, count + 1)
    first = items[0]
    return Group(
        check=check,
        title=first.title,
        theme=first.theme,
        severity=first.severity,
        why=first.why,
        findings=items,
        fixes=[(product(key), fix, count) for key, (fix, count) in sorted(fixes.items())],
        references=first.references,
        objectives=[objective(one) for one in first.objectives],
    )


def by_severity(report: ExposureReport) -> list[tuple[str, list[Group]]]:
    """Groups under the worst severity of each."""
    found: dict[str, list[Group]] = {}
    for group in groups(report.findings):
        found.setdefault(group.severity, []).append(group)
    return [(key, found[key]) for key in RANKS if key in found]


def steps(report: ExposureReport) -> list[Step]:
    """What each better grade costs, the nearest first."""
    known = {finding.key: finding for finding in report.findings}
    return [
        Step(step.grade, step.minutes, _ordered(known[k] for k in step.keys if k in known))
        for step in report.score.next_grades
    ]


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (RANKS[f.severity], f.theme, f.check, f.target))


def priorities(report: ExposureReport) -> list[Priority]:
    """The three things to do first: those that the nearest grades ask for, and what is critical before all the rest."""
    grades = [step.grade for step in report.score.next_grades]
    asked: dict[str, int] = {}
    for rank, step in enumerate(report.score.next_grades):
        for key in step.keys:
            asked.setdefault(key, rank)
    ranked = []
    for group in groups(f for f in report.findings if f.severity != "info"):
        nearest = min((asked[f.key] for f in group.findings if f.key in asked), default=len(grades))
        ranked.append((group.severity != "critical", nearest, RANKS[group.severity], group))
    ranked.sort(key=lambda x: (*x[:3], x[3].check))
    found = [_priority(group, [*grades, ""][nearest]) for _, nearest, _, group in ranked[:FIRST]]
    if len(found) < FIRST and report.gaps:
        count = counted(len(report.gaps), "mesure")
        found.append(
            Priority(
                "Refaire ce qui n’a pas pu être mesuré",
                "La section « Non évalué » dit pourquoi, cible par cible.",
                f"{count} à faire",
                "non-evalues",
            )
        )
    return found


def _priority(group: Group, grade: str) -> Priority:
    count = len(group.findings)
    where = name(group.findings[0].target) if count == 1 else counted(count, "cible")
    why = f"{where} : environ {duration(group.minutes)} d’un administrateur. {sentence(group.why)}"
    gain = f"vers la note{NBSP}{grade}" if grade else ""
    return Priority(sentence(group.title).rstrip("."), why, gain, group.check)


def gaps(report: ExposureReport) -> list[GapGroup]:
    """What was not judged, by reason, the reason that hides most measures first."""
    titles = {check.id: check.title for check in report.checks}
    found: dict[str, dict[str, list[str]]] = {}
    for gap in report.gaps:
        title = titles.get(gap.check, gap.check)
        found.setdefault(gap.reason, {}).setdefault(title, []).append(gap.target)
    made = [GapGroup(reason, sorted(checks.items())) for reason, checks in found.items()]
    return sorted(made, key=lambda g: (-g.count, g.reason))


def with_outcome(report: ExposureReport, outcome: Outcome) -> list[CheckResult]:
    """The checks that came to one outcome, by theme."""
    found = [check for check in report.checks if check.outcome is outcome]
    return sorted(found, key=lambda check: (theme(check.theme), check.title))


def disagreements(report: ExposureReport) -> list[Disagreement]:
    """Where another tool says the contrary: of what we call wrong, then of what we call good."""
    found = [
        Disagreement(
            f.target, f.check, f.title, f"Mesuré par Rempart : à corriger. {f.detail}", claim
        )
        for f in report.findings
        for claim in f.claims
        if not claim.agrees
    ]
    return found + [
        Disagreement(dispute.target, dispute.check, dispute.title, dispute.ours, claim)
        for dispute in report.disputes
        for claim in dispute.claims
    ]


def expiries(report: ExposureReport) -> list[Expiry]:
    """Certificates by the day that they end, the soonest first; one line a certificate's day and name."""
    try:
        today = date.fromisoformat(report.audited_on)
    except ValueError:
        return []
    found = [e for line in report.endpoints if (e := _expiry(line, today))]
    return sorted(found, key=lambda e: (e.days, e.target))


def _expiry(line: EndpointLine, today: date) -> Expiry | None:
    try:
        ends = date.fromisoformat(line.expires_on)
    except ValueError:
        return None
    return Expiry(line.target, line.expires_on, (ends - today).days)


def days_left(days: int) -> str:
    """« 12 jours », « expiré depuis 3 jours », « expire aujourd’hui »."""
    if days < 0:
        return f"expiré depuis {counted(-days, 'jour')}"
    return "expire aujourd’hui" if days == 0 else counted(days, "jour")
