"""The plan section of the report: gestures in order, what each closes, what remains, and the proof."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rempart.content.directory import DirectoryAction
from rempart.engines.directory.exposure import Searched, paths_from, search
from rempart.engines.directory.model import UNKNOWN, Directory
from rempart.engines.directory.objects import object_ref
from rempart.engines.directory.paths import Reversed, exposed
from rempart.engines.directory.plan.apply import applied
from rempart.engines.directory.plan.cut import Cut, Network
from rempart.engines.directory.plan.gestures import UNCUTTABLE, Cuttable, Gesture, gestures
from rempart.engines.directory.plan.order import best_order, exposed_after
from rempart.engines.directory.report import (
    Action,
    Bucket,
    ControlResult,
    FixText,
    Path,
    Plan,
)
from rempart.engines.directory.score import level_of
from rempart.kernel.french import counted
from rempart.kernel.outcome import Outcome

SHOWN_OBJECTS: Final = 3
SHOWN_UNCUTTABLE: Final = 5


@dataclass(slots=True, frozen=True)
class Planned:
    """A minimum cut with its order, the number still exposed after each step, and the action id of each gesture."""

    cuttable: Cuttable
    cut: Cut
    order: list[int]
    exposed_after: list[int]
    ids: dict[int, str]

    def cut_by(self) -> dict[tuple[int, int, int], str]:
        """(source, target, kind) of every edge that the plan removes → id of its action."""
        c = self.cuttable
        numbers = np.flatnonzero(np.isin(c.gesture, np.array(self.order, np.int64)))
        edges = c.edge[numbers]
        return {
            (s, t, k): self.ids[g]
            for s, t, k, g in zip(
                c.graph.src[edges].tolist(),
                c.graph.dst[edges].tolist(),
                c.graph.kind[edges].tolist(),
                c.gesture[numbers].tolist(),
                strict=True,
            )
        }


def plan(
    directory: Directory, searched: Searched, actions: Mapping[str, DirectoryAction]
) -> Planned:
    """The minimum cut of a graph, proven and ordered."""
    cuttable = gestures(directory, searched.graph, searched.shortest, actions)
    cut = Network(cuttable).minimum()
    order = best_order(cuttable, cut)
    ids = {g: f"{cuttable.gestures[g].action.id}-{i:03d}" for i, g in enumerate(order, 1)}
    return Planned(cuttable, cut, order, exposed_after(cuttable, order), ids)


def bare_cut(
    directory: Directory, searched: Searched, actions: Mapping[str, DirectoryAction]
) -> Cut:
    """The minimum cut of a graph, without its proof nor its order: for the figures beside the plan."""
    cuttable = gestures(directory, searched.graph, searched.shortest, actions)
    return Network(cuttable).minimum(proven=False)


def remaining(planned: Planned, searched: Searched) -> int:
    """Ordinary principals still exposed once the plan is done, found by searching the graph again."""
    graph = searched.graph
    alive = searched.useful
    c = planned.cuttable
    alive[c.edge[np.isin(c.gesture, np.array(planned.order, np.int64))]] = False
    left = graph.keeping(alive)
    return int(exposed(left, Reversed(left).breadth_first()).sum())


def section(
    directory: Directory,
    searched: Searched,
    planned: Planned,
    structural: Cut,
    controls: list[ControlResult],
    judge_again: Callable[[Directory], list[ControlResult]],
    per_month: int = 5,
) -> Plan:
    """The plan as the report states it. `judge_again` judges a changed directory: what it no longer finds is what
    the gestures close."""
    cut, left = planned.cut, planned.cut.cost
    actions = []
    after_plan = (
        judge_again(applied(directory, planned.cuttable, planned.order))
        if planned.order
        else controls
    )
    closed = _mended(controls, after_plan)
    for g, after in zip(planned.order, planned.exposed_after, strict=True):
        gesture = planned.cuttable.gestures[g]
        left -= gesture.cost
        actions.append(_action(directory, planned, g, closed, after, left))
    stuck, reason = _uncuttable(directory, searched, planned)
    return Plan(
        actions=actions,
        cost=cut.cost,
        bound=round(cut.bound, 6),
        exposed_after=remaining(planned, searched),
        minimal=abs(cut.bound - cut.cost) < 1e-6 * max(1, cut.cost),
        level_after=level_of(after_plan),
        structural_cost=structural.cost,
        structural_actions=len(structural.chosen),
        uncuttable=stuck,
        uncuttable_reason=reason,
        monthly=_months(planned, searched, per_month),
    )


def _months(planned: Planned, searched: Searched, per_month: int) -> list[Bucket]:
    """Who is still exposed at the end of each month, at so many gestures a month."""
    total = int(searched.exposed.sum())
    ends = range(per_month, len(planned.order) + per_month, per_month)
    return [
        Bucket(f"Mois {month}", planned.exposed_after[min(end, len(planned.order)) - 1], total)
        for month, end in enumerate(ends, 1)
    ]


def _mended(before: list[ControlResult], after: list[ControlResult]) -> dict[str, set[str]]:
    """Control → ids of the objects that it no longer finds once the plan is done."""
    left = {c.id: {o.id for o in c.objects} for c in after}
    return {
        c.id: {o.id for o in c.objects} - left[c.id]
        for c in before
        if c.outcome == Outcome.FAILED and c.id in left
    }


def _action(
    d: Directory,
    planned: Planned,
    number: int,
    closed: Mapping[str, set[str]],
    after: int,
    left: int,
) -> Action:
    gesture = planned.cuttable.gestures[number]
    c = planned.cuttable
    mine = c.gesture == number
    rows = np.unique(np.concatenate([c.src[mine], c.dst[mine]])).tolist()
    if gesture.place != UNKNOWN:
        rows.append(gesture.place)
    names = {d.ids[row] for row in rows}
    fix = gesture.action.fix
    words = _words(d, planned, number)
    return Action(
        id=planned.ids[number],
        title=_filled(gesture.action.title, words),
        cost=gesture.cost,
        closes=[i for i in gesture.action.closes if names & closed.get(i, set())],
        kind=gesture.action.id,
        minutes=gesture.action.minutes,
        cuts=gesture.edges,
        objects=[object_ref(d, row) for row in dict.fromkeys(rows)],
        fix=FixText(
            _filled(fix.console, words),
            fix.powershell,
            fix.rollback,
            _filled(fix.service_effect, words),
            fix.minutes,
        ),
        exposed_after=after,
        remaining_cost=left,
    )


def _words(d: Directory, planned: Planned, number: int) -> dict[str, str]:
    c, gesture = planned.cuttable, planned.cuttable.gestures[number]
    targets = np.unique(c.dst[c.gesture == number]).tolist()
    if gesture.action.id == "remove_create_child" and gesture.place != UNKNOWN:
        targets = [gesture.place]
    shown = ", ".join(d.label(row) for row in targets[:SHOWN_OBJECTS])
    more = len(targets) - SHOWN_OBJECTS
    if more > 0:
        shown += f" et {counted(more, 'autre')}"
    return {
        "principal": _label(d, gesture.principal),
        "target": _label(d, gesture.target),
        "place": _label(d, gesture.place),
        "objects": shown,
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Placeholders replaced by names; `str.format` would choke on a brace in a name or in a script."""
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text


def _label(d: Directory, row: int) -> str:
    return d.label(row) if row != UNKNOWN else ""


def _several(accounts: int) -> str:
    return (
        "1 compte ordinaire atteint"
        if accounts == 1
        else f"{accounts} comptes ordinaires atteignent"
    )


def _uncuttable(d: Directory, searched: Searched, planned: Planned) -> tuple[list[Path], str]:
    """Ways that no gesture cuts: shown with the reason, so that nobody believes them closed."""
    graph = searched.graph
    stuck = np.flatnonzero(planned.cut.unavoidable & graph.low)
    if not len(stuck):
        return [], ""
    hard = np.ones(len(graph), np.bool_)
    c = planned.cuttable
    hard[c.edge[c.gesture != UNCUTTABLE]] = False
    left = graph.keeping(hard)
    again = search(left)
    paths = paths_from(d, again, stuck[:SHOWN_UNCUTTABLE].tolist())
    return paths, (
        f"{_several(len(stuck))} le cœur par des liens qu’aucun geste ne supprime "
        "(appartenance d’office ou contenance) : il faut déplacer l’objet concerné, ou le compter dans le cœur."
    )


__all__ = ["Gesture", "Planned", "bare_cut", "plan", "remaining", "section"]
