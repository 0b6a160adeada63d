"""The pictures of a file."""

from collections.abc import Sequence
from decimal import Decimal

from rempart.content.frameworks import Item
from rempart.engines.eligibility.share import Share
from rempart.kernel.outcome import Outcome
from rempart.render import french
from rempart.web.apps.funding.models import CareEntity
from rempart.web.apps.funding.standing import Standing, percent
from rempart.web.core.charts import bars
from rempart.web.core.charts.chart import Chart

MOST_BARS = 12


def progress(found: Standing) -> Chart:
    """How many objectives are met, not met, not measured."""
    order = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_MEASURED, Outcome.NOT_APPLICABLE)
    words = ("Atteints", "Pas atteints", "Non évalués", "Sans objet")
    rows = [(w, float(found.counts[o]), "") for o, w in zip(order, words, strict=True)]
    met = french.counted(found.counts[Outcome.PASSED], "objectif atteint", "objectifs atteints")
    missing = french.counted(len(found.missing), "pièce manque", "pièces manquent")
    return bars.chart(
        title="Avancement du dossier",
        see=f"{met} sur {found.asked_count} ; {missing}.",
        unit="",
        rows=[row for k, row in enumerate(rows) if row[1] or k < 3],
        column="Objectifs",
        most=float(len(found.objectives)),
        muted=(2, 3),
        source=f"{found.framework.short_title}, version {found.framework.version}",
    )


def covered(item: Item, entities: Sequence[CareEntity], share: Share) -> Chart | None:
    """The weight of each entity in the whole, those covered in colour; None while it is not known."""
    total = sum((row.weight for row in entities if row.weight is not None), Decimal(0))
    if share.value is None or not total:
        return None
    shown = [row for row in entities if row.weight][:MOST_BARS]
    rows = [
        (
            f"{row.name} {'(couverte)' if item.id in row.covers else '(pas couverte)'}",
            float(100 * (row.weight or 0) / total),
            "",
        )
        for row in shown
    ]
    muted = [k for k, row in enumerate(shown) if item.id not in row.covers]
    sources = sorted({f"{row.source} {row.year or ''}".strip() for row in shown if row.source})
    return bars.chart(
        title=f"Part de chaque entité, {item.ref or item.title}",
        see=f"{percent(share.value)} de l’activité est couverte ; il en faut {percent(share.required)}.",
        unit="%",
        rows=rows,
        column="Part de l’activité",
        most=100.0,
        muted=muted,
        source="Déclaré par l’établissement : " + " ; ".join(sources) if sources else "",
    )
