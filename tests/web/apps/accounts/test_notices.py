"""News by mail: to the people of the establishment, and to nobody else."""

from typing import Any

from factories.people import a_person
from rempart.web.apps.accounts import notices
from rempart.web.core.models import Mail
from rempart.web.core.scope import Level, Role
from rempart.web.core.sealing import unseal


def test_news_waits_for_the_mail_of_the_day_of_each_of_the_establishment(cast: Any) -> None:
    a_person("direction@exemple.test", Role.DIRECTION, Level.ESTABLISHMENT, "350000019")
    told = notices.tell("350000019", subject="Nouvel audit", words="Un audit est là.")
    rows = Mail.objects.order_by("recipient")
    assert [row.recipient for row in rows] == ["alice@exemple.test", "direction@exemple.test"]
    assert (told, {row.is_for_digest for row in rows}) == (2, {True})
    assert "/etablissements/350000019/" in unseal(rows[0].sealed_text)


def test_whoever_made_the_news_is_not_told(cast: Any) -> None:
    told = notices.tell(
        "350000019", subject="Nouvel audit", words="Un audit est là.", but_not=cast.alice.pk
    )
    assert (told, Mail.objects.count()) == (0, 0)
