"""The disk is full: at whichever write of a gesture it happens, a French page says so and nothing is half-written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from factories.assessments import ACCESS_1, a_stored
from factories.audits import an_upload
from factories.documents import PDF
from factories.people import PASSWORD
from factories.world import a_world
from rempart.content.knowledge import programmes
from rempart.render.assessment.library import ciso_library
from rempart.web.apps.frameworks import importing
from support import reports
from support.frameworks import a_framework
from support.full_disk import full_at, kept
from web.conftest import Cast

World = dict[str, dict[str, Any]]
HOME = {"finess": "350000019"}
NAMES = {"first_name": "Paul", "last_name": "Essai", "password": PASSWORD}
MANDATE = {
    "to": "person", "email": "x@exemple.test", "acts": ["see_findings"], "reason": "",
    "from_on": "2030-01-01", "until_on": "2030-06-01",
}  # fmt: skip
CHANGED = {
    "oldpassword": PASSWORD,
    "password1": "une autre phrase",
    "password2": "une autre phrase",
}
TOKEN = {"name": "script", "acts": ["see_findings"], "days": 90}
CAMPAIGN = {
    "title": "Campagne", "place": "region:53", "category": "", "opens_on": "2026-06-01", "due_on": "", "message": "",
}  # fmt: skip
EXPENSE = {"label": "Serveur", "kind": "", "euros": "1000", "financed_elsewhere": "0"}
CLOSED = {"done_on": "2026-03-02", "note": "Fait."}

# Route → who does it, and what they send.
GESTURES: dict[str, tuple[str | None, dict[str, Any]]] = {
    "account_login": (None, {"login": "bob@exemple.test", "password": PASSWORD}),
    "account_change_password": ("alice", CHANGED),
    "account_close": ("alice", {"is_acknowledged": "on"}),
    "sessions_close": ("alice", {}),
    "person_close": ("alice", {}),
    "membership_end": ("alice", {}),
    "invite_here": ("alice", {"email": "neuf@exemple.test", "role": "reader"}),
    "invitation": (None, NAMES),
    "invitation_revoke": ("alice", {}),
    "mandate_give": ("alice", MANDATE),
    "mandate_revoke": ("alice", {}),
    "audit_deposit": ("alice", {}),
    "audit_withdraw": ("alice", {"reason": "Autre site."}),
    "audit_forget": ("alice", {}),
    "action_add": ("alice", {"title": "Segmenter le réseau"}),
    "action_edit": ("alice", {"title": "Segmenter le réseau"}),
    "action_move": ("alice", {"event": "start"}),
    "action_close": ("alice", CLOSED),
    "action_comment": ("alice", {"text": "Vu hier."}),
    "save_view": ("rose", {"name": "Silencieux", "query": "silence=6"}),
    "delete_view": ("rose", {}),
    "mail_preference": ("alice", {"rythme": "chaque"}),
    "api_tokens": ("alice", TOKEN),
    "api_token_revoke": ("alice", {}),
    "registry_abandon": ("nadia", {}),
    "assessment_open": ("alice", {"framework": "other"}),
    "assessment_question": ("alice", {"value": "3", "version": "1"}),
    "assessment_comment": ("alice", {"text": "Vu avec l’infogérant."}),
    "assessment_submit": ("alice", {}),
    "delegated_questions": ("alice", {"email": "x@exemple.test", "days": 7, "items": [ACCESS_1]}),
    "campaign_new": ("rose", CAMPAIGN),
    "evidence_deposit": ("alice", {"title": "PSSI 2027", "kind": "policy", "proves": []}),
    "evidence_withdraw": ("alice", {"reason": "Erreur."}),
    "care_file_open": ("alice", {"programme": "care_d1", "span": "establishment"}),
    "care_file_dates": ("alice", {"seen": 1, "ceiling": "1500"}),
    "care_file_declare": ("alice", {"seen": 1, "on": "2026-01-20", "items": ["care_d2.P1"]}),
    "care_file_expense_add": ("alice", EXPENSE),
    "framework_accept": ("rose", {}),
    "peers_size": ("alice", {"places": 60}),
}
FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "audit_deposit": lambda: {"uploads": an_upload(reports.sample())},
    "evidence_deposit": lambda: {"file": SimpleUploadedFile("pssi.pdf", PDF + b"2")},
}
OF_HOME = {
    *("audit_deposit", "action_add", "invite_here", "mandate_give", "assessment_open"),
    *("evidence_deposit", "care_file_open", "peers_size"),
}
LATER: dict[str, Callable[[], dict[str, Any]]] = {
    "campaign_new": lambda: {"framework": a_stored(a_framework("other")).pk},
    "assessment_open": lambda: dict.fromkeys((), a_stored(a_framework("other"))),
    "framework_accept": lambda: {"token": a_proposed_framework()},
    "care_file_expense_add": lambda: {"kind": programmes()["care_d2"].expense_kinds[0]},
}
"""What is sent that must exist before."""
OF_NOTHING = ("mail_preference", "api_tokens", "account", "sessions", "campaign_new", "framework")


def a_proposed_framework() -> str:
    """The mark of a framework that somebody was shown, and confirms."""
    data = ciso_library(a_framework("brought"))
    (found,) = importing.previews(SimpleUploadedFile("essai.yaml", data), "53")
    return found.token


def sent(route: str, world: World, who: str | None, cast: Cast) -> Callable[[], Any]:
    """The gesture, ready to be made again and again by somebody who is signed in."""
    browser = Client(raise_request_exception=False)
    if who:
        browser.force_login(getattr(cast, who))
        browser.post("/compte/confirmer/", {"password": PASSWORD})
    short = world.get(f"{route.split('_')[0]}_", {})
    arguments = HOME if route in OF_HOME else world.get(route, short)
    if route.startswith(OF_NOTHING) and route != "api_token_revoke":
        arguments = {}
    address = reverse(route, kwargs=arguments)
    data = GESTURES[route][1] | LATER.get(route, dict)()

    def once() -> Any:
        return browser.post(address, data | FILES.get(route, dict)())

    return once


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", GESTURES)
def test_a_full_disk_is_said_at_each_write_and_leaves_nothing_half_written(
    cast: Cast, settings: Any, tmp_path: Path, route: str
) -> None:
    settings.DATA = tmp_path
    who = GESTURES[route][0]
    once = sent(route, a_world(cast), who, cast)
    before = kept()
    for write in range(1, 80):
        cache.clear()
        with full_at(write) as asked:
            answer = once()
        if len(asked) < write:
            assert answer.status_code in (200, 302), answer.content.decode()
            assert write > 1
            return
        assert (answer.status_code, "n’a plus de place" in answer.content.decode()) == (507, True)
        assert kept() == before, asked[-1]
    raise AssertionError("this gesture never ended")


@pytest.mark.skipif("postgres" in connection.vendor, reason="a bound on pages is SQLite’s own")
@pytest.mark.django_db(transaction=True)
def test_a_real_bound_on_the_file_of_the_database_is_a_page_too(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    world = a_world(cast)
    browser = Client(raise_request_exception=False)
    browser.force_login(cast.alice)
    address = reverse("action_comment", kwargs=world["action_"])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    before = kept()
    answer = browser.post(address, {"text": "x" * 1900})
    rounds = 0
    while answer.status_code == 302 and rounds < 200:
        before, rounds = kept(), rounds + 1
        answer = browser.post(address, {"text": "x" * 1900})
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    assert answer.status_code == 507
    assert kept() == before
    assert browser.get(reverse("action", kwargs=world["action_"])).status_code == 200
