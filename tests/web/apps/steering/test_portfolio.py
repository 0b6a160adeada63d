"""The portfolio as its pages say it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.assessments import a_submitted
from factories.establishments import an_establishment
from factories.situations import an_action, an_audited
from rempart.web.apps.steering.actions import rebuild_situations
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
HERE = "/portefeuille/"


def shown(client: Client, query: str = "") -> str:
    """The page, as text."""
    return client.get(f"{HERE}{query}").content.decode()


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("nadia", {"EHPAD Les Genêts", "Centre hospitalier de démonstration", "EHPAD du Sud"}),
        ("rose", {"EHPAD Les Genêts", "Centre hospitalier de démonstration"}),
        ("bob", {"Centre hospitalier de démonstration"}),
    ],
)
def test_each_sees_the_establishments_of_its_scope_and_no_other(
    situations: Cast, browser_of: Browsers, who: str, names: set[str]
) -> None:
    page = shown(browser_of(who))
    every = {"EHPAD Les Genêts", "Centre hospitalier de démonstration", "EHPAD du Sud"}
    assert {name for name in every if name in page} == names


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("charlie", 403), (None, 302)])
def test_whoever_has_one_establishment_has_no_portfolio(
    situations: Cast, browser_of: Browsers, who: str | None, status: int
) -> None:
    assert browser_of(who).get(HERE).status_code == status


@pytest.mark.parametrize(
    ("who", "where"),
    [("alice", "/etablissements/350000019/"), ("rose", HERE), ("nadia", HERE)],
)
def test_the_home_page_leads_each_to_what_is_theirs(
    situations: Cast, browser_of: Browsers, who: str, where: str
) -> None:
    assert browser_of(who).get("/").headers["Location"] == where


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?departement=35", {"350000019"}),
        ("?categorie=355", {"220000020"}),
        ("?gestionnaire=ker", {"350000019"}),
        ("?gestionnaire=220000012", {"220000020"}),
        ("?groupement=BRE-07", {"220000020"}),
        ("?audit=aucun", {"220000020"}),
        ("?audit=fait", {"350000019"}),
        ("?audit=2", {"350000019"}),
        ("?audit=3", set()),
        ("?audit=incomplet", {"350000019"}),
        ("?retard=on", {"350000019"}),
        ("?silence=12", {"220000020"}),
        ("?evaluation=terminee", {"350000019"}),
        ("?evaluation=jamais", {"220000020"}),
        ("?evaluation=encours", set()),
        ("?evaluation=partagee", set()),
        ("?q=genets", {"350000019"}),
        ("?q=genets&departement=22", set()),
    ],
)
def test_a_filter_leaves_those_that_answer_it(
    cast: Cast, browser_of: Browsers, query: str, found: set[str]
) -> None:
    an_audited(cast.home, cast.alice, 2, points_not_measured=4)
    an_action(cast.home, due_on=timezone.localdate() - timedelta(days=3))
    a_submitted(cast.home, cast.alice)
    rebuild_situations()
    page = shown(browser_of("rose"), query)
    assert {n for n in ("350000019", "220000020") if f"/etablissements/{n}/" in page} == found


def test_what_was_not_measured_is_no_datum_and_no_blame(
    situations: Cast, browser_of: Browsers
) -> None:
    page = shown(browser_of("rose"))
    assert '<span class="tag none">pas de donnée</span>' in page
    assert "tag bad" not in page


def test_a_level_with_points_not_evaluated_is_said_at_most(
    cast: Cast, browser_of: Browsers
) -> None:
    an_audited(cast.home, cast.alice, 2, at_most=True)
    rebuild_situations()
    assert '<span class="tag warn">≤ 2</span>' in shown(browser_of("rose"))


def test_the_lowest_level_comes_first_and_no_datum_last_in_both_directions(
    cast: Cast, browser_of: Browsers
) -> None:
    for k, level in enumerate((4, 1)):
        found = an_establishment(f"56000000{k}", name=f"EHPAD niveau {level}")
        an_audited(found, cast.alice, level)
    rebuild_situations()
    for sort, order in (("annuaire", (1, 4)), ("-annuaire", (4, 1))):
        page = shown(browser_of("rose"), f"?tri={sort}")
        first, second = (page.index(f"EHPAD niveau {level}") for level in order)
        assert first < second < page.index("EHPAD Les Genêts")


def test_a_value_that_is_not_offered_is_said_and_counts_as_empty(
    situations: Cast, browser_of: Browsers
) -> None:
    page = shown(browser_of("rose"), "?departement=13&silence=5")
    assert "2 réponses à corriger" in page
    assert "EHPAD Les Genêts" in page


def test_nothing_found_says_what_to_do(situations: Cast, browser_of: Browsers) -> None:
    page = shown(browser_of("rose"), "?q=introuvable")
    assert "Aucun établissement ne répond à ces filtres" in page
    assert "0 établissement<" in page


def test_a_script_is_given_the_results_alone(situations: Cast, browser_of: Browsers) -> None:
    answer = browser_of("rose").get(HERE, headers={"HX-Request": "true"})
    assert answer.content.lstrip().startswith(b'<div id="resultats"')
    assert "HX-Request" in answer.headers["Vary"]


def test_going_back_in_the_browser_gives_the_whole_page(
    situations: Cast, browser_of: Browsers
) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert b"<!doctype html>" in browser_of("rose").get(HERE, headers=headers).content


def test_columns_are_chosen_in_the_address(situations: Cast, browser_of: Browsers) -> None:
    page = shown(browser_of("rose"), "?colonnes=gestionnaire")
    assert "Association Ker" in page
    assert '<th scope="col">GHT</th>' not in page


def test_the_map_counts_each_department(cast: Cast, browser_of: Browsers) -> None:
    an_audited(cast.home, cast.alice, 2)
    rebuild_situations()
    page = shown(browser_of("rose"))
    assert "Ille-et-Vilaine (35) : 100 %" in page
    assert "Finistère (29) : pas de donnée" in page


@pytest.mark.parametrize("query", ["", "?q=ehpad&tri=annuaire"])
def test_the_page_asks_as_many_queries_of_5_as_of_50(
    cast: Cast, browser_of: Browsers, query: str
) -> None:
    asked = []
    for start, stop in ((0, 5), (5, 50)):
        for k in range(start, stop):
            found = an_establishment(f"5600{k:05d}", name=f"EHPAD {k}")
            an_audited(found, cast.alice, 1 + k % 5)
            an_action(found, due_on=date(2026, 1, 1))
        rebuild_situations()
        client = browser_of("rose")
        with CaptureQueriesContext(connection) as seen:
            shown(client, query)
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 12


def test_a_list_has_pages_of_fifty(cast: Cast, browser_of: Browsers) -> None:
    for k in range(60):
        an_establishment(f"5600{k:05d}", name=f"EHPAD {k:02d}")
    rebuild_situations()
    page = shown(browser_of("rose"), "?page=2&tri=nom")
    assert "51–62 sur 62" in page
    assert 'href="?tri=nom"' in page


@pytest.mark.parametrize(("who", "is_there"), [("alice", True), ("rose", False)])
def test_whoever_has_one_establishment_has_it_in_the_bar(
    situations: Cast, browser_of: Browsers, who: str, is_there: bool
) -> None:
    page = browser_of(who).get("/etablissements/350000019/").content.decode()
    link = '<a href="/etablissements/350000019/" aria-current="page">Mon établissement</a>'
    assert (link in page) is is_there
