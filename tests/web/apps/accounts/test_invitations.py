"""Invitations: who may send them, what their link does, and every way in which it is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.invitations import an_invitation, scope
from factories.people import a_person
from rempart.web.apps.accounts.actions import accept_invitation, hash_of, invite
from rempart.web.apps.accounts.models import Invitation, Membership, User
from rempart.web.config.settings import base
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job, JournalEntry
from rempart.web.core.scope import Act, Level, Role
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
ANSWER = {
    "first_name": "Paul",
    "last_name": "Essai",
    "password": "le train de nuit pour Rennes",
}


def link(token: str, place: str = "350000019") -> str:
    return f"/invitations/{place}/{token}/"


def test_a_new_person_opens_an_account_and_has_the_role(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    browser = browser_of(None)
    assert browser.get(link(sent.token)).status_code == 200
    assert browser.post(link(sent.token), ANSWER).status_code == 302
    paul = User.objects.get(email="paul@exemple.test")
    assert scope(paul).codes(Act.SEE_FINDINGS, Level.ESTABLISHMENT) == {"350000019"}
    assert browser.get("/etablissements/350000019/").status_code == 200


def test_the_token_is_not_in_the_database_nor_in_the_queue(cast: Cast) -> None:
    sent = an_invitation(cast.alice)
    kept = [*Invitation.objects.values_list("token_hash", flat=True)]
    queued = str([*Job.objects.values_list("arguments", flat=True)])
    assert kept == [hash_of(sent.token)]
    assert queued != "[]"
    assert sent.token not in queued


def test_reading_the_page_uses_nothing(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    browser_of(None).get(link(sent.token))
    assert Invitation.objects.pending().count() == 1


def test_a_link_used_twice_is_refused_with_a_sentence(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    browser_of(None).post(link(sent.token), ANSWER)
    second = browser_of(None).post(link(sent.token), ANSWER | {"first_name": "Pierre"})
    assert second.status_code == 409
    assert "a déjà servi" in second.content.decode()
    assert User.objects.get(email="paul@exemple.test").first_name == "Paul"


def test_of_two_acceptances_that_both_read_it_pending_one_is_refused(cast: Cast) -> None:
    sent = an_invitation(cast.alice, "bob@exemple.test")
    stale = Invitation.objects.get(pk=sent.invitation.pk)
    accept_invitation(invitation=sent.invitation, by=cast.bob)
    with pytest.raises(Refused, match="a déjà servi"):
        accept_invitation(invitation=stale, by=cast.bob)


def test_an_expired_link_is_refused_with_its_date(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = browser_of(None).get(link(sent.token))
    assert answer.status_code == 409
    assert "a expiré le" in answer.content.decode()
    with pytest.raises(Refused):
        accept_invitation(invitation=sent.invitation, by=None, password="x" * 14)


def test_a_revoked_link_is_refused(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    answer = browser_of("alice").post(f"/invitations/{sent.invitation.pk}/annuler/")
    assert answer.status_code == 302
    assert "annulée" in browser_of(None).get(link(sent.token)).content.decode()


def test_a_link_changed_to_another_finess_is_refused(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    answer = browser_of(None).post(link(sent.token, "130000019"), ANSWER)
    assert answer.status_code == 409
    assert "ne vaut pas pour « 130000019 »" in answer.content.decode()
    assert not User.objects.filter(email="paul@exemple.test").exists()


def test_an_unknown_link_is_refused(cast: Cast, browser_of: Browsers) -> None:
    answer = browser_of(None).get(link("x" * 43))
    assert answer.status_code == 409
    assert "n’existe pas" in answer.content.decode()


def test_somebody_else_who_is_signed_in_cannot_use_it(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice)
    answer = browser_of("charlie").get(link(sent.token))
    assert answer.status_code == 409
    assert "est pour paul@exemple.test" in answer.content.decode()
    assert Invitation.objects.pending().exists()


def test_a_person_with_an_account_adds_the_role_to_it(cast: Cast, browser_of: Browsers) -> None:
    sent = an_invitation(cast.alice, "bob@exemple.test")
    assert "Se connecter" in browser_of(None).get(link(sent.token)).content.decode()
    assert browser_of("bob").post(link(sent.token)).status_code == 302
    held = Membership.objects.filter(user=cast.bob).values_list("role", flat=True)
    assert {*held} == {Role.RSSI, Role.READER}


def test_a_weak_password_is_refused_and_what_was_typed_is_kept(
    cast: Cast, browser_of: Browsers
) -> None:
    sent = an_invitation(cast.alice)
    answer = browser_of(None).post(link(sent.token), ANSWER | {"password": "password1234"})
    assert answer.status_code == 422
    assert 'value="Paul"' in answer.content.decode()
    assert not User.objects.filter(email="paul@exemple.test").exists()


def test_passwords_are_hashed_by_argon2id(db: None, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    user = a_person("argon@exemple.test")
    assert user.password.startswith("argon2$argon2id$")
    assert identify_hasher(user.password).algorithm == "argon2"


@pytest.mark.parametrize(
    ("who", "role", "level", "code"),
    [
        ("alice", Role.DIRECTION, Level.ESTABLISHMENT, "350000019"),
        ("alice", Role.RSSI, Level.ESTABLISHMENT, "350000019"),
        ("bob", Role.READER, Level.ESTABLISHMENT, "220000020"),
        ("bob", Role.RSSI, Level.GROUPING, "BRE-07"),
        ("rose", Role.ADVISER, Level.REGION, "53"),
        ("rose", Role.REFERENT, Level.ESTABLISHMENT, "220000020"),
        ("nadia", Role.RSSI, Level.OPERATOR, "130000001"),
        ("rose", Role.DIRECTION, Level.OPERATOR, "220000012"),
        ("nadia", Role.REGIONAL_OFFICER, Level.REGION, "93"),
        ("nadia", Role.NATIONAL_CERT, Level.NATIONAL, ""),
    ],
)
def test_people_invite_within_what_they_cover(
    cast: Cast, who: str, role: Role, level: Level, code: str
) -> None:
    sent = an_invitation(getattr(cast, who), role=role, level=level, code=code)
    assert sent.invitation.role == role


@pytest.mark.parametrize(
    ("who", "role", "level", "code"),
    [
        ("alice", Role.READER, Level.ESTABLISHMENT, "130000019"),
        ("alice", Role.REGIONAL_OFFICER, Level.REGION, "53"),
        ("alice", Role.REFERENT, Level.OPERATOR, "350000001"),
        ("bob", Role.REFERENT, Level.ESTABLISHMENT, "220000020"),
        ("bob", Role.READER, Level.ESTABLISHMENT, "350000019"),
        ("rose", Role.READER, Level.ESTABLISHMENT, "350000019"),
        ("rose", Role.ADVISER, Level.REGION, "93"),
        ("rose", Role.NATIONAL_CERT, Level.NATIONAL, ""),
        ("charlie", Role.READER, Level.ESTABLISHMENT, "350000019"),
        ("nadia", Role.READER, Level.NATIONAL, ""),
        ("nadia", Role.DELEGATE, Level.ESTABLISHMENT, "350000019"),
    ],
)
def test_people_do_not_invite_beyond_what_they_are(
    cast: Cast, who: str, role: Role, level: Level, code: str
) -> None:
    with pytest.raises(Refused, match="ne permet pas"):
        an_invitation(getattr(cast, who), role=role, level=level, code=code)
    assert not Invitation.objects.exists()


def test_an_authority_does_not_appoint_where_somebody_already_can(cast: Cast) -> None:
    with pytest.raises(Refused, match="a déjà un référent"):
        an_invitation(cast.rose, role=Role.REFERENT)
    Membership.objects.filter(user=cast.alice).update(ended_at=timezone.now())
    assert an_invitation(cast.rose, role=Role.REFERENT).token


@pytest.mark.parametrize(
    ("role", "level", "code"),
    [(Role.DIRECTION, Level.OPERATOR, "350000001"), (Role.RSSI, Level.GROUPING, "BRE-07")],
)
def test_a_region_gives_nobody_a_wider_role_over_those_who_have_their_own_people(
    cast: Cast, role: Role, level: Level, code: str
) -> None:
    with pytest.raises(Refused, match="a déjà un référent|ont déjà leur référent"):
        an_invitation(cast.rose, role=role, level=level, code=code)
    assert not Invitation.objects.exists()


def test_a_wider_role_that_the_nation_gives_is_told_to_those_whom_it_covers(cast: Cast) -> None:
    an_invitation(cast.nadia, role=Role.DIRECTION, level=Level.OPERATOR, code="350000001")
    to = [job.arguments["to"] for job in Job.objects.order_by("pk")]
    assert to == ["paul@exemple.test", "alice@exemple.test"]


def test_an_unknown_or_closed_establishment_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="n’est pas au registre"):
        an_invitation(cast.nadia, role=Role.REFERENT, code="999999999")
    cast.hospital.closed_on = timezone.localdate()
    cast.hospital.save()
    with pytest.raises(Refused, match="est fermé"):
        an_invitation(cast.bob, code="220000020")


def test_a_new_invitation_replaces_the_pending_one(cast: Cast, browser_of: Browsers) -> None:
    first = an_invitation(cast.alice)
    an_invitation(cast.alice)
    assert Invitation.objects.pending().count() == 1
    assert browser_of(None).get(link(first.token)).status_code == 409


def test_who_has_the_role_already_is_not_invited_to_it(cast: Cast) -> None:
    with pytest.raises(Refused, match="a déjà ce rôle"):
        invite(
            email="ALICE@exemple.test",
            role=Role.REFERENT,
            level=Level.ESTABLISHMENT,
            code="350000019",
            scope=scope(cast.alice),
            by=cast.alice,
        )


def test_the_journal_says_who_invited_whom_and_who_accepted(
    cast: Cast, browser_of: Browsers
) -> None:
    sent = an_invitation(cast.alice)
    browser_of(None).post(link(sent.token), ANSWER)
    told = JournalEntry.objects.filter(establishment="350000019").values_list("act", flat=True)
    assert [*told] == ["invite", "accept_invitation"]
