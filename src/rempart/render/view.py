"""What a report says first, in words: the same sentences for the page, the PDF and the terminal."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.content.severity import RANKS
from rempart.engines.directory.report import (
    Bucket,
    ControlResult,
    Exposure,
    Level,
    LevelCount,
    Plan,
    Report,
)
from rempart.engines.directory.severity import severity_of
from rempart.kernel.french import plural
from rempart.kernel.outcome import Outcome
from rempart.render.french import NBSP, counted, duration, number, percent, sentence, words
from rempart.render.text import clip, name
from rempart.render.words import kinds, level_meaning, level_words

MEASURED = (Outcome.FAILED, Outcome.PASSED, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the summary, its unit, and the sentence under it."""

    label: str
    value: str
    unit: str
    note: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Priority:
    """One of the three things to do first. `anchor` is the id of its place in the page."""

    title: str
    why: str
    gain: str
    anchor: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A line of the table of levels, and what is left to do at that level."""

    count: LevelCount
    meaning: str
    to_next: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Points that could not be judged for the same reason: (control, its levels not judged)."""

    reason: str
    controls: list[tuple[ControlResult, list[int]]]

    @property
    def points(self) -> int:
        """How many points are not judged for this reason."""
        return sum(max(len(levels), 1) for _, levels in self.controls)


def main_domain(report: Report) -> str:
    """The name of the only domain, or nothing when there are several."""
    return report.domains[0].name if len(report.domains) == 1 else ""


def complete_paths(report: Report) -> bool:
    """Whether the paths of the report stand for every exposed principal."""
    return sum(p.stands_for for p in report.exposure.paths) >= report.exposure.exposed


def headline(report: Report) -> str:
    """The title: the result, in one line."""
    level = level_words(report.level.value, report.level.at_most)
    return f"{clip(name(report.title), 80)} : {level}, et {_paths_words(report)}"


def _paths_words(report: Report) -> str:
    exposure = report.exposure
    if exposure.reason:
        return "des chemins vers le cœur qui n’ont pas pu être mesurés"
    if not exposure.exposed:
        return "aucun chemin connu vers le cœur"
    if complete_paths(report):
        count = len(exposure.paths)
        return f"{words(count)} {plural(count, 'chemin')} vers le cœur"
    return (
        f"{counted(exposure.exposed, 'compte ordinaire mène', 'comptes ordinaires mènent')} au cœur"
    )


def lead(report: Report) -> str:
    """The sentence under the title: who can take the directory, and what prevents it."""
    exposure, plan = report.exposure, report.plan
    if exposure.reason:
        return sentence(exposure.reason)
    if not exposure.exposed:
        everyone = exposure.low_privileged
        return (
            f"{f'Aucun des {number(everyone)} comptes ordinaires' if everyone > 1 else 'Aucun compte ordinaire'}, "
            "personnes et machines, n’a de chemin vers le cœur de l’annuaire dans ce qui a été collecté."
        )
    verb = plural(exposure.exposed, "peut", "peuvent")
    who = counted(exposure.exposed, "compte ordinaire", "comptes ordinaires")
    first = (
        f"{who} sur {number(exposure.low_privileged)}, personnes et machines, {verb} prendre"
        " le contrôle de tout l’annuaire."
    )
    return f"{first} {_plan_words(plan)}"


def _plan_words(plan: Plan) -> str:
    count = len(plan.actions)
    if not count:
        return "Aucun geste d’administrateur connu ne coupe ces chemins."
    gestures = f"{words(count)} {plural(count, 'geste')}".capitalize()
    if not plan.exposed_after:
        return f"{gestures} {plural(count, 'suffit', 'suffisent')} à l’empêcher."
    return (
        f"{gestures} n’en {plural(count, 'laisse', 'laissent')} que {number(plan.exposed_after)}."
    )


def proof(plan: Plan) -> str:
    """What is known of the optimality of the plan."""
    if not plan.actions:
        return ""
    bound = number(float(round(plan.bound, 1)))
    if plan.minimal:
        return f"coût {number(plan.cost)}, prouvé minimal (borne {bound})"
    return f"coût {number(plan.cost)}, au moins {bound} : minimum non prouvé"


def plan_minutes(plan: Plan) -> int:
    """Minutes of an administrator for the whole plan."""
    return sum(action.minutes for action in plan.actions)


def tiles(report: Report) -> list[Tile]:
    """The four figures of the summary."""
    return [_level_tile(report.level), _exposure_tile(report), *_plan_tiles(report)]


def _level_tile(level: Level) -> Tile:
    missing = level.points_not_measured
    note = (
        f"{counted(missing, 'point')} {plural(missing, 'n’a', 'n’ont')} pas pu être {plural(missing, 'évalué')}"
        if missing
        else "tous les points ont été évalués"
    )
    value = f"≤{NBSP}{level.value}" if level.at_most else str(level.value)
    return Tile("Niveau ANSSI", value, "sur 5", note, level.value)


def _exposure_tile(report: Report) -> Tile:
    exposure = report.exposure
    if exposure.reason:
        return Tile("Comptes exposés", "–", "non mesuré", exposure.reason)
    share = percent(exposure.exposed, exposure.low_privileged)
    return Tile(
        "Comptes exposés",
        number(exposure.exposed),
        f"sur {number(exposure.low_privileged)}",
        f"{share} des comptes ordinaires actifs",
    )


def _plan_tiles(report: Report) -> list[Tile]:
    exposure, plan = report.exposure, report.plan
    if exposure.reason:
        none = Tile("Plan minimal", "–", "non mesuré", "il faut d’abord mesurer les chemins")
        return [
            none,
            Tile("Après le plan", "–", "non mesuré", "il faut d’abord mesurer les chemins"),
        ]
    count = len(plan.actions)
    note = proof(plan) or (
        "rien à couper" if not exposure.exposed else "aucun geste connu ne coupe ces chemins"
    )
    first = Tile("Plan minimal", number(count), plural(count, "geste"), note)
    left = plan.exposed_after
    after = plan.level_after
    note = ""
    if after and after.value == report.level.value:
        note = f"le {level_words(after.value, after.at_most)} demeure : d’autres points le tiennent"
    elif after:
        note = f"et {level_words(after.value, after.at_most)}"
    unit = plural(left, "compte exposé", "comptes exposés")
    return [first, Tile("Après le plan", number(left), unit, note)]


def failed(controls: Sequence[ControlResult]) -> list[ControlResult]:
    """Failed controls, the worst first."""
    found = [c for c in controls if c.outcome is Outcome.FAILED]
    return sorted(found, key=lambda c: (RANKS[severity_of(c)], c.theme, c.id))


def worst(control: ControlResult) -> int:
    """The lowest level that a failed control fails; 9 when it is not scored."""
    return min(control.failed_levels or control.levels or [9])


def priorities(report: Report) -> list[Priority]:
    """The three things to do first: gestures of the plan, then what holds the level, then a better collection."""
    found = _first_actions(report, 2)
    closed = {c for action in report.plan.actions[: len(found)] for c in action.closes}
    holding = [c for c in failed(report.controls) if c.id not in closed]
    holding.sort(key=lambda c: (worst(c), c.fix.minutes if c.fix else 999, c.id))
    for control in holding[: 3 - len(found)]:
        effort = f" {duration(control.fix.minutes)} par objet." if control.fix else ""
        count = len(control.objects)
        why = f"{sentence(control.why)}{effort}" if control.why else effort.strip()
        gain = f"niveau {worst(control)} : {counted(count, 'objet')}"
        found.append(Priority(sentence(control.title).rstrip("."), why, gain, control.id))
    missing = report.level.points_not_measured
    if len(found) < 3 and missing:
        found.append(
            Priority(
                "Refaire une collecte plus complète",
                "Ce qui n’est pas mesuré ne compte jamais comme bon. La section « Non évalués » dit comment l’obtenir.",
                f"{counted(missing, 'point')} à évaluer",
                "non-evalues",
            )
        )
    return found


def _first_actions(report: Report, limit: int) -> list[Priority]:
    found = []
    before = report.exposure.exposed
    for rank, action in enumerate(report.plan.actions[:limit], 1):
        effect = action.fix.service_effect if action.fix else ""
        why = f"Effet sur les services : {sentence(effect)}" if effect else ""
        if action.minutes:
            why = f"Environ {duration(action.minutes)}. {why}".strip()
        if action.exposed_after < before:
            gain = f"{number(before)} → {number(action.exposed_after)} exposés"
        else:
            gain = f"coût restant {number(action.remaining_cost)} sur {number(report.plan.cost)}"
        before = action.exposed_after
        found.append(Priority(name(action.title), why, gain, f"geste-{rank}"))
    return found


def level_rows(level: Level) -> list[LevelRow]:
    """The table of levels."""
    return [LevelRow(c, level_meaning(c.level), _to_next(c)) for c in level.by_level]


def _to_next(count: LevelCount) -> str:
    parts = []
    if count.failed:
        parts.append(f"corriger {counted(count.failed, 'point')}")
    if count.not_measured:
        parts.append(f"évaluer {counted(count.not_measured, 'point')}")
    return ", ".join(parts) or "rien"


def gaps(controls: Sequence[ControlResult]) -> list[Gap]:
    """What was not judged, by reason, the reason that hides most points first."""
    found: dict[str, list[tuple[ControlResult, list[int]]]] = defaultdict(list)
    for control in controls:
        reasons: dict[str, list[int]] = defaultdict(list)
        for point in control.points:
            if point.outcome is Outcome.NOT_MEASURED:
                reasons[point.reason or control.reason].append(point.level)
        if not reasons and control.outcome is Outcome.NOT_MEASURED:
            reasons[control.reason] = list(control.levels)
        for reason, levels in reasons.items():
            found[reason].append((control, levels))
    result = [Gap(reason, items) for reason, items in found.items()]
    return sorted(result, key=lambda g: (-g.points, g.reason))


def by_kind(exposure: Exposure) -> list[Bucket]:
    """Exposed principals by kind, out of the ordinary ones of that kind; a kind without any exposed one is kept."""
    totals = exposure.low_privileged_by_kind
    keys = sorted({*exposure.by_kind, *totals}, key=lambda k: (-exposure.by_kind.get(k, 0), k))
    found = [(k, exposure.by_kind.get(k, 0)) for k in keys]
    return [Bucket(kinds(k), n, totals.get(k, n)) for k, n in found]


def ranks(plan: Plan) -> dict[str, int]:
    """Rank of each action in the plan, from 1."""
    return {action.id: rank for rank, action in enumerate(plan.actions, 1)}
