"""What the pages of assessments show, already scoped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from rempart.content.frameworks import Framework, Item, Theme
from rempart.web.apps.assessments.models import (
    Answer,
    AnswerChange,
    Assessment,
    DelegatedQuestion,
    ItemComment,
)
from rempart.web.apps.assessments.rules import as_range, asked
from rempart.web.apps.assessments.states import State
from rempart.web.apps.establishments.access import allows
from rempart.web.apps.establishments.models import Category, Establishment, Grouping, GroupingMember
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core.scope import Act, Scope

FOR_HOMES: Final = "esms13"
FOR_HOSPITALS: Final = "hygiene"
HOMES: Final = frozenset({"500", "501", "502"})  # for a registry without its nomenclature
MISSING = "Cette auto-évaluation n’existe pas, ou n’est pas de votre périmètre."


def assessment_or_404(scope: Scope, pk: int, act: Act = Act.SEE_FINDINGS) -> Assessment:
    """An assessment, if the scope allows `act` on its establishment; otherwise it does not exist."""
    rows = Assessment.objects.visible_to(scope, act)
    found = rows.select_related("establishment", "campaign").filter(pk=pk).first()
    if found is None:
        raise Http404(MISSING)
    return found


def held_or_404(scope: Scope, pk: int, act: Act = Act.ANSWER) -> Assessment:
    """The same, its row locked to the end of the present transaction: one writer at a time."""
    rows = Assessment.objects.visible_to(scope, act).select_related("establishment")
    found = rows.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if found is None:
        raise Http404(MISSING)
    return found


def held_to_answer_or_404(scope: Scope, pk: int) -> Assessment:
    """The same with the columns that an answer needs and no other: a third of the cost, at each answer."""
    rows = Assessment.objects.visible_to(scope, Act.ANSWER).select_related("establishment")
    needed = ("digest", "state", "groups", "given", "last_answer_at", "establishment__closed_on")
    held = rows.only(*needed).select_for_update(of=("self",), no_key=True)
    found = held.filter(pk=pk).first()
    if found is None:
        raise Http404(MISSING)
    return found


def shared_or_404(scope: Scope, pk: int) -> Assessment:
    """An assessment whose result the scope may read; otherwise it does not exist."""
    rows = Assessment.objects.shared_with(scope).select_related(
        "establishment", "campaign", "previous"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(MISSING)
    return found


def may_answer(scope: Scope, assessment: Assessment) -> bool:
    """Whether the scope may answer, and the assessment takes answers."""
    if not assessment.is_open or assessment.establishment.closed_on is not None:
        return False
    return allows(scope, assessment.establishment_id, Act.ANSWER)


def item_or_404(assessment: Assessment, name: str) -> tuple[Framework, Theme, Item]:
    """An item that the assessment asks, with its framework and theme."""
    framework = catalogue.of_digest(assessment.digest)
    wanted = {item.id for item in asked(framework, assessment.groups)}
    for theme in framework.themes:
        for item in theme.items:
            if item.id == name and name in wanted:
                return framework, theme, item
    raise Http404("Cette question n’est pas de cette auto-évaluation.")


def answers(assessment: Assessment) -> dict[str, Answer]:
    """Item id → its answer; one query."""
    rows = Answer.objects.filter(assessment=assessment)
    return {row.item: row for row in rows}


def changes(assessment: Assessment, item: str) -> Sequence[AnswerChange]:
    """All that was answered to an item, the last first."""
    return list(AnswerChange.objects.filter(assessment=assessment, item=item).order_by("-version"))


def comments(assessment: Assessment, item: str) -> Sequence[ItemComment]:
    """What was said of an item, the oldest first."""
    rows = ItemComment.objects.filter(assessment=assessment, item=item)
    return list(rows.select_related("by").order_by("pk"))


def delegated(assessment: Assessment) -> Sequence[DelegatedQuestion]:
    """The questions sent by a link, the last first."""
    return list(DelegatedQuestion.objects.filter(assessment=assessment).select_related("made_by"))


def question_or_404(scope: Scope, pk: int, act: Act = Act.ANSWER) -> DelegatedQuestion:
    """A delegated question of an establishment where the scope allows `act`."""
    rows = DelegatedQuestion.objects.visible_to(scope, act)
    found = rows.select_related("assessment__establishment").filter(pk=pk).first()
    if found is None:
        raise Http404("Ce lien n’existe pas, ou n’est pas de votre périmètre.")
    return found


def stored_or_404(scope: Scope, framework_id: str, establishment: Establishment) -> StoredFramework:
    """The present version of a framework that an establishment may use."""
    found = _usable(scope, establishment).filter(framework_id=framework_id).first()
    if found is None:
        raise Http404("Ce référentiel n’est pas installé.")
    return found


def _usable(scope: Scope, establishment: Establishment) -> QuerySet[StoredFramework]:
    """The frameworks of everyone and those of the region of an establishment, and no other region’s."""
    rows = StoredFramework.objects.visible_to(scope, regions=(establishment.region,)).present()
    return rows.filter(region__in=("", establishment.region)).defer("document")


@dataclass(frozen=True, slots=True)
class Offer:
    """A framework that an establishment may answer, with what it did of it."""

    stored: StoredFramework
    framework: Framework
    open: Assessment | None
    last: Assessment | None
    is_first: bool = False  # where an establishment of this kind begins


def offers(scope: Scope, establishment: Establishment) -> list[Offer]:
    """The frameworks of an establishment: the one meant for it, then those under way, then those never answered, the
    shortest before the others."""
    first = beginning(establishment)
    rows = _usable(scope, establishment)
    mine = Assessment.objects.filter(establishment=establishment).select_related("campaign")
    under_way, last = {}, {}
    for found in mine.order_by("submitted_at", "pk"):
        if found.is_open:
            under_way[found.framework_id] = found
        if found.submitted_at is not None:
            last[found.framework_id] = found
    made = [
        Offer(
            row,
            catalogue.of_digest(row.digest),
            under_way.get(row.framework_id),
            last.get(row.framework_id),
            row.framework_id == first,
        )
        for row in rows
    ]
    return sorted(made, key=_place)


def _place(offer: Offer) -> tuple[bool, bool, bool, int, str]:
    done = offer.last is not None
    return (
        not offer.is_first,
        offer.open is None,
        done,
        offer.framework.minutes,
        offer.stored.title,
    )


def main_offer(offers: Sequence[Offer]) -> Offer | None:
    """The one to press: the first unless it is done, else what is under way, else the first again."""
    owed = [offer for offer in offers if offer.open or (offer.is_first and not offer.last)]
    return next(iter([*owed, *offers]), None)


def beginning(establishment: Establishment) -> str:
    """The framework with which an establishment begins."""
    return FOR_HOMES if is_home(establishment) else FOR_HOSPITALS


def is_home(establishment: Establishment) -> bool:
    """Whether it is social or medico-social, by the aggregate of its category (4)."""
    if establishment.category in HOMES:
        return True
    found = Category.objects.filter(pk=establishment.category).values_list("aggregate", flat=True)
    return str(found.first() or "").startswith("4")


def listed(scope: Scope, filters: Mapping[str, Any]) -> QuerySet[Assessment]:
    """The assessments of a scope, the last touched first."""
    rows = Assessment.objects.visible_to(scope).select_related("establishment", "campaign")
    if framework := filters.get("referentiel"):
        rows = rows.filter(framework_id=framework)
    state = filters.get("etat") or ""
    if state == "cours":
        rows = rows.open()
    elif state == "terminees":
        rows = rows.filter(state=State.SUBMITTED)
    elif state == "silence":
        rows = rows.open().filter(last_answer_at__isnull=True)
    return rows.order_by("-opened_on", "-pk")


def titles() -> dict[str, str]:
    """Digest of a version of a framework → its short title; one query."""
    return dict(StoredFramework.objects.values_list("digest", "short_title"))


def own_establishments(scope: Scope) -> list[Establishment]:
    """The establishments where the scope answers, when they are few enough to be named."""
    rows = Establishment.objects.visible_to(scope, Act.ANSWER).open().order_by("name", "pk")
    return list(rows[:13])


@dataclass(frozen=True, slots=True)
class Row:
    """An assessment as lists draw it."""

    assessment: Assessment
    title: str
    score: Any


def rows_of(found: Sequence[Assessment]) -> list[Row]:
    """Assessments with the titles of their frameworks and their ranges; one query."""
    words = titles()
    return [Row(a, words.get(a.digest, a.framework_id), as_range(a.low, a.high)) for a in found]


def assessments_panel(finess: str, scope: Scope) -> dict[str, Any] | None:
    """The assessments under way and the last ones, on the page of an establishment."""
    mine = Assessment.objects.filter(establishment=finess).exclude(state=State.ARCHIVED)
    newest = F("submitted_at").desc(nulls_first=True)
    rows = list(mine.order_by(newest, "-opened_on", "-pk")[:4])
    work = allows(scope, finess, Act.ANSWER)
    if not rows and not work:
        return None
    today = timezone.localdate()
    return {"finess": finess, "rows": rows_of(rows), "may_work": work, "today": today}


def sees_answers(scope: Scope, assessment: Assessment) -> bool:
    """Whether the scope reads the answers themselves, and not the scores alone."""
    return Assessment.objects.visible_to(scope).filter(pk=assessment.pk).exists()


def groupings_of(establishment: Establishment) -> list[Grouping]:
    """The groupings of which an establishment, or its operator, is a member."""
    mine = Q(establishment=establishment)
    if establishment.operator_id:
        mine |= Q(operator=establishment.operator_id)
    members = GroupingMember.objects.present().filter(mine)
    return list(Grouping.objects.filter(pk__in=members.values("grouping")).order_by("name"))


def grouping_or_404(scope: Scope, code: str) -> Grouping:
    """A grouping of which an establishment that the scope reads is a member; otherwise it does not exist."""
    mine = Establishment.objects.visible_to(scope, Act.SEE_FINDINGS)
    members = GroupingMember.objects.present().filter(
        Q(establishment__in=mine) | Q(operator__in=mine.values("operator"))
    )
    found = Grouping.objects.filter(pk=code, pk__in=members.values("grouping")).first()
    if found is None:
        raise Http404("Ce groupement n’existe pas, ou n’est pas de votre périmètre.")
    return found
