"""The rules of the exposure audit that are choices or dated figures: how it is scored, when a level is held.

Files: `reference/exposure_score.yaml` (our own choice, and it says so) and `reference/exposure_held.yaml` (what the
programme asks, as far as its texts were found: the rest is to be corrected by those who have them).
"""

from functools import cache
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Status, Text
from rempart.content.frameworks import Origin
from rempart.content.loader import content_root, read_yaml
from rempart.content.severity import Severity
from rempart.kernel.errors import InvalidContent

Share = Annotated[float, Meta(ge=0, le=1)]
Mark = Annotated[float, Meta(ge=0, le=100)]
ConfidenceName = Annotated[str, Meta(pattern="^(confirmed|probable|possible)$")]


class Grade(Struct, forbid_unknown_fields=True, frozen=True):
    """A grade, from the score that it begins at."""

    id: Annotated[str, Meta(pattern="^[A-F]$")]
    at_least: Mark
    meaning: Text


class Ceiling(Struct, forbid_unknown_fields=True, frozen=True):
    """While such a finding is open, the score does not pass `at_most`. `why` is French, and ends no sentence."""

    at_most: Mark
    confidences: list[ConfidenceName]
    why: Text
    severity: Severity | None = None  # any when none is given
    is_exploited: bool = False  # only holes known to be exploited


class ScoreRules(Struct, forbid_unknown_fields=True, frozen=True):
    """How findings become a score. See docs/dev/exposure-score.md for the formula and its properties.

    `half_points`: points lost at which the score is 50. `repeat`: what the next finding of one check weighs of the one
    before. `next_check`: what the next check of one theme weighs of the one before. `confidences`: what a finding
    weighs by how sure it is.
    """

    half_points: Annotated[float, Meta(gt=0)]
    repeat: Share
    next_check: Share
    confidences: dict[ConfidenceName, Share]
    grades: Annotated[list[Grade], Meta(min_length=2)]  # the best first; the last begins at 0
    ceilings: list[Ceiling]
    source: Origin
    status: Status
    revised_on: Text


class HeldRules(Struct, forbid_unknown_fields=True, frozen=True):
    """When two audits prove that the level is held.

    The second is at least `least_days` and at most `most_days` after the first; every audit between counts too.
    `warn_days`: how long before the window closes a person is told.
    """

    programme: Text
    objective: Text
    least_days: Annotated[int, Meta(ge=0)]
    most_days: Annotated[int, Meta(ge=0)]
    warn_days: Annotated[int, Meta(ge=0)]
    blocking_severities: list[Severity]
    blocking_confidences: list[ConfidenceName]
    tolerated: Annotated[int, Meta(ge=0)]
    least_measured_percent: Annotated[float, Meta(ge=0, le=100)]
    days_source: Origin
    severities_source: Origin
    status: Status
    revised_on: Text


R = TypeVar("R", ScoreRules, HeldRules)


@cache
def score_rules() -> ScoreRules:
    """How the exposure audit is scored. Raises InvalidContent."""
    return _checked_score(_read("exposure_score.yaml", ScoreRules))


@cache
def held_rules() -> HeldRules:
    """When the level is held. Raises InvalidContent."""
    rules = _read("exposure_held.yaml", HeldRules)
    if rules.least_days > rules.most_days:
        raise InvalidContent("reference/exposure_held.yaml : la fenêtre finit avant de commencer.")
    return rules


def _read(filename: str, struct: type[R]) -> R:
    try:
        return msgspec.convert(read_yaml(content_root() / "reference" / filename), struct)
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/{filename} : {fault}.") from fault


def _checked_score(rules: ScoreRules) -> ScoreRules:
    """The rules when they hold together. Raises InvalidContent."""
    bounds = [grade.at_least for grade in rules.grades]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        raise InvalidContent(
            "reference/exposure_score.yaml : les notes vont de la meilleure à 0, chacune à un seuil différent."
        )
    if set(rules.confidences) != {"confirmed", "probable", "possible"}:
        raise InvalidContent(
            "reference/exposure_score.yaml : un poids est attendu pour confirmed, probable et possible."
        )
    return rules
