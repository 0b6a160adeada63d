"""The exports: all the pages, as text that no spreadsheet runs."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO

import python_calamine
from django.test import Client

from factories.establishments import an_establishment
from factories.situations import an_audited
from rempart.web.apps.steering.actions import rebuild_situations
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

Browsers = Callable[[str | None], Client]


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    """The lines of the CSV."""
    answer = client.get(f"/portefeuille/export.csv{query}")
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(StringIO(text), delimiter=";"))


def test_the_csv_has_what_the_filters_leave(situations: Cast, browser_of: Browsers) -> None:
    rows = rows_of(browser_of("rose"), "?departement=35")
    assert [row["Établissement"] for row in rows] == ["EHPAD Les Genêts"]
    assert rows[0]["Gestionnaire"] == "Association Ker"


def test_what_is_not_known_is_left_empty(situations: Cast, browser_of: Browsers) -> None:
    row = rows_of(browser_of("rose"))[0]
    assert (row["Niveau de l’annuaire"], row["Constats ouverts"], row["Dernier signe"]) == (
        "",
        "",
        "",
    )


def test_the_csv_says_a_measured_level(cast: Cast, browser_of: Browsers) -> None:
    an_audited(cast.home, cast.alice, 2, at_most=True)
    rebuild_situations()
    row = rows_of(browser_of("rose"), "?audit=2")[0]
    assert (row["Niveau de l’annuaire"], row["Au plus"], row["Mesuré le"]) == (
        "2",
        "oui",
        "2026-03-01",
    )


def test_a_name_that_begins_like_a_formula_stays_text(cast: Cast, browser_of: Browsers) -> None:
    an_establishment("560000001", name='=HYPERLINK("http://exemple.test")')
    rebuild_situations()
    names = [row["Établissement"] for row in rows_of(browser_of("rose"))]
    assert '\'=HYPERLINK("http://exemple.test")' in names


def test_the_workbook_has_a_line_for_each(situations: Cast, browser_of: Browsers) -> None:
    answer = browser_of("rose").get("/portefeuille/export.xlsx?tri=nom")
    content = BytesIO(b"".join(answer))  # type: ignore[arg-type]
    sheet = python_calamine.load_workbook(content).get_sheet_by_index(0).to_python()
    assert [row[1] for row in sheet] == [
        "Établissement",
        "Centre hospitalier de démonstration",
        "EHPAD Les Genêts",
    ]


def test_an_export_is_an_attachment_and_is_in_the_journal(
    situations: Cast, browser_of: Browsers
) -> None:
    answer = browser_of("rose").get("/portefeuille/export.csv?q=genets")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="portefeuille-')
    entry = JournalEntry.objects.get(act="export_portfolio")
    assert entry.details == {"establishments": 1, "query": "q=genets"}
