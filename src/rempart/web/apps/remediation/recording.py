"""A measure written down: its sightings, and every finding of its subject computed again in the order of the days."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db.models import QuerySet

from rempart.content.severity import RANKS, Severity
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.remediation.models import (
    Action,
    ActionFinding,
    Finding,
    Measure,
    Sighting,
)
from rempart.web.apps.remediation.rules import Evidence, Look, Looked, Standing, standing
from rempart.web.apps.remediation.states import State

MOST_CONCERNED: Final = 500
"""Objects that are followed one by one; beyond, a finding is judged whole."""

ASSESSMENT: Final = "assessment"
DECLARED: Final = frozenset({ASSESSMENT})
"""Kinds of sources in which people answer: what they say opens and mends findings, and verifies no action."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source says of one thing that it knows how to look for: seen, looked for and absent, or not measured.

    `weight`: what a thing seen weighs of its severity, from 0 to 1; less than 1 for a gap that is half-way to its target.
    """

    key: str
    look: Look
    title: str = ""
    severity: str = Severity.INFO
    detail: str = ""
    objects_count: int = 0
    concerned: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """Who measured what, and when."""

    kind: str
    id: str
    label: str
    subject: str
    measured_on: date


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the findings, by key."""

    seen: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    not_remeasured: tuple[str, ...] = ()


@dataclass(slots=True)
class Told:
    """All that the measures of one subject say, in the order of their days."""

    measures: list[Measure]
    sightings: dict[int, dict[int, Sighting]] = field(default_factory=dict)

    @classmethod
    def of(cls, establishment_id: str, source_kind: str, subject: str) -> "Told":
        """Read them: two queries."""
        mine = Measure.objects.filter(
            establishment_id=establishment_id, source_kind=source_kind, subject=subject
        )
        told = cls(list(mine.order_by("measured_on", "pk")))
        for sighting in Sighting.objects.filter(measure__in=mine):
            told.sightings.setdefault(sighting.finding_id, {})[sighting.measure_id] = sighting
        return told

    def looks_at(self, finding: Finding, concerned: Collection[str] = ()) -> Iterable[Looked]:
        """What each measure said of a finding, or of some objects of it only."""
        seen = self.sightings.get(finding.pk, {})
        for measure in self.measures:
            if measure.pk in seen:
                of = seen[measure.pk].concerned
                look = Look.SEEN if _touches(of, concerned) else Look.ABSENT
            elif finding.key in measure.absent:
                look = Look.ABSENT
            else:
                # A measure that does not name it (an older catalogue) says nothing of it.
                look = Look.NOT_MEASURED
            yield Looked(measure.measured_on, measure.pk, look)

    def latest_of(self, finding: Finding) -> tuple[Measure, Sighting]:
        """The last measure that saw it, and what it said."""
        seen = self.sightings[finding.pk]
        last = next(m for m in reversed(self.measures) if m.pk in seen)
        return last, seen[last.pk]

    def evidence(self, finding: Finding, concerned: Collection[str] = ()) -> Evidence:
        """What is known of a finding, or of some objects of it only."""
        looks = list(self.looks_at(finding, concerned))
        now = standing(looks) or standing(self.looks_at(finding))
        is_declared = finding.source_kind in DECLARED
        if now is None:
            return Evidence(finding.last_seen_on, finding.absent_on, is_declared=is_declared)
        return Evidence(
            now.last_seen_on,
            now.absent_on,
            self._label(looks, Look.SEEN),
            self._label(looks, Look.ABSENT),
            is_declared,
        )

    def _label(self, looks: Sequence[Looked], wanted: Look) -> str:
        orders = {looked.order for looked in looks if looked.look is wanted}
        return next((m.source_label for m in reversed(self.measures) if m.pk in orders), "")


def _touches(seen: Sequence[str], concerned: Collection[str]) -> bool:
    return not seen or not concerned or not set(seen).isdisjoint(concerned)


def write(
    establishment: Establishment, source: Source, observations: Sequence[Observation]
) -> Recorded:
    """Write a measure and bring every finding of its subject up to date, in the present transaction."""
    measure = _measure(establishment, source, observations)
    seen = {o.key: o for o in observations if o.look is Look.SEEN}
    known = {f.key: f for f in _findings(establishment, source)}
    made = [_new(establishment, source, seen[key]) for key in seen if key not in known]
    Finding.objects.bulk_create(made)
    known |= {finding.key: finding for finding in made}
    Sighting.objects.bulk_create(
        Sighting(
            finding=known[o.key],
            measure=measure,
            objects_count=o.objects_count,
            concerned=sorted(o.concerned) if len(o.concerned) <= MOST_CONCERNED else [],
            title=o.title,
            severity=o.severity,
            weight=o.weight,
            detail=o.detail,
        )
        for o in seen.values()
    )
    return _brought_up_to_date(establishment, source, {f.key for f in made}, tuple(sorted(seen)))


def unwrite(establishment: Establishment, source_kind: str, source_id: str) -> Recorded | None:
    """Take a measure back, and bring the findings of its subject up to date; None when there is no such measure."""
    measure = Measure.objects.filter(
        establishment=establishment, source_kind=source_kind, source_id=source_id
    ).first()
    if measure is None:
        return None
    source = Source(
        source_kind, source_id, measure.source_label, measure.subject, measure.measured_on
    )
    measure.delete()
    return _brought_up_to_date(establishment, source, set(), ())


def _measure(
    establishment: Establishment, source: Source, observations: Sequence[Observation]
) -> Measure:
    def keys(look: Look) -> list[str]:
        return sorted({o.key for o in observations if o.look is look})

    measure, is_new = Measure.objects.update_or_create(
        establishment=establishment,
        source_kind=source.kind,
        source_id=source.id,
        defaults={
            "subject": source.subject,
            "source_label": source.label,
            "measured_on": source.measured_on,
            "absent": keys(Look.ABSENT),
            "not_measured": keys(Look.NOT_MEASURED),
        },
    )
    if not is_new:
        measure.sightings.all().delete()
    return measure


def _findings(establishment: Establishment, source: Source) -> QuerySet[Finding]:
    return Finding.objects.filter(
        establishment=establishment, source_kind=source.kind, subject=source.subject
    )


def _new(establishment: Establishment, source: Source, seen: Observation) -> Finding:
    return Finding(
        establishment=establishment,
        source_kind=source.kind,
        subject=source.subject,
        key=seen.key,
        first_seen_on=source.measured_on,
        last_seen_on=source.measured_on,
    )


def _brought_up_to_date(
    establishment: Establishment, source: Source, new: set[str], seen: tuple[str, ...]
) -> Recorded:
    told = Told.of(establishment.pk, source.kind, source.subject)
    mended: list[str] = []
    reopened: list[str] = []
    blind: list[str] = []
    changed, orphans = [], []
    for finding in _findings(establishment, source):
        now = standing(told.looks_at(finding))
        if now is None:
            orphans.append(finding.pk)
            continue
        if finding.key not in new and finding.is_mended != (now.mended_on is not None):
            (reopened if finding.is_mended else mended).append(finding.key)
        if now.not_remeasured_on and not now.mended_on:
            blind.append(finding.key)
        _apply(finding, now, *told.latest_of(finding))
        changed.append(finding)
    # The rows are there: to insert them again over themselves is told in a tenth of the time of thirteen CASE a row.
    Finding.objects.bulk_create(
        changed,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
    )
    _forget(orphans)
    return Recorded(
        seen,
        tuple(sorted(new)),
        tuple(sorted(mended)),
        tuple(sorted(reopened)),
        tuple(sorted(blind)),
    )


def _forget(orphans: Sequence[int]) -> None:
    """Findings that no measure saw: the only one that did was taken back. What only proposed to mend them goes too."""
    links = ActionFinding.objects.filter(finding__in=orphans)
    actions = list(links.values_list("action", flat=True))
    links.delete()
    Action.objects.filter(pk__in=actions, links__isnull=True, state=State.PROPOSED).delete()
    Finding.objects.filter(pk__in=orphans).delete()


ROWS_AT_ONCE: Final = 500
_FIELDS: Final = (
    *("title", "severity", "rank", "weight", "detail", "objects_count"),
    *("first_seen_on", "last_seen_on"),
    *("mended_on", "absent_on", "not_remeasured_on", "last_source_id", "last_source_label"),
)


def _apply(finding: Finding, now: Standing, measure: Measure, latest: Sighting) -> None:
    finding.title, finding.severity = latest.title, latest.severity
    finding.rank, finding.weight = RANKS[latest.severity], latest.weight
    finding.detail, finding.objects_count = latest.detail, latest.objects_count
    finding.first_seen_on, finding.last_seen_on = now.first_seen_on, now.last_seen_on
    finding.mended_on, finding.absent_on = now.mended_on, now.absent_on
    finding.not_remeasured_on = now.not_remeasured_on
    finding.last_source_id, finding.last_source_label = measure.source_id, measure.source_label
