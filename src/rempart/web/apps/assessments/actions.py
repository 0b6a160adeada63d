"""What changes an assessment but its answers: opened, shared, finished, reopened, carried over."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import Given, Kind, gap, level_of
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.answering import check_open, recount
from rempart.web.apps.assessments.completing import complete
from rempart.web.apps.assessments.models import (
    Answer,
    AnswerChange,
    Assessment,
    Campaign,
    ItemComment,
    Origin,
)
from rempart.web.apps.assessments.rules import answers_of, asked
from rempart.web.apps.assessments.states import OPEN, Event, after
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.remediation.actions import propose_measures, record_findings
from rempart.web.apps.remediation.recording import Observation
from rempart.web.apps.remediation.rules import Look
from rempart.web.core import journal, projections
from rempart.web.core.errors import Refused

SOURCE_KIND: Final = "assessment"
_told: Final = partial(journal.record_on, "assessment")


@transaction.atomic
def open_assessment(
    *, establishment: Establishment, framework: StoredFramework, today: date, by: User
) -> Assessment:
    """Open an assessment, or give the one that is already open: an establishment answers a framework once at a time."""
    if establishment.closed_on is not None:
        raise Refused(
            "Cet établissement n’est plus au registre : on ne peut pas y ouvrir d’auto-évaluation."
        )
    held = Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
    mine = Assessment.objects.filter(
        establishment=held, framework_id=framework.framework_id
    ).order_by("-opened_on", "-pk")
    if (known := mine.open().first()) is not None:
        return known
    made = prepared(held, framework, today)
    made.opened_by = by
    made.previous = mine.known().first()
    if made.previous is not None:
        made.groups = made.previous.groups
        made.shared_with_region = made.previous.shared_with_region
        made.shared_with_grouping = made.previous.shared_with_grouping
        recount(made, catalogue.of_digest(made.digest))
    made.save()
    _told(made, "open_assessment", by)
    return made


def prepared(
    establishment: Establishment,
    framework: StoredFramework,
    today: date,
    campaign: Campaign | None = None,
) -> Assessment:
    """An assessment without an answer, not written yet."""
    made = Assessment(
        establishment=establishment,
        framework_id=framework.framework_id,
        version=framework.version,
        digest=framework.digest,
        campaign=campaign,
        opened_on=today,
    )
    recount(made, catalogue.of_digest(made.digest))
    return made


@transaction.atomic
def choose_groups(*, assessment: Assessment, groups: Sequence[str], by: User) -> None:
    """Say which classes of entities the establishment is of: the others' items are not asked; answers stay."""
    check_open(assessment)
    framework = catalogue.of_digest(assessment.digest)
    known = [group.id for group in framework.groups]
    if unknown := [group for group in groups if group not in known]:
        raise Refused(f"Cette catégorie n’existe pas : {', '.join(unknown)}.")
    assessment.groups = [group for group in known if group in groups]
    recount(assessment, framework)
    assessment.save()
    _told(assessment, "choose_groups", by, groups=assessment.groups)


@transaction.atomic
def share(*, assessment: Assessment, with_region: bool, with_grouping: bool, by: User) -> None:
    """Say who else reads the result: who follows the establishment, the other members of its groupings."""
    assessment.shared_with_region = with_region
    assessment.shared_with_grouping = with_grouping
    assessment.save(update_fields=["shared_with_region", "shared_with_grouping"])
    projections.refresh([assessment.establishment_id])
    _told(assessment, "share_assessment", by, region=with_region, grouping=with_grouping)


@transaction.atomic
def comment_item(*, assessment: Assessment, item: str, text: str, by: User) -> ItemComment:
    """Say something of an item, without answering it."""
    if not text.strip():
        raise Refused("Un commentaire ne peut pas être vide.")
    framework = catalogue.of_digest(assessment.digest)
    if item not in {found.id for found in framework.items}:
        raise Refused("Cette question n’est pas de cette auto-évaluation.")
    made = ItemComment.objects.create(
        assessment=assessment, item=item, by=by, by_label=str(by)[:200], text=text.strip()
    )
    _told(assessment, "comment_item", by, item=item)
    return made


@transaction.atomic
def submit(*, assessment: Assessment, today: date, by: User) -> Assessment:
    """Finish an assessment: its gaps join the findings, where the plan takes them."""
    check_open(assessment)
    if not assessment.done:
        raise Refused(
            "Aucune question n’a encore de réponse.",
            todo="Répondez au moins à une question : « je ne sais pas » en est une.",
        )
    assessment.state = after(assessment.state, Event.SUBMIT)
    assessment.submitted_at, assessment.submitted_by = timezone.now(), by
    assessment.submissions += 1
    assessment.save()
    framework = catalogue.of_digest(assessment.digest)
    complete(assessment=assessment, framework=framework, done_on=today)
    _told(assessment, "submit_assessment", by, low=assessment.low, high=assessment.high)
    record_findings(
        establishment=assessment.establishment,
        source_kind=SOURCE_KIND,
        source_id=f"{assessment.pk}.{assessment.submissions}",
        source_label=f"{framework.short_title}, auto-évaluation du {today:%d/%m/%Y}",
        subject=assessment.framework_id,
        measured_on=today,
        findings=observations(framework, assessment),
        by=by,
    )
    propose_measures(establishment=assessment.establishment, today=today, by=by)
    return assessment


@transaction.atomic
def reopen(*, assessment: Assessment, by: User) -> Assessment:
    """Take answers again; what was found stays until the assessment is finished again."""
    others = Assessment.objects.filter(
        establishment=assessment.establishment_id, framework_id=assessment.framework_id
    )
    if others.open().exists():
        raise Refused(
            "Une autre auto-évaluation de ce référentiel est en cours.",
            todo="Continuez celle-là, ou terminez-la d’abord.",
        )
    if assessment.establishment.closed_on is not None:
        raise Refused("Cet établissement n’est plus au registre : ses réponses ne changent plus.")
    assessment.state = after(assessment.state, Event.REOPEN)
    assessment.save(update_fields=["state"])
    _told(assessment, "reopen_assessment", by)
    return assessment


@transaction.atomic
def carry_over(*, assessment: Assessment, to: Establishment, today: date, by: User) -> Assessment:
    """Take the answers of an establishment that closed to the one that follows it; both keep theirs."""
    if assessment.establishment.closed_on is None:
        raise Refused("Cet établissement est ouvert : ses réponses n’ont pas à être reportées.")
    if to.closed_on is not None or to.pk == assessment.establishment_id:
        raise Refused("L’établissement qui reprend doit être ouvert au registre.")
    mine = Assessment.objects.filter(establishment=to, framework_id=assessment.framework_id)
    if mine.open().exists():
        raise Refused(
            "L’établissement qui reprend a déjà une auto-évaluation en cours sur ce référentiel.",
            todo="Terminez-la d’abord, ou répondez-y directement.",
        )
    made = Assessment(
        **{
            name: getattr(assessment, name)
            for name in ("framework_id", "version", "digest", "groups", "given")
        },
        establishment=to,
        opened_on=today,
        opened_by=by,
        carried_from=assessment,
        last_answer_at=timezone.now(),
    )
    recount(made, catalogue.of_digest(made.digest))
    made.save()
    _copy_answers(assessment, made)
    if assessment.state in OPEN:
        assessment.state = after(assessment.state, Event.ARCHIVE)
        assessment.save(update_fields=["state"])
    projections.refresh([assessment.establishment_id, to.pk])
    _told(assessment, "carry_over_assessment", by, to=to.pk)
    _told(made, "open_assessment", by, carried_from=assessment.establishment_id)
    return made


def observations(framework: Framework, assessment: Assessment) -> list[Observation]:
    """What an assessment says of each item that it asks: a gap, no gap, or not known."""
    answers = answers_of(assessment.given)
    return [
        _observation(item, answers.get(item.id)) for item in asked(framework, assessment.groups)
    ]


def _observation(item: Item, given: Given | None) -> Observation:
    level = level_of(item, given)
    if given is not None and given.kind is Kind.NOT_APPLICABLE:
        return Observation(item.id, Look.ABSENT)
    if level is None:
        return Observation(item.id, Look.NOT_MEASURED)
    if level >= item.target:
        return Observation(item.id, Look.ABSENT)
    words = {found.value: found.text for found in item.levels}
    detail = (
        f"Répondu : niveau {level}. {words[level]}\n\n"
        f"Visé : niveau {item.target}. {words.get(item.target, '')}\n\n{item.why}"
    )
    return Observation(
        item.id,
        Look.SEEN,
        item.title[:300],
        item.severity,
        detail.strip(),
        weight=gap(item, level),
    )


def _copy_answers(old: Assessment, new: Assessment) -> None:
    fields = ("item", "kind", "value", "note", "by", "by_label", "at", "version")
    said = [
        {name: getattr(row, name) for name in fields} | {"origin": Origin.CARRIED}
        for row in Answer.objects.filter(assessment=old).select_related("by")
    ]
    Answer.objects.bulk_create(Answer(assessment=new, **values) for values in said)
    AnswerChange.objects.bulk_create(AnswerChange(assessment=new, **values) for values in said)
