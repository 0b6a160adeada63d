"""What made a score move since the time before, in one sentence. No database.

Each cause is told apart by what it alone does to the bounds of the range: the score of the time before is computed
again with the answers of that cause only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import Given, Kind, level_of
from rempart.engines.maturity.score import score
from rempart.kernel.french import plural
from rempart.web.apps.assessments.rules import asked

Answers = Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class Cause:
    """Answers that changed in the same way, and what they do to the lower bound, in points."""

    words: str
    items: Sequence[str]
    points: float


def moved(
    framework: Framework,
    before: Answers,
    now: Answers,
    *,
    groups: Collection[str] = (),
    expired: Collection[str] = (),
) -> str:
    """The sentence; empty when nothing that was answered changed. `expired`: items whose document is out of date."""
    items = asked(framework, list(groups))
    causes = [c for c in _causes(framework, items, before, now, groups, expired) if c.items]
    if not causes:
        return ""
    causes.sort(key=lambda c: c.points)
    said = f"Ce qui l’a fait bouger : {_joined([c.words for c in causes])}."
    if causes[0].points < 0 and any(_is(now, n, Kind.UNKNOWN) for n in causes[0].items):
        said += " Dire « je ne sais pas » n’est pas reculer : la fourchette s’élargit, et dit vrai."
    return said


def _causes(
    framework: Framework,
    items: Sequence[Item],
    before: Answers,
    now: Answers,
    groups: Collection[str],
    expired: Collection[str],
) -> list[Cause]:
    pairs = {i.id: (level_of(i, before.get(i.id)), level_of(i, now.get(i.id))) for i in items}
    known = {name for name, (old, _) in pairs.items() if old is not None}
    doubt = [n for n in known if _is(now, n, Kind.UNKNOWN)]
    away = [n for n in known if _is(now, n, Kind.NOT_APPLICABLE)]
    steps = {n: new - old for n, (old, new) in pairs.items() if old is not None and new is not None}
    stale = [n for n, step in steps.items() if step < 0 and n in expired]
    lower = [n for n, step in steps.items() if step < 0 and n not in expired]
    higher = [n for n, step in steps.items() if step > 0]
    learnt = [
        n for n, (_, new) in pairs.items() if new is not None and _is(before, n, Kind.UNKNOWN)
    ]
    start = score(framework, before, list(groups)).score

    def cause(names: list[str], words: str) -> Cause:
        changed = dict(before) | {name: now[name] for name in names}
        after = score(framework, changed, list(groups)).score
        points = after.low - start.low if after and start else 0.0
        return Cause(f"{words} ({_points(points)})", names, points)

    return [
        cause(doubt, f"{len(doubt)} « je ne sais pas » à la place d’une réponse"),
        cause(away, f"{len(away)} « sans objet » à la place d’une réponse"),
        cause(stale, f"{_answers(stale)} à la baisse, dont le document n’est plus valable"),
        cause(lower, f"{_answers(lower)} à la baisse"),
        cause(higher, f"{_answers(higher)} à la hausse"),
        cause(learnt, f"{len(learnt)} « je ne sais pas » {plural(len(learnt), 'levé')}"),
    ]


def _joined(parts: Sequence[str]) -> str:
    return " et ".join(p for p in (", ".join(parts[:-1]), parts[-1]) if p)


def _is(answers: Answers, name: str, kind: Kind) -> bool:
    return name in answers and answers[name].kind is kind


def _answers(names: Sequence[str]) -> str:
    return f"{len(names)} {plural(len(names), 'réponse revue', 'réponses revues')}"


def _points(points: float) -> str:
    whole = round(points)
    if not whole:
        return "moins d’un point"
    sign = "+" if whole > 0 else "−"
    return f"{sign}\u00a0{abs(whole)} {plural(abs(whole), 'point')}"
