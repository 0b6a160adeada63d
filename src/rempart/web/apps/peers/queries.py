"""What pages show among peers, and of what a region sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils import timezone

from rempart.content.places import regions
from rempart.engines.peers.figures import Figures, Hidden
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import as_range, range_words
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.establishments.queries import category_label
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.peers.actions import OVERALL, figures_of
from rempart.web.apps.peers.models import PeerGroup, PeerMember, Size
from rempart.web.apps.peers.rules import Quarter, size_class
from rempart.web.core.charts import quartiles
from rempart.web.core.charts.chart import Chart
from rempart.web.core.scope import Scope

HIDDEN: Final = {
    Hidden.TOO_FEW: "trop peu de réponses",
    Hidden.DOMINATED: "un établissement pèse presque tout",
    Hidden.ALIKE: "réponses trop semblables",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A framework: one's own result, and the group beside, or why there is none."""

    title: str
    own: str
    assessment: Assessment
    chart: Chart | None
    group_words: str
    quarter_words: str
    computed_words: str
    is_all_hidden: bool = False


def comparisons(establishment: Establishment, today: date) -> list[Comparison]:
    """The frameworks that an establishment finished, the last first; a fixed number of queries."""
    rows = (
        Assessment.objects.known()
        .filter(establishment=establishment)
        .order_by("submitted_at", "pk")
    )
    latest = {row.framework_id: row for row in rows}
    groups = _groups(establishment, today)
    category = category_label(establishment.category) if groups else ""
    found = [_comparison(row, groups.get(row.framework_id), category) for row in latest.values()]
    return sorted(found, key=lambda c: c.assessment.pk, reverse=True)


def _groups(establishment: Establishment, today: date) -> dict[str, PeerGroup]:
    rows = PeerMember.objects.filter(
        establishment=establishment, group__in=PeerGroup.objects.shown(today)
    )
    found = rows.select_related("group").defer("group__contributions").order_by("group__quarter")
    return {row.group.framework_id: row.group for row in found}


def _comparison(row: Assessment, group: PeerGroup | None, category: str) -> Comparison:
    framework = catalogue.of_digest(row.digest)
    own = as_range(row.low, row.high)
    rows: list[quartiles.Row] = []
    if group is not None:
        figures = {name: figures_of(kept) for name, kept in group.figures.items()}
        titles = {OVERALL: "Résultat"} | {t.id: t.title for t in framework.themes}
        ranges: dict[str, Any] = {OVERALL: (row.low, row.high)} | dict(row.themes)
        rows = [_row(title, ranges.get(name), figures.get(name)) for name, title in titles.items()]
    is_shown = any(line.others for line in rows)
    return Comparison(
        title=framework.title,
        own=range_words(own),
        assessment=row,
        chart=_chart(rows, group) if group is not None and is_shown else None,
        group_words=group_words(group, category) if group is not None else "",
        quarter_words=Quarter.parse(group.quarter).words if group is not None else "",
        computed_words=Quarter.parse(group.computed_for).words if group is not None else "",
        is_all_hidden=group is not None and not is_shown,
    )


def _row(title: str, own: Any, figures: Figures | None) -> quartiles.Row:
    ends = (own[0] / 100, own[1] / 100) if own and own[0] is not None else None
    if figures is None or figures.hidden:
        why = (
            HIDDEN[figures.hidden]
            if figures is not None and figures.hidden
            else HIDDEN[Hidden.TOO_FEW]
        )
        return quartiles.Row(title, ends, None, why)
    others = (100 * figures.low_quartile, 100 * figures.median, 100 * figures.high_quartile)
    return quartiles.Row(title, ends, others)


def _chart(rows: Sequence[quartiles.Row], group: PeerGroup) -> Chart:
    whole = rows[0]
    see = "Chaque barre montre où se tient la moitié des autres, et le trait fin où vous en êtes."
    if whole.own and whole.others:
        low, _, high = whole.others
        middle = sum(whole.own) / 2
        if middle < low:
            see = "Votre résultat est dans le premier quart : d’autres comme vous ont déjà trouvé comment avancer."
        elif middle > high:
            see = "Votre résultat est dans le dernier quart : votre façon de faire peut servir à d’autres."
        else:
            see = "Votre résultat est dans la moitié du milieu."
    quarter = Quarter.parse(group.computed_for).words
    source = f"Auto-évaluations terminées à la fin du {quarter}. Chiffres arrondis à 5 points près."
    return quartiles.chart(
        title="Vous, et des établissements comparables", see=see, rows=rows, source=source
    )


def group_words(group: PeerGroup, category: str) -> str:
    """Who the others are: « EHPAD (500), de 60 à 119 places, en Bretagne »."""
    criteria = group.criteria
    parts = [category]
    if size := criteria.get("size"):
        parts.append(str(size))
    elif group.is_rest and "region" in criteria:
        parts.append("toutes tailles qui n’ont pas leur propre groupe")
    if region := criteria.get("region"):
        named = regions().get(str(region))
        parts.append(f"région {named.name if named else region}")
    else:
        parts.append("autres régions" if group.is_rest else "toute la France")
    return ", ".join(parts)


def size_of(establishment: Establishment) -> Size | None:
    """What it stated of its size."""
    return Size.objects.filter(establishment=establishment).first()


def size_words(size: Size | None) -> str:
    """« 82 places (de 60 à 119 places) »."""
    return f"{size.places} places ({size_class(size.places)})" if size else ""


def panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """A link to the comparison, once something was finished."""
    known = Assessment.objects.known().filter(establishment=finess)
    if not known.exists():
        return None
    shown = PeerMember.objects.filter(
        establishment=finess, group__in=PeerGroup.objects.shown(timezone.localdate())
    )
    return {"finess": finess, "has_figures": shown.exists()}
