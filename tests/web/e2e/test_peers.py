"""Among peers in a real browser: before any figure, and with a frozen quarter."""

from datetime import UTC, datetime, time, timedelta

from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from factories.assessments import a_reply, an_assessment
from factories.establishments import an_establishment
from rempart.content.knowledge import frameworks
from rempart.web.apps.assessments import actions
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.establishments.models import Category, Establishment
from rempart.web.apps.peers.actions import freeze_quarter
from rempart.web.apps.peers.rules import Quarter
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs

PAGE = "/etablissements/350000019/pairs/"


def finished(home: Establishment, cast: Cast, rank: int, quarter: Quarter) -> None:
    """The thirteen themes, each answered, finished in the middle of a quarter."""
    framework = frameworks()["esms13"]
    made = an_assessment(home, cast.alice, framework)
    replies = {i.id: a_reply((rank * 3 + n) % 5) for n, i in enumerate(framework.items)}
    for item in framework.items[: rank % 4]:
        replies[item.id] = a_reply(4)
    save_answers(assessment=made, replies=replies, seen={}, author=Author.of(cast.alice))
    actions.submit(assessment=made, today=timezone.localdate(), by=cast.alice)
    day = quarter.first_day + timedelta(days=40)
    moment = datetime.combine(day, time(12), tzinfo=UTC)
    Assessment.objects.filter(pk=made.pk).update(submitted_at=moment)


def test_where_one_stands_among_others_is_shown_without_naming_them(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    cache.clear()
    Category.objects.create(code="500", label="EHPAD", short_label="EHPAD")
    page = page_as("alice", PAGE)
    expect(page.get_by_text("Aucune auto-évaluation terminée")).to_be_visible()
    axe_clean(page)
    past = Quarter.of(timezone.localdate()).shifted(-2)
    finished(cast.home, cast, 2, past)
    for n in range(8):
        finished(an_establishment(f"3500{n:05d}", name=f"EHPAD numéro {n}"), cast, n, past)
    assert freeze_quarter(past) >= 1
    page.goto(PAGE)
    expect(page.get_by_text("Vous, et des établissements comparables", exact=True)).to_be_visible()
    assert "EHPAD numéro" not in page.content()
    axe_clean(page)
    shoot(page, "pairs")
    shoot(page, "pairs-telephone", narrow=True)


def test_a_size_is_stated_and_corrected(cast: Cast, page_as: PageAs, axe_clean: Look) -> None:
    page = page_as("alice", "/etablissements/350000019/taille/")
    axe_clean(page)
    page.get_by_role("textbox").or_(page.get_by_role("spinbutton")).first.fill("82")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("82 places").wait_for()
