"""Accounts that end, and second factors that are lost: by oneself, or by whoever manages the organisation's people."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from factories.invitations import a_mandate, an_invitation, scope
from factories.people import PASSWORD, a_person
from rempart.web.api.actions import make_token
from rempart.web.api.models import ApiToken
from rempart.web.apps.accounts import leads
from rempart.web.apps.accounts.actions import accept_invitation, end_membership
from rempart.web.apps.accounts.closing import close_account, reset_second_factor
from rempart.web.apps.accounts.models import Delegation, Membership, User
from rempart.web.apps.accounts.queries import mandates_of
from rempart.web.core import jobs, journal, mail
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job, JournalEntry, Mail, Session
from rempart.web.core.scope import Act, Level, Role
from rempart.web.core.sealing import unseal
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
HOME = "350000019"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def lea(cast: Cast) -> User:
    """Of the direction of Alice's home."""
    return a_person("lea@exemple.test", Role.DIRECTION, Level.ESTABLISHMENT, HOME)


def confirmed(person: User) -> Client:
    """A browser whose owner has just given the password again."""
    browser = Client()
    browser.force_login(person)
    browser.post("/compte/confirmer/", {"password": PASSWORD})
    return browser


def messages() -> list[tuple[str, str]]:
    """The messages of accounts that wait: to whom, and what they say."""
    rows = Job.objects.filter(kind="account_mail").order_by("id")
    return [(row.arguments["to"], unseal(row.arguments["sealed"])) for row in rows]


def told(address: str) -> str:
    return "".join(text for to, text in messages() if to == address)


def test_one_closes_one_s_own_account_after_the_password(cast: Cast, lea: User) -> None:
    browser = Client()
    browser.force_login(lea)
    assert browser.get("/compte/fermer/")["Location"].startswith("/compte/confirmer/")
    browser.post("/compte/confirmer/", {"password": PASSWORD})
    assert "Rien n’est retiré du journal" in browser.get("/compte/fermer/").content.decode()
    assert browser.post("/compte/fermer/")["Location"] == "/compte/connexion/"
    lea.refresh_from_db()
    assert (lea.is_active, lea.closed_by, lea.has_usable_password()) == (False, lea, False)


def test_everything_that_opened_the_account_stops_at_once(cast: Cast, lea: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(lea)
    TOTP.activate(lea, SECRET)
    make_token(by=lea, scope=scope(lea), name="script", acts=[Act.SEE_FINDINGS], days=30)
    close_account(person=lea, scope=scope(cast.alice), by=cast.alice)
    assert elsewhere.get("/compte/").status_code == 302
    assert not Session.objects.filter(user_id=lea.pk).exists()
    assert not Authenticator.objects.filter(user=lea).exists()
    assert not ApiToken.objects.filter(owner=lea, revoked_at__isnull=True).exists()
    assert not Membership.objects.filter(user=lea, ended_at__isnull=True).exists()


def test_nothing_leaves_the_journal_and_each_end_is_in_it(cast: Cast, lea: User) -> None:
    a_mandate(lea, cast.home, "rssi@exemple.test")
    before = JournalEntry.objects.count()
    close_account(person=lea, scope=scope(cast.alice), by=cast.alice)
    added = list(JournalEntry.objects.filter(pk__gt=before).values_list("act", "establishment"))
    assert added == [("end_membership", HOME), ("close_account", "")]
    assert JournalEntry.objects.get(act="grant_delegation").actor_id == lea.pk
    assert journal.verified().broken is None


def test_a_mandate_that_the_person_gave_holds_in_the_name_of_the_establishment(
    cast: Cast, lea: User
) -> None:
    a_mandate(lea, cast.home, "bob@exemple.test")
    close_account(person=lea, scope=scope(cast.alice), by=cast.alice)
    given = mandates_of(cast.home, timezone.localdate())[0]
    assert given.state == "en cours"
    assert given.by == f"{cast.home} (Lea Essai, compte fermé)"
    assert any(grant.delegation for grant in scope(cast.bob).grants)


def test_a_mandate_that_the_person_had_ends_and_its_giver_is_told(cast: Cast) -> None:
    paul = a_person("paul@exemple.test", Role.READER, Level.ESTABLISHMENT, "130000019")
    made = a_mandate(cast.alice, cast.home, "paul@exemple.test")
    close_account(person=paul, scope=scope(cast.charlie), by=cast.charlie)
    made.refresh_from_db()
    assert made.revoked_by == cast.charlie
    assert JournalEntry.objects.get(act="revoke_delegation").establishment == HOME
    row = Mail.objects.get(recipient="alice@exemple.test")
    assert "a pris fin" in unseal(row.sealed_text)


def test_the_last_lead_leaves_only_knowing_it_and_the_region_is_told(cast: Cast) -> None:
    browser = confirmed(cast.alice)
    page = browser.get("/compte/fermer/").content.decode()
    assert "Personne pour prendre la suite" in page
    assert browser.post("/compte/fermer/").status_code == 422
    assert User.objects.get(pk=cast.alice.pk).is_active
    assert browser.post("/compte/fermer/", {"is_acknowledged": "on"}).status_code == 302
    assert "n’a plus ni référent ni direction" in told("rose@exemple.test")


def test_the_act_itself_refuses_to_leave_a_place_without_lead_unsaid(cast: Cast) -> None:
    with pytest.raises(Refused, match="plus ni référent ni direction"):
        close_account(person=cast.alice, scope=scope(cast.alice), by=cast.alice)
    assert scope(cast.alice).grants


def test_a_successor_on_the_operator_is_a_successor(cast: Cast) -> None:
    a_person("chef@exemple.test", Role.DIRECTION, Level.OPERATOR, str(cast.home.operator_id))
    assert leads.left_without_lead(cast.alice) == []
    close_account(person=cast.alice, scope=scope(cast.alice), by=cast.alice)
    assert told("rose@exemple.test") == ""


def test_the_end_of_the_last_lead_s_role_is_said_before_and_told_after(
    cast: Cast, browser_of: Browsers
) -> None:
    page = browser_of("alice").get(f"/etablissements/{HOME}/acces/").content.decode()
    assert "n’aura plus ni référent ni direction" in page
    held = Membership.objects.get(user=cast.alice)
    end_membership(membership=held, scope=scope(cast.alice), by=cast.alice)
    assert "n’a plus ni référent ni direction" in told("rose@exemple.test")


def test_where_a_region_has_no_officer_the_nation_is_told(cast: Cast) -> None:
    held = Membership.objects.get(user=cast.charlie)
    end_membership(membership=held, scope=scope(cast.charlie), by=cast.charlie)
    assert "n’a plus ni référent" in told("nadia@exemple.test")


def test_the_last_national_account_cannot_be_closed(cast: Cast) -> None:
    with pytest.raises(Refused, match="dernier compte national"):
        close_account(person=cast.nadia, scope=scope(cast.nadia), by=cast.nadia)


def test_an_account_closes_once(cast: Cast, lea: User) -> None:
    close_account(person=lea, scope=scope(lea), by=lea)
    with pytest.raises(Refused, match="déjà fermé"):
        close_account(person=lea, scope=scope(lea), by=lea)


@pytest.mark.parametrize("act", [close_account, reset_second_factor])
def test_who_has_a_role_elsewhere_is_not_managed_from_here(
    cast: Cast, lea: User, act: Callable[..., None]
) -> None:
    Membership.objects.create(
        user=lea, role=Role.READER, level=Level.ESTABLISHMENT, code="130000019"
    )
    TOTP.activate(lea, SECRET)
    with pytest.raises(Refused, match="hors de votre ressort"):
        act(person=lea, scope=scope(cast.alice), by=cast.alice)
    page = confirmed(cast.alice).get(f"/personnes/{lea.pk}/").content.decode()
    assert "1 rôle hors de votre ressort" in page
    assert "130000019" not in page


def test_a_manager_closes_the_account_of_one_who_left(cast: Cast, lea: User) -> None:
    browser = confirmed(cast.alice)
    assert "Fermer ce compte" in browser.get(f"/personnes/{lea.pk}/").content.decode()
    answer = browser.post(f"/personnes/{lea.pk}/fermer/", follow=True)
    assert "est fermé" in answer.content.decode()
    assert "fermé par Alice Essai (alice@exemple.test)" in told("lea@exemple.test")
    assert browser.get(f"/personnes/{lea.pk}/").status_code == 404


def test_a_region_that_closes_the_last_lead_says_that_it_knows(cast: Cast) -> None:
    browser = confirmed(cast.rose)
    address = f"/personnes/{cast.alice.pk}/fermer/"
    answer = browser.post(address)
    assert (answer.status_code, "Personne pour prendre" in answer.content.decode()) == (422, True)
    assert browser.post(address, {"is_acknowledged": "on"}).status_code == 302


def test_a_lost_phone_is_taken_away_and_the_password_asked_again(cast: Cast, lea: User) -> None:
    TOTP.activate(lea, SECRET)
    RecoveryCodes.activate(lea)
    theirs = Client()
    theirs.force_login(lea)
    answer = confirmed(cast.alice).post(f"/personnes/{lea.pk}/second-facteur/", follow=True)
    assert "est réinitialisé" in answer.content.decode()
    assert theirs.get("/compte/").status_code == 302
    theirs.post("/compte/connexion/", {"login": lea.email, "password": PASSWORD})
    assert theirs.get("/compte/").status_code == 200
    assert "retiré par Alice Essai" in told("lea@exemple.test")
    assert JournalEntry.objects.get(act="reset_second_factor").establishment == HOME


def test_a_reset_asks_the_manager_s_password_first(cast: Cast, lea: User) -> None:
    TOTP.activate(lea, SECRET)
    browser = Client()
    browser.force_login(cast.alice)
    answer = browser.post(f"/personnes/{lea.pk}/second-facteur/")
    assert answer["Location"] == f"/compte/confirmer/?next=%2Fpersonnes%2F{lea.pk}%2F"
    assert Authenticator.objects.filter(user=lea).exists()


def test_nobody_resets_their_own_second_factor(cast: Cast) -> None:
    TOTP.activate(cast.alice, SECRET)
    with pytest.raises(Refused, match="son propre"):
        reset_second_factor(person=cast.alice, scope=scope(cast.alice), by=cast.alice)
    address = f"/personnes/{cast.alice.pk}/second-facteur/"
    assert confirmed(cast.alice).post(address).status_code == 404


def test_there_is_nothing_to_reset_without_a_second_factor(cast: Cast, lea: User) -> None:
    with pytest.raises(Refused, match="n’a pas de second facteur"):
        reset_second_factor(person=lea, scope=scope(cast.alice), by=cast.alice)


def test_an_rssi_does_not_reach_the_account_of_a_referent(cast: Cast) -> None:
    rssi = a_person("rssi@exemple.test", Role.RSSI, Level.ESTABLISHMENT, HOME)
    assert confirmed(rssi).get(f"/personnes/{cast.alice.pk}/").status_code == 404


def test_a_new_invitation_opens_a_closed_account_without_its_former_roles(
    cast: Cast, lea: User
) -> None:
    make_token(by=lea, scope=scope(lea), name="script", acts=[Act.SEE_FINDINGS], days=30)
    close_account(person=lea, scope=scope(cast.alice), by=cast.alice)
    sent = an_invitation(cast.alice, "lea@exemple.test")
    typed = {"first_name": "Léa", "last_name": "Essai", "password": PASSWORD}
    answer = Client().post(f"/invitations/{HOME}/{sent.token}/", typed)
    assert answer.status_code == 302
    lea.refresh_from_db()
    assert (lea.is_active, lea.closed_at) == (True, None)
    assert [grant.role for grant in scope(lea).grants] == [Role.READER]
    assert not ApiToken.objects.usable(timezone.now()).exists()
    assert JournalEntry.objects.filter(act="reopen_account").exists()


def test_an_open_account_is_not_taken_over_by_an_invitation(cast: Cast, lea: User) -> None:
    sent = an_invitation(cast.alice, "lea@exemple.test")
    with pytest.raises(Refused, match="existe déjà"):
        accept_invitation(invitation=sent.invitation, by=None, password="une autre phrase")


def test_the_messages_of_an_end_leave(cast: Cast, lea: User) -> None:
    mail.prefer(recipient="lea@exemple.test", at_once=True)
    close_account(person=lea, scope=scope(cast.alice), by=cast.alice)
    for row in Job.objects.filter(kind="account_mail"):
        jobs.perform(row.pk)
    assert [message.to for message in outbox.outbox] == [["lea@exemple.test"]]
    assert not mail.wants_each("lea@exemple.test")
    assert not Delegation.objects.exists()
