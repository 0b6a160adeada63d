"""Campaigns: many assessments at once, and what is seen of each."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factories.assessments import TODAY, a_stored, an_assessment, answered
from factories.establishments import an_establishment
from rempart.web.apps.accounts.access import scope_of
from rempart.web.apps.assessments import actions, campaigns
from rempart.web.apps.assessments.campaigns import Wish
from rempart.web.apps.assessments.models import Answer, Assessment, Campaign, CampaignMember
from rempart.web.apps.assessments.progress import Tally, tally
from rempart.web.core import jobs
from rempart.web.core.errors import Refused
from rempart.web.core.models import Job, Mail
from rempart.web.core.scope import Level
from web.conftest import Cast

pytestmark = pytest.mark.django_db
BrowserOf = Callable[[str | None], Client]


def a_wish(**fields: object) -> Wish:
    values = {
        "title": "Les 13 thèmes",
        "framework": a_stored(),
        "level": Level.REGION,
        "code": "53",
        "opens_on": TODAY,
    } | fields
    return Wish(**values)  # type: ignore[arg-type]


def launched(cast: Cast, **fields: object) -> Campaign:
    scope = scope_of(cast.rose, TODAY)
    return campaigns.launch(wish=a_wish(**fields), scope=scope, today=TODAY, by=cast.rose)


def told(cast: Cast) -> list[str]:
    """Who is written to by the jobs that wait."""
    for row in Job.objects.filter(kind="tell_campaign", state="waiting"):
        jobs.perform(row.pk)
    return sorted(Mail.objects.values_list("recipient", flat=True))


def test_a_campaign_opens_an_assessment_everywhere_and_stores_no_answer(cast: Cast) -> None:
    made = launched(cast)
    assert set(CampaignMember.objects.values_list("establishment", flat=True)) == {
        cast.home.pk, cast.hospital.pk,
    }  # fmt: skip
    assert (Assessment.objects.count(), Answer.objects.count()) == (2, 0)
    assert tally(made) == Tally(asked=2, silent=2, begun=0, finished=0)
    assert told(cast) == ["alice@exemple.test"]


def test_a_campaign_takes_up_the_assessment_that_is_already_open(cast: Cast) -> None:
    mine = an_assessment(cast.home, cast.alice)
    answered(mine, cast.alice, access_1=2)
    made = launched(cast)
    assert CampaignMember.objects.get(establishment=cast.home).assessment == mine
    assert tally(made).begun == 1
    actions.submit(assessment=mine, today=TODAY, by=cast.alice)
    assert tally(made).finished == 1


def test_two_campaigns_are_answered_by_one_assessment(cast: Cast) -> None:
    first, second = launched(cast), launched(cast)
    assert (tally(first).asked, tally(second).asked, Assessment.objects.count()) == (2, 2, 2)


def test_a_campaign_asks_only_where_the_person_may(cast: Cast) -> None:
    an_establishment("350000027", category="500", closed_on=TODAY)
    assert tally(launched(cast, categories=("500",))).asked == 1
    with pytest.raises(Refused, match="Aucun établissement"):
        launched(cast, code="93")
    with pytest.raises(Refused, match="Aucun établissement"):
        launched(cast, level=Level.GROUPING, code="NONE")


def test_a_campaign_of_the_nation_asks_everywhere(cast: Cast) -> None:
    scope = scope_of(cast.nadia, TODAY)
    wish = a_wish(level=Level.NATIONAL, code="")
    made = campaigns.launch(wish=wish, scope=scope, today=TODAY, by=cast.nadia)
    assert tally(made).asked == 3


def test_a_campaign_has_a_limit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns, "MOST_MEMBERS", 1)
    with pytest.raises(Refused, match="au plus 1"):
        launched(cast)


def test_only_the_silent_are_reminded_and_once_a_day(cast: Cast) -> None:
    made = launched(cast)
    told(cast)
    Mail.objects.all().delete()
    mine = Assessment.objects.get(establishment=cast.home)
    answered(mine, cast.alice, access_1=2)
    campaigns.remind(campaign=made, by=cast.rose)
    assert told(cast) == []
    with pytest.raises(Refused, match="aujourd’hui"):
        campaigns.remind(campaign=made, by=cast.rose)


@pytest.mark.parametrize("count", [5, 50])
def test_the_progress_asks_as_much_for_five_as_for_fifty(
    cast: Cast, browser_of: BrowserOf, count: int
) -> None:
    for n in range(100, 100 + count):
        an_establishment(f"35{n:07d}")
    made = launched(cast)
    rose = browser_of("rose")
    with CaptureQueriesContext(connection) as seen:
        assert rose.get(f"/campagnes/{made.pk}/").status_code == 200
    assert len(seen) <= 12


@pytest.mark.parametrize(
    ("wanted", "is_there"), [("", True), ("silence", True), ("cours", False), ("terminees", False)]
)
def test_the_region_sees_by_name_who_has_begun(
    cast: Cast, browser_of: BrowserOf, wanted: str, is_there: bool
) -> None:
    made = launched(cast)
    page = browser_of("rose").get(f"/campagnes/{made.pk}/?etat={wanted}").content.decode()
    assert ("EHPAD Les Genêts" in page) is is_there


def test_a_shared_result_is_reached_from_the_campaign(cast: Cast, browser_of: BrowserOf) -> None:
    made = launched(cast)
    mine = Assessment.objects.select_related("establishment").get(establishment=cast.home)
    answered(mine, cast.alice, access_1=2)
    actions.submit(assessment=mine, today=TODAY, by=cast.alice)
    rose = browser_of("rose")
    assert "Résultat partagé" not in rose.get(f"/campagnes/{made.pk}/").content.decode()
    actions.share(assessment=mine, with_region=True, with_grouping=False, by=cast.alice)
    assert "Résultat partagé" in rose.get(f"/campagnes/{made.pk}/").content.decode()


def test_a_campaign_is_launched_from_its_form(cast: Cast, browser_of: BrowserOf) -> None:
    stored, rose = a_stored(), browser_of("rose")
    form = {
        "title": "Printemps", "framework": stored.pk, "place": "region:53",
        "opens_on": "2026-06-01", "due_on": "2026-05-01",
    }  # fmt: skip
    late = rose.post("/campagnes/nouvelle/", form)
    assert (late.status_code, "avant l’ouverture" in late.content.decode()) == (422, True)
    assert rose.post("/campagnes/nouvelle/", form | {"due_on": "2026-07-01"}).status_code == 302
    made = Campaign.objects.get()
    assert rose.post(f"/campagnes/{made.pk}/relancer/").status_code == 302
    assert "Printemps" in rose.get("/campagnes/").content.decode()


def test_a_campaign_of_another_place_does_not_exist(cast: Cast, browser_of: BrowserOf) -> None:
    made = launched(cast)
    assert browser_of("bob").get(f"/campagnes/{made.pk}/").status_code == 404
    assert browser_of("nadia").get(f"/campagnes/{made.pk}/").status_code == 200


def test_a_form_that_asks_nobody_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    form = {
        "title": "Printemps", "framework": a_stored().pk, "place": "grouping:BRE-07",
        "opens_on": "2026-06-01",
    }  # fmt: skip
    type(cast.hospital).objects.filter(pk=cast.hospital.pk).update(closed_on=TODAY)
    said = browser_of("bob").post("/campagnes/nouvelle/", form)
    assert (said.status_code, "Aucun établissement" in said.content.decode()) == (422, True)
