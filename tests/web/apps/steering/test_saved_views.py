"""Saved views: one's own, and those of one's region."""

from collections.abc import Callable

import pytest
from django.test import Client

from factories.people import a_person
from rempart.web.apps.steering.actions import VIEWS_LIMIT, save_view
from rempart.web.apps.steering.models import SavedView
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from rempart.web.core.scope import Grant, Level, Role, Scope
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
BRITTANY = (Grant(Role.REGIONAL_OFFICER, Level.REGION, "53"),)


def a_view(cast: Cast, name: str = "Silencieux", *, share: bool = False) -> SavedView:
    """A view of Rose."""
    scope = Scope(cast.rose.pk, BRITTANY)
    return save_view(by=cast.rose, scope=scope, name=name, query="silence=6", share=share)


def test_a_view_keeps_the_filters_under_a_name(situations: Cast, browser_of: Browsers) -> None:
    client = browser_of("rose")
    answer = client.post("/portefeuille/vues/", {"name": "Silencieux", "query": "silence=6"})
    assert answer.headers["Location"] == "/portefeuille/?silence=6"
    assert (
        'href="/portefeuille/?silence=6">Silencieux</a>'
        in client.get("/portefeuille/").content.decode()
    )


def test_a_view_without_a_name_is_refused_with_a_sentence(
    situations: Cast, browser_of: Browsers
) -> None:
    answer = browser_of("rose").post("/portefeuille/vues/", {"name": " "}, follow=True)
    assert "donnez-lui un nom" in answer.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("share", [True, False])
def test_a_shared_view_is_seen_in_its_region_and_there_alone(cast: Cast, share: bool) -> None:
    view = a_view(cast, share=share)
    colleague = a_person("remi@exemple.test", Role.REGIONAL_OFFICER, Level.REGION, "53")
    far = Scope(cast.charlie.pk, (Grant(Role.REGIONAL_OFFICER, Level.REGION, "93"),))
    seen = SavedView.objects.visible_to(Scope(colleague.pk, BRITTANY))
    assert list(seen) == ([view] if share else [])
    assert not SavedView.objects.visible_to(far).exists()


def test_the_same_name_is_the_same_view(cast: Cast) -> None:
    assert a_view(cast).pk == a_view(cast).pk


def test_a_view_is_deleted_by_its_owner_only(cast: Cast, browser_of: Browsers) -> None:
    view = a_view(cast, share=True)
    a_person("remi@exemple.test", Role.REGIONAL_OFFICER, Level.REGION, "53")
    other = Client()
    other.force_login(type(cast.rose).objects.get(email="remi@exemple.test"))
    assert other.post(f"/portefeuille/vues/{view.pk}/supprimer").status_code == 409
    assert browser_of("nadia").post(f"/portefeuille/vues/{view.pk}/supprimer").status_code == 404
    browser_of("rose").post(f"/portefeuille/vues/{view.pk}/supprimer")
    assert not SavedView.objects.exists()


def test_each_act_on_a_view_is_in_the_journal(cast: Cast, browser_of: Browsers) -> None:
    view = a_view(cast)
    browser_of("rose").post(f"/portefeuille/vues/{view.pk}/supprimer")
    acts = list(JournalEntry.objects.values_list("act", flat=True))
    assert acts == ["save_portfolio_view", "delete_portfolio_view"]


def test_too_many_views_are_refused(cast: Cast) -> None:
    for k in range(VIEWS_LIMIT):
        a_view(cast, f"Vue {k}")
    with pytest.raises(Refused, match="Supprimez-en une"):
        a_view(cast, "Une de trop")
