"""Questions sent to somebody without an account, an IT provider mostly, by a link that shows them and nothing else."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from rempart.engines.maturity.answers import Kind
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.answering import Author, Outcome, check_open, save_answers
from rempart.web.apps.assessments.models import Assessment, DelegatedQuestion, ItemComment, Origin
from rempart.web.apps.assessments.rules import Reply, asked
from rempart.web.apps.frameworks import catalogue
from rempart.web.core import journal, mail
from rempart.web.core.errors import Refused

MOST_DAYS: Final = 60
MOST_ITEMS: Final = 60
TRIES: Final = 60
TRIES_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is asked."""

    email: str
    name: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A question sent, and the token of its link: the only moment at which it is known."""

    question: DelegatedQuestion
    token: str


def hash_of(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


@transaction.atomic
def delegate(
    *,
    assessment: Assessment,
    items: Sequence[str],
    recipient: Recipient,
    days: int,
    by: User,
) -> Sent:
    """Send questions of an assessment to somebody, for some days."""
    check_open(assessment)
    framework = catalogue.of_digest(assessment.digest)
    known = {item.id: item.title for item in asked(framework, assessment.groups)}
    if not items or len(items) > MOST_ITEMS or any(item not in known for item in items):
        raise Refused("Choisissez les questions à envoyer parmi celles de cette auto-évaluation.")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"Le lien vaut de 1 à {MOST_DAYS} jours.")
    token = secrets.token_urlsafe(32)
    made = DelegatedQuestion.objects.create(
        assessment=assessment,
        items=[name for name in known if name in set(items)],
        token_hash=hash_of(token),
        recipient=recipient.email,
        recipient_name=recipient.name,
        message=recipient.message,
        made_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    mail.send(
        to=recipient.email,
        subject=f"{assessment.establishment} vous pose une question de cybersécurité",
        template="assessments/mail/delegated.txt",
        context={
            "question": made,
            "establishment": assessment.establishment,
            "titles": [known[name] for name in made.items],
            "by": by,
            "path": reverse("delegated_answer", args=[token]),
        },
    )
    _told(made, "delegate_question", by, email=recipient.email, items=made.items)
    return Sent(made, token)


@transaction.atomic
def revoke(*, question: DelegatedQuestion, by: User) -> None:
    """Make a link of no use; what was answered by it stays."""
    now = timezone.now()
    done = DelegatedQuestion.objects.filter(pk=question.pk, revoked_at__isnull=True)
    if not done.update(revoked_at=now, revoked_by=by):
        raise Refused("Ce lien est déjà retiré.", todo="Il n’y a plus rien à faire.")
    _told(question, "revoke_delegated_question", by, email=question.recipient)


def opened(token: str, address: str) -> DelegatedQuestion:
    """The questions of a link. Raises Refused, with what to do, when it is unknown, expired, revoked, or tried too often."""
    if _is_too_often(address):
        raise Refused(
            "Trop d’essais depuis votre adresse.", todo="Réessayez dans une dizaine de minutes."
        )
    rows = DelegatedQuestion.objects.select_related("assessment__establishment", "made_by")
    found = rows.filter(token_hash=hash_of(token)).first()
    if found is None:
        raise Refused(
            "Ce lien n’est pas bon.",
            todo="Reprenez-le en entier dans le courriel, ou demandez-en un autre à l’établissement.",
        )
    if found.revoked_at is not None:
        raise Refused(
            "L’établissement a retiré ce lien.", todo="Demandez-lui s’il attend encore une réponse."
        )
    if found.expires_at <= timezone.now():
        raise Refused(
            f"Ce lien valait jusqu’au {timezone.localtime(found.expires_at):%d/%m/%Y}.",
            todo=f"Demandez-en un autre à {found.made_by}. Ce que vous aviez répondu est gardé.",
        )
    return found


@transaction.atomic
def answer(
    *, question: DelegatedQuestion, replies: Mapping[str, Reply], seen: Mapping[str, int]
) -> dict[str, Outcome]:
    """Write what somebody answers by a link."""
    if any(name not in question.items for name in replies):
        raise Refused("Cette question n’est pas de ce lien.")
    held = (
        Assessment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("establishment")
        .get(pk=question.assessment_id)
    )
    author = Author(None, f"{question.who} (sur lien)", Origin.DELEGATED)
    found = save_answers(assessment=held, replies=replies, seen=seen, author=author)
    _keep_apart(held, author, {name: replies[name] for name, o in found.items() if o.theirs})
    DelegatedQuestion.objects.filter(pk=question.pk).update(answered_at=timezone.now())
    _told(question, "answer_delegated_question", None, items=sorted(replies))
    return found


def _keep_apart(assessment: Assessment, author: Author, replies: Mapping[str, Reply]) -> None:
    """What a link answers where the establishment has answered otherwise: said as a comment, for it to choose."""
    framework = catalogue.of_digest(assessment.digest)
    words = {
        item.id: {level.value: level.text for level in item.levels} for item in framework.items
    }
    said = {Kind.UNKNOWN: "Je ne sais pas.", Kind.NOT_APPLICABLE: "Sans objet."}
    ItemComment.objects.bulk_create(
        ItemComment(
            assessment=assessment,
            item=name,
            by_label=author.label[:200],
            text=(
                f"Répondu sur lien : {said.get(reply.given.kind) or words[name].get(reply.given.value or 0, '')} "
                f"{reply.note}"
            ).strip(),
        )
        for name, reply in replies.items()
    )


def _is_too_often(address: str) -> bool:
    key = f"delegated:{hash_of(address)[:32]}"
    cache.add(key, 0, TRIES_SECONDS)
    try:
        return cache.incr(key) > TRIES
    except ValueError:  # forgotten between the two calls
        return False


def _told(question: DelegatedQuestion, act: str, by: User | None, **details: object) -> None:
    journal.record(
        act,
        by=by,
        object_kind="delegated_question",
        object_id=question.pk,
        object_label=question.who,
        establishment=question.assessment.establishment_id,
        details=dict(details),
    )
