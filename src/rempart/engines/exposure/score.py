"""One score for the whole exposure: mail, DNS, TLS, sites, open services, ends of life and exploited holes together.

A finding weighs the points of its severity times how sure it is. The same check on one more target weighs half of the
target before, the next check of a theme a little less than the check before, and themes add up. So one open door is
never drowned by a header that is missing on two hundred sites. The points lost become a score from 0 to 100, held down
by the ceiling of the worst finding. Figures: `content/reference/exposure_score.yaml`; properties and their proofs:
docs/dev/exposure-score.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.exposure_rules import Ceiling, ScoreRules
from rempart.engines.exposure.cost import next_grades
from rempart.engines.exposure.losses import NO_CEILING, Loss, grade_of, lost_by_theme, value_of
from rempart.engines.exposure.registry import Confidence
from rempart.engines.exposure.report import Finding, Gap, Score, ThemeScore
from rempart.engines.exposure.seen.claims import OURS
from rempart.engines.exposure.seen.common import Reach


def loss_of(finding: Finding, catalogue: ExposureCatalogue) -> Loss:
    """What a finding costs."""
    rules = catalogue.score
    ceiling = binding(finding, rules)
    return Loss(
        key=finding.key,
        theme=finding.theme,
        check=finding.check,
        weight=catalogue.points[finding.severity] * rules.confidences[finding.confidence],
        ceiling=ceiling.at_most if ceiling else NO_CEILING,
        minutes=finding.fix.minutes if finding.fix else 30,
    )


def binding(finding: Finding, rules: ScoreRules) -> Ceiling | None:
    """The lowest ceiling that this finding holds, or None."""
    held = [
        ceiling
        for ceiling in rules.ceilings
        if finding.confidence in ceiling.confidences
        and ceiling.severity in (None, finding.severity)
        and (finding.is_exploited or not ceiling.is_exploited)
    ]
    return min(held, key=lambda ceiling: ceiling.at_most, default=None)


def possible_losses(gaps: Iterable[Gap], catalogue: ExposureCatalogue) -> list[Loss]:
    """What the gaps would cost if all of them were bad: each its check's own severity, confirmed.

    What lies outside the perimeter is nobody's to answer for here: it is shown as a gap, and costs nothing.
    """
    of_check = {
        content.id: loss_of(_stand_in(content), catalogue) for content in catalogue.checks.values()
    }
    return [
        replace(loss, key=f"{gap.check}|{gap.target}")
        for gap in gaps
        if gap.reach != Reach.OUTSIDE and (loss := of_check.get(gap.check))
    ]


def _stand_in(content: ExposureCheck) -> Finding:
    """The finding that a check makes when it fails as its content says."""
    return Finding(
        key=content.id,
        check=content.id,
        theme=str(content.theme),
        target="",
        title=content.title,
        severity=str(content.severity),
        confidence=Confidence.CONFIRMED,
        detail="",
    )


def score(findings: Sequence[Finding], gaps: Sequence[Gap], catalogue: ExposureCatalogue) -> Score:
    """The score of what was found, its range, its themes, and what each better grade costs."""
    rules = catalogue.score
    losses = [loss_of(finding, catalogue) for finding in findings]
    # The word of another tool alone measures nothing: at worst, it is right.
    unsure = [Gap(f.check, f.target, "") for f in findings if f.sources and OURS not in f.sources]
    worst = [*losses, *possible_losses([*gaps, *unsure], catalogue)]
    value, low = value_of(losses, rules), value_of(worst, rules)
    return Score(
        value=value,
        low=low,
        grade=grade_of(value, rules),
        grade_low=grade_of(low, rules),
        themes=_themes(findings, gaps, losses, worst, catalogue),
        next_grades=next_grades(losses, rules),
        cap=_cap(findings, losses, rules),
    )


def _cap(findings: Iterable[Finding], losses: Iterable[Loss], rules: ScoreRules) -> str:
    """Why the score is held down, when it is."""
    free = [Loss(x.key, x.theme, x.check, x.weight) for x in losses]
    held = [found for finding in findings if (found := binding(finding, rules))]
    lowest = min(held, key=lambda ceiling: ceiling.at_most, default=None)
    if lowest is None or value_of(free, rules) <= lowest.at_most:
        return ""
    return f"Note plafonnée à {lowest.at_most:g} : {lowest.why}."


def _themes(
    findings: Sequence[Finding],
    gaps: Sequence[Gap],
    losses: Sequence[Loss],
    worst: Sequence[Loss],
    catalogue: ExposureCatalogue,
) -> list[ThemeScore]:
    lost = lost_by_theme(losses, catalogue.score)
    at_most = lost_by_theme(worst, catalogue.score)
    themes: Mapping[str, str] = {c.id: c.theme for c in catalogue.checks.values()}
    names = sorted({*themes.values(), *lost})
    return [
        ThemeScore(
            theme=name,
            lost=round(lost.get(name, 0.0), 1),
            lost_at_most=round(at_most.get(name, 0.0), 1),
            findings=sum(finding.theme == name for finding in findings),
            gaps=sum(themes.get(gap.check) == name for gap in gaps),
        )
        for name in names
    ]
