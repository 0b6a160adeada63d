"""Mail: written in the transaction of the act, sent by a job, tried again for hours when the server is away.

What waits is sealed: whoever reads the database, or its backup, reads nobody's mail.

send(to=user.email, subject="Vous êtes invité", template="mail/invitation.txt", context={…})
send(…, is_for_digest=True)   # news that can wait: one mail a day holds them all
"""

import logging
from datetime import time, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import ngettext

from rempart.web.core import jobs, schedule
from rempart.web.core.errors import Refused
from rempart.web.core.jobs import Run
from rempart.web.core.models import Mail, MailPreference
from rempart.web.core.sealing import seal, unseal

DIGEST_AT: Final = time(7, 30)
KEPT: Final = timedelta(days=30)
TRIES: Final = 10
LOST: Final = "La clé de l’installation a changé depuis qu’elle a été écrite. Voyez les pages de votre établissement."

log = logging.getLogger(__name__)


def send(
    *,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any] | None = None,
    is_for_digest: bool = False,
) -> Mail:
    """Write a message to one person from a text template; it leaves when the present transaction is written."""
    said = {"public_url": settings.PUBLIC_URL} | (context or {})
    return write(
        to=to,
        subject=subject,
        text=render_to_string(template, said),
        is_for_digest=is_for_digest,
    )


def write(*, to: str, subject: str, text: str, is_for_digest: bool = False) -> Mail:
    """Write a message whose text is ready."""
    waits = is_for_digest and not wants_each(to)
    with transaction.atomic():
        row = Mail.objects.create(
            recipient=to,
            sealed_subject=seal(" ".join(subject.split())[:200]),
            sealed_text=seal(text),
            is_for_digest=waits,
        )
        if not waits:
            jobs.enqueue(send_mail, mail_id=row.pk)
    return row


def wants_each(recipient: str) -> bool:
    """Whether a person has asked for each message at once."""
    return MailPreference.objects.filter(recipient=recipient).exists()


def prefer(*, recipient: str, at_once: bool) -> None:
    """Whether a person wants each message at once, or one digest a day."""
    if at_once:
        MailPreference.objects.get_or_create(recipient=recipient)
    else:
        MailPreference.objects.filter(recipient=recipient).delete()


@jobs.job("send_mail", title="Envoyer un courriel", tries=TRIES)
def send_mail(run: Run, *, mail_id: int) -> None:
    """Send one message, unless a former try did."""
    row = Mail.objects.filter(pk=mail_id, sent_at__isnull=True).first()
    if row is None:
        return
    subject, text = unseal(row.sealed_subject), unseal(row.sealed_text)
    _deliver(row.recipient, subject, text, key=str(row.pk))
    _forget([row])


@schedule.daily("plan_digests", at=DIGEST_AT)
@jobs.job("plan_digests", title="Préparer les courriels du jour")
def plan_digests(run: Run) -> None:
    """One job for each person whose messages wait."""
    waiting = Mail.objects.filter(is_for_digest=True, sent_at__isnull=True)
    with transaction.atomic():
        for found in waiting.values("recipient").annotate(n=Count("id")).order_by("recipient"):
            jobs.enqueue(send_digest, recipient=found["recipient"])


@jobs.job("send_digest", title="Envoyer le courriel du jour", tries=TRIES)
def send_digest(run: Run, *, recipient: str) -> None:
    """Send in one mail all that waits for one person."""
    rows = list(
        Mail.objects.filter(recipient=recipient, is_for_digest=True, sent_at__isnull=True).order_by(
            "id"
        )
    )
    if not rows:
        return
    count = len(rows)
    subject = ngettext("Rempart : %(count)d nouvelle", "Rempart : %(count)d nouvelles", count) % {
        "count": count
    }
    said = {"mails": [_news(row) for row in rows], "public_url": settings.PUBLIC_URL}
    _deliver(recipient, subject, render_to_string("mail/digest.txt", said), key=f"d{rows[-1].pk}")
    _forget(rows)


def _news(row: Mail) -> dict[str, str]:
    """One piece of news of a digest; one that no key opens any more does not hold back the others."""
    try:
        return {"subject": unseal(row.sealed_subject), "text": unseal(row.sealed_text)}
    except Refused:
        log.warning("mail %s cannot be opened: the key of the installation has changed", row.pk)
        return {"subject": "Une nouvelle ne se lit plus", "text": LOST}


def _forget(rows: list[Mail]) -> None:
    sent = Mail.objects.filter(pk__in=[row.pk for row in rows])
    sent.update(sent_at=timezone.now(), sealed_subject="", sealed_text="")


def _deliver(to: str, subject: str, text: str, *, key: str) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    message = EmailMessage(
        subject=subject,
        body=text,
        to=[to],
        # The same message sent twice, by a try whose end was lost, has the same number.
        headers={"Message-ID": f"<rempart-{key}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.send()
