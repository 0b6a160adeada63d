"""Every page that the cast can reach by its links: valid, accessible, without a word of the policy in the console."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from factories.assessments import a_submitted, an_asked_question
from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report
from rempart.kernel.outcome import Outcome
from rempart.web.apps.steering.actions import rebuild_situations
from support.crawl import Reached, pages
from support.markup import faults_of, vnu
from web.conftest import Cast
from web.e2e.conftest import Look, PageAs

STARTS = (
    "/",
    "/portefeuille/?audit=aucun",
    "/portefeuille/?q=introuvable",
    "/_composants",
    "/compte/",
)
PEOPLE = ("alice", "bob", "rose", "nadia", None)


@pytest.fixture
def site(cast: Cast, settings: Settings, tmp_path: Path) -> Cast:
    """The cast, with two audits of Alice's home: findings, actions and a difference to show."""
    settings.DATA = tmp_path
    first = a_report(a_control("vuln_a"), a_control("vuln_b"), on=MARCH)
    second = a_report(a_control("vuln_a"), a_control("vuln_b", Outcome.PASSED), on=APRIL)
    for report in (first, second):
        a_deposit(cast.home, cast.alice, report)
    an_asked_question(cast)
    a_submitted(cast.hospital, cast.bob)
    rebuild_situations()
    return cast


def reached(browser_of: Callable[[str | None], Client], who: str | None) -> list[Reached]:
    """The pages of somebody."""
    return pages(browser_of(who), *STARTS)


@pytest.mark.needs("java")
def test_every_page_is_valid_html(
    site: Cast, browser_of: Callable[[str | None], Client], tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    wrong = {}
    for who in PEOPLE:
        for page in reached(browser_of, who):
            (folder / f"{who}-{page.route}.html").write_text(page.html, encoding="utf-8")
            if faults := faults_of(page.html):
                wrong[f"{who} {page.address}"] = faults
    assert wrong == {}
    assert vnu(folder) == []


def test_every_page_is_accessible(
    site: Cast, browser_of: Callable[[str | None], Client], page_as: PageAs, axe_clean: Look
) -> None:
    looked: set[str] = set()
    for who in PEOPLE:
        screen = page_as(who)
        for page in reached(browser_of, who):
            if page.route not in looked:
                looked.add(page.route)
                screen.goto(page.address)
                axe_clean(screen)
    assert {"establishment", "portfolio", "audit", "assessment", "account_login"} <= looked
