"""What changes files: who, when, and never over somebody else's work."""

from datetime import date
from decimal import Decimal

import pytest

from factories.establishments import an_establishment
from factories.funding import a_care_file, an_expense
from rempart.web.apps.establishments.models import Grouping
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.actions import Settings, Spent
from rempart.web.apps.funding.models import Span
from rempart.web.apps.funding.rules import Activity
from rempart.web.apps.funding.states import State
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

TODAY = date(2026, 1, 20)


def test_the_file_of_a_group_begins_with_its_legal_entities(cast: Cast) -> None:
    group = Grouping.objects.get(pk="BRE-07")
    file = a_care_file(cast.hospital, cast.bob, span=Span.GROUPING, grouping=group)
    assert [row.finess for row in file.entities.all()] == ["220000012"]
    assert file.entities.get().weight is None


def test_the_file_of_a_legal_entity_begins_with_its_open_sites(cast: Cast) -> None:
    an_establishment("350000027", operator=cast.home.operator, closed_on=date(2025, 1, 1))
    an_establishment("350000035", operator=cast.home.operator)
    file = a_care_file(cast.home, cast.alice, span=Span.OPERATOR)
    assert {row.finess for row in file.entities.all()} == {"350000019", "350000035"}


def test_a_programme_has_one_file_for_an_establishment(cast: Cast) -> None:
    a_care_file(cast.home, cast.alice)
    with pytest.raises(Refused, match="déjà un dossier"):
        a_care_file(cast.home, cast.alice)


def test_a_closed_establishment_opens_no_file(cast: Cast) -> None:
    cast.home.closed_on = TODAY
    with pytest.raises(Refused, match="n’est plus au registre"):
        a_care_file(cast.home, cast.alice)


def test_a_date_of_the_programme_cannot_be_stated(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    with pytest.raises(Refused, match="fixée par le programme"):
        actions.settle(
            file=file, settings=Settings({"order_published": TODAY}), seen=1, by=cast.alice
        )


def test_two_people_do_not_overwrite_one_another(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    first = Settings({"application_deposit": date(2025, 10, 1)}, Decimal(5000), "Notification")
    actions.settle(file=file, settings=first, seen=1, by=cast.alice)
    with pytest.raises(Refused, match="Quelqu’un a changé"):
        actions.settle(file=file, settings=Settings({}), seen=1, by=cast.alice)
    file.refresh_from_db()
    assert file.dates == {"application_deposit": "2025-10-01"}


def test_an_entity_given_twice_is_refused(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    twice = [Activity("350000019", "A"), Activity("350000019", "B")]
    with pytest.raises(Refused, match="deux fois"):
        actions.set_activities(file=file, activities=twice, seen=1, by=cast.alice)


def test_a_declaration_is_not_dated_of_tomorrow(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    with pytest.raises(Refused, match="demain"):
        actions.declare(
            file=file,
            items=["care_d2.P1"],
            on=date(2026, 1, 21),
            today=TODAY,
            seen=1,
            by=cast.alice,
        )


def test_a_declaration_is_taken_back_and_made_again(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    said = {"items": ["care_d2.P2", "care_d2.P1"], "on": TODAY, "today": TODAY, "by": cast.alice}
    made = actions.declare(file=file, seen=1, **said)
    assert made.declared == ["care_d2.P1", "care_d2.P2"]
    back = actions.take_back(file=file, seen=2, by=cast.alice)
    assert (back.state, back.declared_on, back.declared) == (State.PREPARING, None, [])
    again = actions.declare(file=file, seen=3, **said)
    assert again.state == State.DECLARED


def test_a_declared_file_is_not_declared_twice(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    said = {"items": ["care_d2.P1"], "on": TODAY, "today": TODAY, "by": cast.alice}
    actions.declare(file=file, seen=1, **said)
    with pytest.raises(Refused, match="objectifs déclarés"):
        actions.declare(file=file, seen=2, **said)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "Voyage"}, "nature"),
        ({"financed_elsewhere": Decimal(1001)}, "par ailleurs"),
        ({"invoiced_on": date(2025, 8, 1)}, "avant l’engagement"),
    ],
)
def test_an_expense_that_does_not_hold_is_refused(
    cast: Cast, wrong: dict[str, object], words: str
) -> None:
    file = a_care_file(cast.home, cast.alice)
    with pytest.raises(Refused, match=words):
        an_expense(file, cast.alice, **wrong)


def test_an_expense_taken_out_stays_in_the_history(cast: Cast) -> None:
    expense = an_expense(a_care_file(cast.home, cast.alice), cast.alice)
    with pytest.raises(Refused, match="quelques mots"):
        actions.remove_expense(expense=expense, reason=" ", by=cast.alice)
    actions.remove_expense(expense=expense, reason="Saisie deux fois", by=cast.alice)
    expense.refresh_from_db()
    assert expense.removed_reason == "Saisie deux fois"
    assert JournalEntry.objects.filter(act="remove_expense").exists()


def test_an_expense_that_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    file = a_care_file(cast.home, cast.alice)
    expense = an_expense(file, cast.alice)
    spent = Spent("Serveur", expense.kind, Decimal(900))
    actions.change_expense(expense=expense, spent=spent, seen=1, by=cast.alice)
    with pytest.raises(Refused, match="Quelqu’un a changé"):
        actions.change_expense(expense=expense, spent=spent, seen=1, by=cast.alice)
