"""What the region sees of an establishment: shown to it as it is, and no more than that."""

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.assessments import a_submitted, an_assessment, answered
from factories.invitations import a_mandate
from factories.situations import an_action, an_audited
from rempart.web.apps.accounts.models import Delegation
from rempart.web.apps.assessments import actions
from rempart.web.apps.steering.actions import rebuild_situations
from rempart.web.apps.steering.models import Progress, Situation
from rempart.web.core.scope import Act
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
PAGE = "/etablissements/350000019/ce-que-voit-la-region/"


def shown(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def row(cast: Cast) -> Situation:
    return Situation.objects.get(finess=cast.home.pk)


def test_the_page_says_each_column_of_the_portfolio_as_the_region_reads_it(
    cast: Cast, browser_of: Browsers
) -> None:
    an_audited(cast.home, cast.alice, 2, exposed=77)
    an_action(cast.home, due_on=date(2026, 1, 1))
    rebuild_situations()
    page = shown(browser_of("alice"))
    columns = "&".join(f"colonnes={key}" for key in ("exposes", "mesure", "annuaire"))
    portfolio = browser_of("rose").get(f"/portefeuille/?{columns}").content.decode()
    for words in ("Comptes exposés", "77", "01/03/2026"):
        assert words in page
        assert words in portfolio


def test_a_result_is_seen_by_name_only_while_it_is_shared(cast: Cast, browser_of: Browsers) -> None:
    made = a_submitted(cast.home, cast.alice)
    assert (row(cast).assessment_progress, row(cast).assessed_low) == (Progress.FINISHED, None)
    assert "non partagé" in shown(browser_of("alice"))
    actions.share(assessment=made, with_region=True, with_grouping=False, by=cast.alice)
    assert (row(cast).assessed_low, row(cast).assessed_high) == (made.low, made.high)
    assert "non partagé" not in shown(browser_of("alice"))
    actions.share(assessment=made, with_region=False, with_grouping=True, by=cast.alice)
    assert row(cast).assessed_low is None


def test_the_first_answer_makes_an_assessment_begun(situations: Cast) -> None:
    made = an_assessment(situations.home, situations.alice)
    assert row(situations).assessment_progress == Progress.NONE
    answered(made, situations.alice, access_1=2)
    marked = row(situations)
    assert marked.assessment_progress == Progress.BEGUN
    rebuild_situations()
    assert vars(row(situations)) | {"_state": 0} == vars(marked) | {"_state": 0}


def test_the_first_answer_of_a_later_assessment_undoes_nothing(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice)
    answered(an_assessment(cast.home, cast.alice), cast.alice, access_1=2)
    assert row(cast).assessment_progress == Progress.FINISHED


def test_a_finished_assessment_is_a_sign_of_life(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    assert row(cast).last_sign_on == row(cast).assessed_on
    assert row(cast).assessed_framework == made.framework_id


def test_the_page_says_who_of_the_region_looked(situations: Cast, browser_of: Browsers) -> None:
    assert "Personne de la région" in shown(browser_of("alice"))
    browser_of("rose").get("/etablissements/350000019/")
    page = shown(browser_of("alice"))
    assert "Rose Essai" in page
    assert "Fiche de l’établissement" in page


def test_whoever_may_not_know_who_looked_does_not_read_it_here(
    situations: Cast, browser_of: Browsers
) -> None:
    browser_of("rose").get("/etablissements/350000019/")
    a_mandate(situations.alice, situations.home, "bob@exemple.test")
    page = shown(browser_of("bob"))
    assert "Rose Essai" not in page
    assert "Votre situation" in page


def test_a_mandate_to_the_region_is_said(situations: Cast, browser_of: Browsers) -> None:
    assert "Aucun mandat" in shown(browser_of("alice"))
    acts = [Act.SEE_ESTABLISHMENT, Act.SEE_FINDINGS]
    a_mandate(situations.alice, situations.home, "53", to=Delegation.To.OFFICERS, acts=acts)
    page = shown(browser_of("alice"))
    assert "voir les constats et les rapports" in page
    assert "Aucun mandat" not in page


def test_the_page_asks_the_same_queries_of_1_as_of_6(
    situations: Cast, browser_of: Browsers
) -> None:
    asked, client = [], browser_of("alice")
    for count in (1, 5):
        for _ in range(count):
            a_submitted(situations.home, situations.alice)
        with CaptureQueriesContext(connection) as seen:
            shown(client)
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 20
