"""One score for the whole exposure: mail, DNS, TLS, sites, open services, ends of life and exploited holes together.

A finding weighs the points of its severity times how sure it is. The same check on one more target weighs half of the
target before, the next check of a theme a little less than the check before, and themes add up. So one open door is
never drowned by a header that is missing on two hundred sites. The points lost become a score from 0 to 100, held down
by the ceiling of the worst finding. Figures: `content/reference/exposure_score.yaml`; properties and their proofs:
docs/dev/exposure-score.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import ExposureCatalogue
from rempart.content.exposure_rules import Ceiling, ScoreRules
from rempart.engines.exposure.cost import next_grades
from rempart.engines.exposure.losses import (
    NO_CEILING,
    Loss,
    Sums,
    grade_of,
    lost_by_theme,
    summed,
    value_of_sums,
)
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


def possible(counts: Mapping[str, int], catalogue: ExposureCatalogue) -> Sums:
    """What so many findings of each of these checks would cost, at its own severity and confirmed."""
    found: Sums = Counter()
    for check, count in counts.items():
        if content := catalogue.checks.get(check):
            loss = loss_of(_stand_in(content), catalogue)
            found[loss.theme, loss.check, loss.weight, loss.ceiling] += count
    return found


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
    # What lies outside the perimeter is nobody's to answer for here: it is shown as a gap, and costs nothing.
    unknown = Counter(gap.check for gap in gaps if gap.reach != Reach.OUTSIDE)
    # The word of another tool alone measures nothing: at worst, it is right.
    unknown.update(f.check for f in findings if f.sources and OURS not in f.sources)
    known = summed(losses)
    worst = known + possible(unknown, catalogue)
    value, low = value_of_sums(known, rules), value_of_sums(worst, rules)
    return Score(
        value=value,
        low=low,
        grade=grade_of(value, rules),
        grade_low=grade_of(low, rules),
        themes=_themes(findings, gaps, known, worst, catalogue),
        next_grades=next_grades(losses, rules),
        cap=_cap(findings, known, rules),
    )


def _cap(findings: Iterable[Finding], known: Sums, rules: ScoreRules) -> str:
    """Why the score is held down, when it is."""
    free: Sums = Counter()
    for (theme, check, weight, _), count in known.items():
        free[theme, check, weight, NO_CEILING] += count
    kinds: dict[tuple[str, str, bool], Finding] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.confidence, finding.is_exploited), finding)
    held = [found for finding in kinds.values() if (found := binding(finding, rules))]
    lowest = min(held, key=lambda ceiling: ceiling.at_most, default=None)
    if lowest is None or value_of_sums(free, rules) <= lowest.at_most:
        return ""
    return f"Note plafonnée à {lowest.at_most:g} : {lowest.why}."


def _themes(
    findings: Sequence[Finding],
    gaps: Sequence[Gap],
    known: Sums,
    worst: Sums,
    catalogue: ExposureCatalogue,
) -> list[ThemeScore]:
    lost = lost_by_theme(known, catalogue.score)
    at_most = lost_by_theme(worst, catalogue.score)
    themes = {c.id: str(c.theme) for c in catalogue.checks.values()}
    found = Counter(finding.theme for finding in findings)
    missing = Counter(themes.get(gap.check) for gap in gaps)
    names = sorted({*themes.values(), *lost})
    return [
        ThemeScore(
            theme=name,
            lost=round(lost.get(name, 0.0), 1),
            lost_at_most=round(at_most.get(name, 0.0), 1),
            findings=found[name],
            gaps=missing[name],
        )
        for name in names
    ]
