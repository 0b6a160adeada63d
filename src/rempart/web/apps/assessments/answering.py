"""Writing answers: nothing that somebody gave is ever overwritten unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from rempart.content.frameworks import Framework
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.models import Answer, AnswerChange, Assessment, Origin
from rempart.web.apps.assessments.rules import (
    Reply,
    asked,
    checked,
    entry,
    figures,
    says_the_same,
    version_of,
)
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import projections
from rempart.web.core.errors import Refused

FIGURES: Final = (
    *("given", "answered", "unknown", "not_applicable", "total", "low", "high"),
    *("themes", "last_answer_at"),
)
CHANGED: Final = ("kind", "value", "note", "origin", "by", "by_label", "at", "version")


@dataclass(frozen=True, slots=True)
class Author:
    """Who answers: a person with an account, or somebody who was sent a link."""

    user: User | None
    label: str
    origin: Origin = Origin.DECLARED

    @classmethod
    def of(cls, user: User, origin: Origin = Origin.DECLARED) -> "Author":
        """A person with an account."""
        return cls(user, str(user), origin)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a reply: written (or already so), with its version; or the answer of somebody else, kept."""

    version: int
    theirs: Answer | None = None


def check_open(assessment: Assessment) -> None:
    """Raise Refused when an assessment takes no answer."""
    closed_on = assessment.establishment.closed_on
    if closed_on is not None:
        raise Refused(
            f"Cet établissement n’est plus au registre depuis le {closed_on:%d/%m/%Y} : ses réponses sont gardées, et "
            "ne changent plus.",
            todo="Si un autre établissement l’a repris, reportez-y l’auto-évaluation.",
        )
    if not assessment.is_open:
        raise Refused(
            "Cette auto-évaluation est terminée.", todo="Rouvrez-la pour changer une réponse."
        )


@transaction.atomic
def save_answers(
    *,
    assessment: Assessment,
    replies: Mapping[str, Reply],
    seen: Mapping[str, int],
    author: Author,
    now: datetime | None = None,
) -> dict[str, Outcome]:
    """Write replies in an assessment whose row is held; `seen`: item → version that the person had on the screen.

    When somebody else answered otherwise since, nothing is written for that item, and their answer is given back.
    Three queries, however many replies and assessments there are; one more when there is a conflict.
    """
    check_open(assessment)
    framework = catalogue.of_digest(assessment.digest)
    items = {item.id: item for item in asked(framework, assessment.groups)}
    for name in replies:
        if name not in items:
            raise Refused("Cette question n’est pas de cette auto-évaluation.")
    wanted = {name: checked(items[name], reply) for name, reply in replies.items()}
    theirs = _conflicts(assessment, wanted, seen, author)
    written = {
        name: reply
        for name, reply in wanted.items()
        if name not in theirs and not says_the_same(assessment.given, name, reply)
    }
    if written:
        _write(assessment, framework, written, author, now or timezone.now())
    return {name: Outcome(version_of(assessment.given, name), theirs.get(name)) for name in wanted}


def _conflicts(
    assessment: Assessment, wanted: Mapping[str, Reply], seen: Mapping[str, int], author: Author
) -> dict[str, Answer]:
    given = assessment.given
    unseen = [
        name
        for name, reply in wanted.items()
        if version_of(given, name) > seen.get(name, 0) and not says_the_same(given, name, reply)
    ]
    if not unseen:
        return {}
    mine = author.user.pk if author.user else None
    rows = Answer.objects.filter(assessment=assessment, item__in=unseen).select_related("by")
    return {
        row.item: row
        for row in rows
        if row.by_id != mine or (mine is None and row.by_label != author.label)
    }


def _write(
    assessment: Assessment,
    framework: Framework,
    written: Mapping[str, Reply],
    author: Author,
    now: datetime,
) -> None:
    given = dict(assessment.given)
    said = []
    for name, reply in written.items():
        version = version_of(given, name) + 1
        given[name] = entry(reply, version)
        said.append(
            {
                "assessment": assessment,
                "item": name,
                "kind": reply.given.kind.value,
                "value": reply.given.value,
                "note": reply.note,
                "origin": author.origin,
                "by": author.user,
                "by_label": author.label[:200],
                "at": now,
                "version": version,
            }
        )
    Answer.objects.bulk_create(
        [Answer(**values) for values in said],
        update_conflicts=True,
        unique_fields=["assessment", "item"],
        update_fields=CHANGED,
    )
    AnswerChange.objects.bulk_create([AnswerChange(**values) for values in said])
    is_first = assessment.last_answer_at is None
    assessment.given, assessment.last_answer_at = given, now
    recount(assessment, framework)
    assessment.save(update_fields=FIGURES)
    if is_first:
        projections.mark("assessment_begun", assessment.establishment_id)


def recount(assessment: Assessment, framework: Framework) -> None:
    """Compute the counters and the score of an assessment again, from the answers that its row keeps."""
    for name, value in figures(framework, assessment.given, assessment.groups).items():
        setattr(assessment, name, value)
