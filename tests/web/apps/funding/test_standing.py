"""Where a file is: from which evidence, what is missing, by when."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from factories.assessments import an_assessment, answered
from factories.funding import a_care_file, a_document, an_expense
from rempart.content.knowledge import frameworks
from rempart.kernel.outcome import Outcome
from rempart.kernel.period import Place
from rempart.web.apps.funding import actions
from rempart.web.apps.funding.models import CareFile
from rempart.web.apps.funding.queries import ledger_of
from rempart.web.apps.funding.rules import Activity
from rempart.web.apps.funding.saying import objective_rows
from rempart.web.apps.funding.standing import Objective, percent, shares, standing
from rempart.web.core import facts
from rempart.web.core.facts import Fact
from web.conftest import Cast

TODAY = date(2026, 1, 20)
PSSI = "piece:care_d2.P1/pssi"
OWN = {"application_deposit": date(2025, 10, 20), "objectives_declaration": date(2026, 6, 30)}


@pytest.fixture
def file(cast: Cast, settings: Settings, tmp_path: object) -> CareFile:
    settings.DATA = tmp_path
    made = a_care_file(cast.home, cast.alice)
    return actions.settle(
        file=made, settings=actions.Settings(OWN, Decimal(1500)), seen=1, by=cast.alice
    )


def objective(file: CareFile, name: str) -> Objective:
    found = standing(file, TODAY).objectives
    return next(o for o in found if o.item.id == f"care_d2.{name}")


def reply(cast: Cast, **values: int | str) -> None:
    assessment = an_assessment(cast.home, cast.alice, frameworks()["care_d2"])
    answered(assessment, cast.alice, **values)


def test_nothing_given_is_not_measured_and_lists_each_piece(file: CareFile) -> None:
    found = standing(file, TODAY)
    assert found.counts[Outcome.NOT_MEASURED] == len(found.objectives)
    assert len(found.missing) >= 13
    assert found.missing[0][1].due_on == OWN["application_deposit"]


def test_a_reply_and_a_piece_of_the_right_day_meet_an_objective(file: CareFile, cast: Cast) -> None:
    reply(cast, P1=3)
    a_document(cast.home, cast.alice, PSSI, dated_on=date(2025, 10, 20))
    found = objective(file, "P1")
    assert found.outcome is Outcome.PASSED
    assert found.why == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2022, 7, 15), "trop ancienne ; datée du 16 juillet 2022 au 20 octobre 2025"),
        (date(2025, 10, 21), "trop tardive"),
        (None, "sans date"),
    ],
)
def test_a_piece_of_another_day_says_which_day_it_needs(
    file: CareFile, cast: Cast, day: date | None, words: str
) -> None:
    reply(cast, P1=3)
    a_document(cast.home, cast.alice, PSSI, dated_on=day)
    found = objective(file, "P1")
    assert found.outcome is Outcome.FAILED
    assert words in found.pieces[0].words


def test_a_date_that_is_not_stated_cannot_be_verified(cast: Cast, file: CareFile) -> None:
    actions.settle(file=file, settings=actions.Settings({}), seen=2, by=cast.alice)
    file.refresh_from_db()
    reply(cast, P1=3)
    a_document(cast.home, cast.alice, PSSI, dated_on=date(2025, 9, 1))
    assert "une date du dossier manque" in objective(file, "P1").pieces[0].words


def test_a_withdrawn_document_proves_nothing(cast: Cast, file: CareFile) -> None:
    reply(cast, P1=3)
    document = a_document(cast.home, cast.alice, PSSI)
    document.withdrawn_at, document.withdrawn_reason = document.deposited_at, "Erreur"
    document.save()
    assert objective(file, "P1").pieces[0].document is None


def test_a_document_of_another_establishment_proves_nothing(cast: Cast, file: CareFile) -> None:
    a_document(cast.hospital, cast.bob, PSSI)
    assert objective(file, "P1").outcome is Outcome.NOT_MEASURED


def test_what_is_declared_and_what_is_measured_stay_apart(cast: Cast, file: CareFile) -> None:
    item = next(i for i in frameworks()["care_d2"].items if i.prefill)
    fact = item.prefill[0].fact
    reply(cast, **{item.id.removeprefix("care_d2.").replace(".", "_"): item.levels[-1].value})
    facts.register("trial", lambda f, d: [Fact(fact, 9999.0, TODAY, "Essai mesuré", "/essai")])
    try:
        found = next(o for o in standing(file, TODAY).objectives if o.item == item)
    finally:
        facts.register("trial", lambda f, d: [])
    assert found.declared_level is not None and found.declared_level == item.levels[-1]
    assert found.fact is not None and found.fact.label == "Essai mesuré"
    assert found.is_declared_more


@pytest.mark.parametrize(
    ("is_document", "basis"),
    [(True, "déclaré, avec document"), (False, "vérifié par une mesure")],
)
def test_what_a_document_says_is_never_said_to_be_verified(
    cast: Cast,
    file: CareFile,
    browser_of: Callable[[str | None], Client],
    monkeypatch: pytest.MonkeyPatch,
    is_document: bool,
    basis: str,
) -> None:
    item = next(i for i in frameworks()["care_d2"].items if i.prefill)
    fact = Fact(item.prefill[0].fact, 10.0, TODAY, "Essai", "/essai", is_document=is_document)
    monkeypatch.setattr(facts, "of", lambda finess, today: {fact.name: fact})
    found = standing(file, TODAY)
    line = next(o for o in found.objectives if o.item == item)
    assert (line.basis[0], line.measured_level is None) == (basis, is_document)
    row = next(r for r in objective_rows(found) if r[0] == item.ref)
    assert (row[3], bool(row[5]), bool(row[6])) == (basis, is_document, not is_document)
    page = browser_of("alice").get(f"/care/{file.pk}/").text
    assert ("<dt>Vérifié</dt>" in page, "Aucune mesure" in page) == (not is_document, is_document)


def test_an_objective_says_on_what_it_rests(cast: Cast, file: CareFile) -> None:
    assert objective(file, "P1").basis == ("", "")
    reply(cast, P1=3)
    assert objective(file, "P1").basis[0] == "déclaré, sans document"
    a_document(cast.home, cast.alice, PSSI, dated_on=date(2025, 10, 20))
    assert objective(file, "P1").basis[0] == "déclaré, avec document"


def test_the_part_of_the_activity_is_asked_of_two_entities(cast: Cast, file: CareFile) -> None:
    rows = [
        Activity("220000012", "CH A", Decimal(60), "ATIH", 2024, ("care_d2.O1.C",)),
        Activity("220000020", "CH B", Decimal(30), "ATIH", 2024),
        Activity("350000019", "CH C", Decimal(10), "ATIH", 2024),
    ]
    actions.set_activities(file=file, activities=rows, seen=2, by=cast.alice)
    item, share = shares(file, frameworks()["care_d2"])[0]
    assert item.ref == "D2.O1.C"
    assert [one.name for one in share.fewest] == ["CH C"]
    assert [one.name for one in share.alone] == ["CH C", "CH B"]


def test_an_unknown_activity_leaves_the_part_unknown(cast: Cast, file: CareFile) -> None:
    rows = [Activity("220000012", "A", Decimal(60)), Activity("220000020", "B")]
    actions.set_activities(file=file, activities=rows, seen=2, by=cast.alice)
    assert all(share.value is None for _, share in shares(file, frameworks()["care_d2"]))


def test_a_part_that_is_not_reached_never_reads_as_reached() -> None:
    assert percent(Decimal("0.65999")) == "65,9 %"
    assert percent(Decimal("0.66")) == "66 %"


def test_expenses_are_placed_beside_the_period_and_the_ceiling(cast: Cast, file: CareFile) -> None:
    kept = an_expense(
        file, cast.alice, engaged_on=date(2025, 7, 16), financed_elsewhere=Decimal(200)
    )
    an_expense(file, cast.alice, engaged_on=date(2025, 7, 15))
    an_expense(file, cast.alice, engaged_on=date(2026, 6, 30))
    an_expense(file, cast.alice, engaged_on=date(2026, 7, 1))
    an_expense(file, cast.alice, engaged_on=None)
    a_document(cast.home, cast.alice, kept.subject)
    found = ledger_of(file, TODAY)
    places = [row.line.place for row in found.lines if row.line]
    assert places.count(Place.INSIDE) == 2
    assert (found.balance.eligible, found.balance.proven) == (Decimal(1800), Decimal(800))
    assert (found.balance.payable, found.balance.over) == (Decimal(800), Decimal(300))


def test_a_file_is_read_in_a_fixed_number_of_queries(
    cast: Cast, file: CareFile, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        a_document(cast.home, cast.alice, PSSI, title=f"PSSI {number}")
        an_expense(file, cast.alice)
    with django_assert_max_num_queries(14):
        found = standing(file, TODAY)
        ledger = ledger_of(file, TODAY)
    assert found.objectives
    assert len(ledger.lines) == 20


def test_before_the_declaration_what_is_dated_until_today_is_in_time(
    cast: Cast, file: CareFile
) -> None:
    stated = {"application_deposit": date(2025, 10, 20)}
    actions.settle(file=file, settings=actions.Settings(stated), seen=2, by=cast.alice)
    file.refresh_from_db()
    reply(cast, O2_A=3)
    subject = "piece:care_d2.O2.A/politique"
    a_document(cast.home, cast.alice, subject, dated_on=TODAY)
    an_expense(file, cast.alice, engaged_on=TODAY)
    piece = objective(file, "O2.A").pieces[0]
    assert (piece.is_right, piece.due_on) == (True, None)
    assert ledger_of(file, TODAY).balance.eligible == Decimal(1000)
