"""Mail: written with the act, sent once, tried again when the server is away, gathered in a digest."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from rempart.web.core import jobs, mail, upkeep
from rempart.web.core.models import Job, Mail
from rempart.web.core.sealing import unseal


def perform_all() -> list[str]:
    """Run every waiting job, those that they queue included; gives how each ended."""
    ended = []
    while row := Job.objects.filter(state=Job.State.WAITING, not_before_at__isnull=True).first():
        ended.append(jobs.perform(row.pk).state)
    return ended


def news(to: str = "alice@exemple.test", subject: str = "Du neuf", *, late: bool = True) -> Mail:
    return mail.write(to=to, subject=subject, text="Un audit a été déposé.", is_for_digest=late)


def test_a_message_leaves_by_a_job_and_only_once(db: None) -> None:
    row = news(late=False)
    assert perform_all() == ["done"]
    again = jobs.enqueue(mail.send_mail, mail_id=row.pk)
    jobs.perform(again.pk)
    row.refresh_from_db()
    assert [m.to for m in django_mail.outbox] == [["alice@exemple.test"]]
    assert (row.sent_at is None, row.sealed_text, row.sealed_subject) == (False, "", "")


def test_an_act_that_fails_sends_nothing(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        news(late=False)
        raise ZeroDivisionError
    assert (perform_all(), django_mail.outbox) == ([], [])


def test_a_subject_holds_on_one_line(db: None) -> None:
    row = news(subject="Alerte\r\nBcc: tous@exemple.test", late=False)
    assert unseal(row.sealed_subject) == "Alerte Bcc: tous@exemple.test"


def test_what_can_wait_is_one_mail_a_day(db: None) -> None:
    news(subject="Premier")
    news(subject="Second")
    news(to="bob@exemple.test")
    assert perform_all() == []
    jobs.enqueue(mail.plan_digests)
    perform_all()
    first, second = sorted(django_mail.outbox, key=lambda m: m.to)
    assert (first.subject, second.subject) == (
        "Rempart : 2 nouvelles",
        "Rempart : 1 nouvelle",
    )
    assert "Premier" in str(first.body) and "Second" in str(first.body)


def test_what_waits_is_sealed_in_the_database(db: None) -> None:
    news(subject="Premier")
    kept = str(Mail.objects.values())
    assert ("Premier" in kept, "Un audit a été déposé." in kept) == (False, False)


def test_news_that_no_key_opens_does_not_hold_back_the_rest(db: None, settings: Settings) -> None:
    news(subject="Premier")
    settings.SECRET_KEY = "another key"
    news(subject="Second")
    jobs.enqueue(mail.send_digest, recipient="alice@exemple.test")
    assert perform_all() == ["done"]
    body = str(django_mail.outbox[0].body)
    assert ("La clé de l’installation a changé" in body, "Second" in body) == (True, True)


def test_a_digest_is_sent_once(db: None) -> None:
    news()
    for _ in range(2):
        jobs.enqueue(mail.plan_digests)
        jobs.enqueue(mail.send_digest, recipient="alice@exemple.test")
    perform_all()
    assert len(django_mail.outbox) == 1


def test_whoever_wants_each_message_has_it_at_once(db: None) -> None:
    mail.prefer(recipient="alice@exemple.test", at_once=True)
    news()
    mail.prefer(recipient="alice@exemple.test", at_once=False)
    news()
    assert (perform_all(), len(django_mail.outbox)) == (["done"], 1)


def test_a_template_gives_the_text_without_escaping_french(db: None) -> None:
    row = mail.send(
        to="a@exemple.test",
        subject="Essai",
        template="mail/digest.txt",
        context={"mails": [{"subject": "L’été & l’hiver"}]},
    )
    assert "L’été & l’hiver" in unseal(row.sealed_text)
    assert "/courriels/" in unseal(row.sealed_text)


def test_old_mail_jobs_and_strays_are_forgotten(db: None) -> None:
    news(late=False)
    perform_all()
    long_ago = timezone.now() - timedelta(days=400)
    Mail.objects.update(sent_at=long_ago)
    Job.objects.update(ended_at=long_ago)
    jobs.perform(jobs.enqueue(upkeep.prune).pk)
    assert (Mail.objects.count(), Job.objects.count()) == (0, 1)
