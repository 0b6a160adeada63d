"""Running the examples of the content files: each check must conclude what its examples say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from rempart.content.exposure import ExposureCheck, ExposureExample
from rempart.engines.exposure import checks as _checks
from rempart.engines.exposure.feeds.bundle import bundle_of
from rempart.engines.exposure.judge import concluded, verdicts_on
from rempart.engines.exposure.registry import CHECKS, Check, Context, Verdict
from rempart.engines.exposure.seen.common import Seen

REGISTERED = _checks
"""Importing the checks registers them."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example whose check concludes something else. The text is French."""

    check: str
    example: str
    found: str


def run_examples(
    contents: Mapping[str, ExposureCheck], checks: Mapping[str, Check] = CHECKS
) -> list[Failure]:
    """Run every example of these checks; the failures in order of check and example."""
    return [
        Failure(content.id, example.title, fault)
        for content in contents.values()
        for example in content.examples
        if (fault := fault_of(content, example, checks))
    ]


def fault_of(
    content: ExposureCheck, example: ExposureExample, checks: Mapping[str, Check] = CHECKS
) -> str:
    """What is wrong with one example, in French; "" when the check concludes as it says."""
    check = checks.get(content.id)
    if check is None:
        return "Aucune fonction ne porte cet identifiant."
    try:
        seen = seen_of(example, check)
        today = date.fromisoformat(example.today)
        holes = bundle_of(example.holes, example.today) if example.holes else None
    except ValueError as error:  # msgspec's own faults are of this kind
        return f"L’exemple ne se lit pas : {error}."
    context = Context(content.params, today, holes)
    try:
        said = _asked(check, seen, context)
    except Exception as error:  # noqa: BLE001 (whatever breaks, the author of the example is told)
        return f"Le contrôle échoue sur cet exemple : {type(error).__name__}: {error}."
    outcome = concluded(said)
    if outcome is None:
        return "Le contrôle ne dit rien de cet exemple."
    if outcome != example.expect:
        details = " ; ".join(v.detail or v.evidence for v in said if v.detail or v.evidence)
        return f"{example.expect} attendu, {outcome} obtenu ({details or 'sans détail'})."
    return ""


def seen_of(example: ExposureExample, check: Check) -> Seen:
    """The observation of an example: it answered, unless the example says otherwise.

    Raises ValueError when a field does not exist or does not fit.
    """
    told = {"reach": "answered", **example.seen}
    named = told.pop("seen", None)
    kinds = {kind.__struct_config__.tag: kind for kind in check.kinds}
    kind = kinds.get(named, check.kind)
    seen = msgspec.convert(told | {"seen": kind.__struct_config__.tag}, kind)
    unknown = sorted(_unknown(told, msgspec.to_builtins(seen)))
    if unknown:
        raise ValueError(f"champs inconnus : {', '.join(unknown)}")
    return seen


def _asked(check: Check, seen: Seen, context: Context) -> list[Verdict]:
    if seen.reach in check.reaches:
        return list(check.function(seen, context))
    return list(verdicts_on(check, seen, context))


def _unknown(told: Any, known: Any, place: str = "") -> list[str]:
    """Names that were told and that no struct kept: a field misspelt is otherwise read as absent."""
    if isinstance(told, dict) and isinstance(known, dict):
        found = [f"{place}{key}" for key in told if str(key) not in map(str, known)]
        named = {str(key): value for key, value in known.items()}
        for key, value in told.items():
            if str(key) in named:
                found += _unknown(value, named[str(key)], f"{place}{key}.")
        return found
    if isinstance(told, list) and isinstance(known, list) and len(told) == len(known):
        return [x for a, b in zip(told, known, strict=True) for x in _unknown(a, b, place)]
    return []
