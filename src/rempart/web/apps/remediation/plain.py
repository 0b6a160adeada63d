"""An action in words that a director reads: what it is, why, who does it; what a specialist reads comes second."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rempart.content.knowledge import measures
from rempart.content.plain_words import plain_words
from rempart.web.apps.remediation.models import Action, ActionFinding

PROPOSED_BY_AN_AUDIT: Final = ("/control/", "/gesture/", "/fix/", "/check/")
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Plain:
    """What to read first of an action, and the words of the audit, if they are others."""

    title: str
    why: str = ""
    who: str = ""
    technical: str = ""


def told(actions: Iterable[Action]) -> Iterator[tuple[Action, Plain]]:
    """Each action with its plain words, for a file that may hold those of a whole region."""
    rows = iter(actions)
    while batch := list(islice(rows, BATCH)):
        plains = of(batch)
        yield from ((action, plains[action.pk]) for action in batch)


def of(actions: Iterable[Action]) -> dict[int, Plain]:
    """Each of these actions in plain words, by its number: one query at most."""
    rows = list(actions)
    audited = [action.pk for action in rows if _is_proposed_by_an_audit(action)]
    checks = _worst(audited) if audited else {}
    return {action.pk: _plain(action, checks.get(action.pk, "")) for action in rows}


def _is_proposed_by_an_audit(action: Action) -> bool:
    """Whether its title is still that of an audit: what a person wrote is what they want to read."""
    is_rewritten = "/gesture/" not in action.origin and not action.title.startswith("Corriger ")
    return not is_rewritten and any(way in action.origin for way in PROPOSED_BY_AN_AUDIT)


def _worst(actions: list[int]) -> dict[int, str]:
    """By action, the check of the worst finding that it mends."""
    links = ActionFinding.objects.filter(action__in=actions).order_by(
        "-finding__rank", "-finding__key"
    )
    rows = links.values_list("action", "finding__key")
    return {pk: key.split("@")[0] for pk, key in rows}


def _plain(action: Action, check: str) -> Plain:
    measure = measures().get(action.content_measure)
    if measure is not None:
        return Plain(action.title, measure.why, measure.owner_function)
    words = plain_words(check) if check else None
    if words is None:
        return Plain(action.title)
    return Plain(words.title, words.why, words.who, action.title)
