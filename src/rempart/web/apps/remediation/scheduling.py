"""What the page of the calendar shows: lines, quarters, loads, and why the rest is left out. No database."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rempart.engines.allocation.problem import Problem, before, cost_of
from rempart.engines.allocation.reasons import Reason
from rempart.engines.allocation.value import Tally
from rempart.render.french import counted, number
from rempart.render.severity import severity_points
from rempart.web.apps.remediation.allocating import Answer, quarter_after, quarter_words
from rempart.web.apps.remediation.costs import Costs, costs_of
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.plain import Plain

NOBODY: Final = "à désigner"


@dataclass(frozen=True, slots=True)
class Line:
    """An action of the calendar: from which quarter to which one works on it, and what it removes when it is done."""

    action: Action
    costs: Costs
    first: int
    last: int
    ends_in: str
    points: float


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter: what it takes of what one has, and the risk still open at its end."""

    words: str
    euros: float
    euros_had: float
    days: float
    days_had: float
    open_points: float
    removed: int  # per cent of the risk of the beginning


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An action that does not enter, and why."""

    action: Action
    costs: Costs
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class Load:
    """Days of work of one person or function, quarter by quarter."""

    who: str
    days: Sequence[float]

    @property
    def total(self) -> float:
        """In all."""
        return sum(self.days)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The whole of it."""

    lines: Sequence[Line]
    quarters: Sequence[Quarter]
    left_out: Sequence[LeftOut]
    loads: Sequence[Load]
    lacking: Sequence[str]
    plains: Mapping[int, Plain]
    points: float
    gap: str
    euros: float
    days: float

    @property
    def removed(self) -> int:
        """Per cent of the risk that is removed at the end."""
        return self.quarters[-1].removed if self.quarters else 0

    @property
    def left_label(self) -> str:
        """How many are left out."""
        return f"{counted(len(self.left_out), 'autre n’entre', 'autres n’entrent')} pas."

    @property
    def euros_words(self) -> str:
        """What is spent in all."""
        return number(round(self.euros))

    @property
    def days_words(self) -> str:
        """The work in all."""
        return number(round(self.days, 1))


def calendar_of(
    answer: Answer, actions: Sequence[Action], plains: Mapping[int, Plain], first: date
) -> Calendar:
    """The answer of the optimiser in words, `first` being the first day of its first quarter."""
    known = {str(action.pk): action for action in actions}
    titles = {key: plains[action.pk].title for key, action in known.items()}
    found, problem = answer.allocation, answer.problem
    worked = work(problem, found.schedule, found.means.days, is_carried=found.means.is_carried)
    return Calendar(
        lines=_lines(answer, known, worked, first),
        quarters=_quarters(answer, first),
        left_out=[
            LeftOut(row, costs_of(row), why(r, row, titles, first, found.worth))
            for r in answer.reasons
            for row in (known[r.action],)
        ],
        loads=_loads(worked, known, problem.means.quarters),
        lacking=_lacking(answer, titles, first),
        plains=plains,
        points=found.points,
        gap=_gap(found.gap),
        euros=sum(found.spent.euros),
        days=sum(found.spent.days),
    )


def work(
    problem: Problem, schedule: dict[str, int], days: Sequence[float], *, is_carried: bool
) -> dict[str, list[float]]:
    """Days worked on each action in each quarter: the nearest end first, what comes before what; when nothing is carried, all in the
    quarter that ends it."""
    costs = {c.id: cost_of(c, problem.estimate).days for c in problem.candidates}
    found = {action: [0.0] * len(days) for action in schedule}
    if not is_carried:
        for action, quarter in schedule.items():
            found[action][quarter] = costs[action]
        return found
    left, needs = list(days), before(problem.candidates)
    for action in sorted(schedule, key=lambda a: (schedule[a], len(needs[a]), a)):
        wanted = costs[action]
        for quarter in range(schedule[action] + 1):
            taken = min(wanted, left[quarter])
            found[action][quarter] += taken
            left[quarter] -= taken
            wanted -= taken
        found[action][schedule[action]] += max(0.0, wanted)
    return found


def _lines(
    answer: Answer, known: dict[str, Action], worked: dict[str, list[float]], first: date
) -> list[Line]:
    tally, lines = Tally(answer.problem), []
    for action, last in sorted(answer.allocation.schedule.items(), key=lambda p: (p[1], int(p[0]))):
        gained = tally.gain(action)
        tally.add(action)
        begun = next((q for q, days in enumerate(worked[action]) if days > 0), last)
        row = known[action]
        ends_in = quarter_words(quarter_after(first, last))
        lines.append(Line(row, costs_of(row), min(begun, last), last, ends_in, gained))
    return lines


def _quarters(answer: Answer, first: date) -> list[Quarter]:
    found = answer.allocation
    return [
        Quarter(
            quarter_words(quarter_after(first, q)),
            found.spent.euros[q],
            found.means.euros[q],
            found.spent.days[q],
            found.means.days[q],
            left,
            _percent(found.points - left, found.points),
        )
        for q, left in enumerate(found.open_points)
    ]


def _percent(part: float, whole: float) -> int:
    """Rounded down: all is said to be removed only when all is."""
    return math.floor(100 * part / whole + 1e-9) if whole else 0


def _gap(gap: float) -> str:
    if gap < 5e-4:
        return "optimal, à moins de 0,1 % près"
    return f"à {number(round(100 * gap, 1) or 0.1)} % au plus du meilleur possible"


def _loads(worked: dict[str, list[float]], known: dict[str, Action], quarters: int) -> list[Load]:
    found: dict[str, list[float]] = {}
    for action, days in worked.items():
        row = found.setdefault(known[action].owner_words or NOBODY, [0.0] * quarters)
        for quarter, taken in enumerate(days):
            row[quarter] += taken
    loads = [Load(who, [round(d, 1) for d in days]) for who, days in found.items()]
    return sorted((load for load in loads if load.total), key=lambda load: (-load.total, load.who))


def _lacking(answer: Answer, titles: Mapping[str, str], first: date) -> list[str]:
    """What is lacking for the dates that are imposed, by quarter."""
    shortage = answer.allocation.shortage
    if shortage is None:
        return []
    found = []
    for q, (euros, days) in enumerate(zip(shortage.euros, shortage.days, strict=True)):
        parts = _more(euros, days)
        if parts:
            found.append(f"{quarter_words(quarter_after(first, q))} : {' et '.join(parts)}.")
    concerned = ", ".join(f"« {titles[action]} »" for action in shortage.actions)
    return [*found, f"Actions concernées : {concerned}."]


def _more(euros: float, days: float) -> list[str]:
    """+1 800 €, +3 jours; rounded up, so that it is enough."""
    parts = []
    if euros > 0.01:
        parts.append(f"+{number(math.ceil(euros - 0.01))} €")
    if days > 0.01:
        half = math.ceil(2 * (days - 0.01)) / 2
        parts.append(f"+{number(half)} {'jour' if half < 2 else 'jours'}")
    return parts


def why(
    reason: Reason, action: Action, titles: Mapping[str, str], first: date, worth: float
) -> list[str]:
    """Why an action is left out, in sentences."""
    if reason.is_useless or reason.quarter is None:
        if not list(action.links.all()):
            return ["Aucun constat ne lui est lié : le calcul ne sait pas ce qu’elle enlève."]
        return ["Elle n’enlèverait rien de plus : d’autres actions le font déjà."]
    found = []
    parts = _more(reason.euros, reason.days)
    quarter = quarter_words(quarter_after(first, reason.quarter))
    needs = ", ".join(f"« {titles[needed]} »" for needed in reason.needs)
    before_ = f", avec son préalable {needs}" if needs else ""
    if parts:
        found.append(f"Entrerait avec {' et '.join(parts)} (au {quarter}{before_}).")
    if reason.instead_of:
        lost = 100 * reason.loss / worth if worth else 0
        words = f"{number(round(lost, 1))} % de moins" if lost >= 0.05 else "presque autant"
        found.append(
            f"Ou à la place de « {titles[reason.instead_of]} » : le plan enlèverait {words}."
        )
    return found


def source_of_points() -> str:
    """Where the points come from, in one sentence."""
    return (
        f"Points par constat ouvert, choix de Rempart : {severity_points()} ; un écart d’auto-évaluation à mi-chemin "
        "compte pour moitié."
    )
