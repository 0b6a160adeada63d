"""Where a person is signed in, and how these sessions end."""

import contextlib
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.people import PASSWORD
from rempart.web.apps.accounts.rules import browser_words, shortened
from rempart.web.core import sessions
from rempart.web.core.models import JournalEntry, Session
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PAGE = "/compte/connexions/"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def signed_in(who: str = "alice", **headers: str) -> Client:
    """A browser that came through the page, as people do."""
    browser = Client(headers={"User-Agent": AGENT} | headers)
    browser.post("/compte/connexion/", {"login": f"{who}@exemple.test", "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/compte/").status_code == 200


def test_the_page_names_browser_network_and_dates_and_hides_the_secret(cast: Cast) -> None:
    browser = signed_in()
    page = browser.get(PAGE).content.decode()
    assert "Firefox sur Windows" in page
    assert "127.0.0.x" in page
    assert "celle-ci" in page
    assert str(browser.session.session_key) not in page


def test_one_session_is_closed_from_another_and_the_act_is_in_the_journal(cast: Cast) -> None:
    here, there = signed_in(), signed_in()
    handle = sessions.handle_of(there.session.session_key)
    assert here.post(f"{PAGE}fermer/", {"connexion": handle}).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert JournalEntry.objects.get(act="close_sessions").details == {"sessions": 1}
    assert here.post(f"{PAGE}fermer/", {"connexion": handle}).status_code == 409


def test_all_the_others_are_closed_at_once(cast: Cast) -> None:
    here, there, elsewhere = signed_in(), signed_in(), signed_in()
    answer = here.post(f"{PAGE}fermer/", follow=True)
    assert "2 connexions fermées." in answer.content.decode()
    assert [is_in(browser) for browser in (here, there, elsewhere)] == [True, False, False]
    again = here.post(f"{PAGE}fermer/", follow=True)
    assert "pas d’autre connexion" in again.content.decode()


def test_nobody_sees_or_closes_the_session_of_another(cast: Cast) -> None:
    alice, bob = signed_in(), signed_in("bob")
    assert alice.get(PAGE).content.decode().count("Firefox sur Windows") == 1
    handle = sessions.handle_of(bob.session.session_key)
    assert alice.post(f"{PAGE}fermer/", {"connexion": handle}).status_code == 409
    assert is_in(bob)


def test_a_changed_password_closes_the_others_and_not_this_one(cast: Cast) -> None:
    here, there = signed_in(), signed_in()
    new = "une autre phrase bien longue"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/compte/mot-de-passe/", sent).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.filter(user_id=cast.alice.pk).count() == 1


def test_being_in_use_is_written_every_ten_minutes_at_most(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of("alice")
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.update(seen_at=long_ago)
    browser.get("/compte/")
    seen = Session.objects.get().seen_at
    assert seen > long_ago
    browser.get("/compte/")
    assert Session.objects.get().seen_at == seen


def test_a_page_does_not_fall_when_its_session_cannot_be_marked(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of("alice")
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=1))

    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "core_session"'):
            raise DatabaseError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        assert is_in(browser)


@pytest.mark.skipif("postgres" in connection.vendor, reason="an embedded database has one writer")
@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_behind_a_long_import(cast: Cast, browser_of: Browsers) -> None:
    browser = browser_of("alice")
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        assert is_in(browser)
        assert time.monotonic() - begun < 20
        other.rollback()


def test_the_list_costs_the_same_for_5_sessions_and_for_50(cast: Cast) -> None:
    browser, counts = signed_in(), []
    for n in (5, 50):
        for _ in range(n):
            Client().force_login(cast.alice)
        with CaptureQueriesContext(connection) as seen:
            browser.get(PAGE)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (AGENT, "Firefox sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Version/17 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("curl/8.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_a_browser_is_named_as_people_know_it(agent: str, words: str) -> None:
    assert browser_words(agent) == words


def test_the_end_of_an_address_is_forgotten() -> None:
    found = [shortened(x) for x in ("203.0.113.57", "2001:db8:12:34::1", "pas une adresse")]
    assert found == ["203.0.113.x", "2001:db8:12::/48", ""]
