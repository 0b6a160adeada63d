"""The navigation bar: the entry that is marked is the one where the page is."""

import pytest

from rempart.web.core import navigation
from rempart.web.core.scope import Grant, Level, Role, Scope

ALICE = Scope(1, (Grant(Role.REFERENT, Level.ESTABLISHMENT, "350000019"),))
BOB = Scope(2, (Grant(Role.RSSI, Level.GROUPING, "BRE-07"),))


def marked(scope: Scope, path: str) -> list[tuple[str, str]]:
    """The entries that are marked, and how."""
    return [(link.words, link.current) for link in navigation.entries(scope, path) if link.current]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/etablissements/350000019/acces/", "Mon établissement"),
        ("/preuves/4/", "Mon établissement"),
        ("/etablissements/350000019/plan/", "Plan d’actions"),
        ("/actions/7/", "Plan d’actions"),
        ("/etablissements/350000019/audits/deposer/", "Audits"),
        ("/etablissements/350000019/journal/", "Journal"),
    ],
)
def test_a_page_marks_the_part_that_it_is_of(path: str, words: str) -> None:
    assert marked(ALICE, path) == [(words, "true")]


def test_only_the_page_itself_is_said_to_be_the_page() -> None:
    assert marked(ALICE, "/plan/") == [("Plan d’actions", "page")]
    assert marked(ALICE, "/etablissements/350000019/") == [("Mon établissement", "page")]


@pytest.mark.parametrize("path", ["/etablissements/220000020/", "/etablissements/220000020/acces/"])
def test_the_establishment_of_somebody_else_is_not_marked_as_mine(path: str) -> None:
    assert marked(ALICE, path) == []
    assert marked(BOB, path) == [("Établissements", "true")]


def test_of_two_entries_of_one_part_the_nearest_is_marked() -> None:
    both = Scope(3, (*BOB.grants, Grant(Role.REGIONAL_OFFICER, Level.REGION, "53")))
    for path in (
        "/exposition/couverture/",
        "/exposition/recherche/",
        "/care/declares/",
        "/care/1/",
    ):
        assert len(marked(both, path)) == 1, path


@pytest.mark.parametrize("path", ["/", "/compte/", "/invitations/"])
def test_a_page_of_no_part_marks_nothing(path: str) -> None:
    assert marked(ALICE, path) == []
