"""The pages of the portfolio, found by two ways that must agree."""

from datetime import date, timedelta

import pytest
from django.db import connection

from rempart.web.apps.steering import paging
from rempart.web.apps.steering.models import NEVER, Situation
from rempart.web.apps.steering.queries import selected
from rempart.web.apps.steering.rules import SORTS, Asked, Audit
from rempart.web.core.scope import EVERYTHING

TODAY = date(2026, 11, 21)


@pytest.fixture
def many(db: None) -> int:
    """Situations of all sorts, more than three pages of them."""
    Situation.objects.bulk_create(
        Situation(
            finess=f"35{k:07d}",
            name=f"EHPAD {k}",
            sort_name=f"{'ehpad' if k % 3 else 'ime'} {k % 40:02d}",
            search=f"{'ehpad' if k % 3 else 'ime'} rennes {k}",
            department=f"{35 + k % 4}",
            category=f"{k % 5}",
            directory_level=k % 6,
            directory_on=TODAY if k % 6 else None,
            last_sign_on=NEVER if k % 2 else TODAY - timedelta(days=k),
        )
        for k in range(170)
    )
    return 170


def walked(asked: Asked) -> list[str]:
    """The numbers of every page, one page after the other."""
    rows = selected(EVERYTHING, asked, TODAY)
    total = rows.count()
    pages = range(1, total // 50 + 2)
    return [row.finess for k in pages for row in paging.page_of(rows, asked, total, str(k))]


@pytest.mark.parametrize("gathered", [0, 1000])
@pytest.mark.parametrize("sort", SORTS)
def test_the_pages_put_end_to_end_are_the_sorted_list(
    many: int, monkeypatch: pytest.MonkeyPatch, sort: str, gathered: int
) -> None:
    monkeypatch.setattr(paging, "GATHERED", gathered)
    for asked in (Asked(sort=sort), Asked(sort=sort, silence=3), Asked(sort=sort, words="ehpad")):
        rows = selected(EVERYTHING, asked, TODAY).order_by(*SORTS[sort])
        assert walked(asked) == list(rows.values_list("finess", flat=True))


@pytest.mark.parametrize(("audit", "kept"), [("aucun", 29), ("fait", 141), ("1", 29), ("5", 28)])
def test_a_level_sorted_by_level_keeps_all_its_rows(many: int, audit: str, kept: int) -> None:
    for sort in ("annuaire", "-annuaire"):
        assert len(walked(Asked(sort=sort, audit=Audit(audit)))) == kept


def test_a_page_beyond_the_last_is_the_last(many: int) -> None:
    rows = selected(EVERYTHING, Asked(), TODAY)
    page = paging.page_of(rows, Asked(), many, "99")
    assert (page.number, len(page)) == (4, 20)


def test_a_filtered_page_is_found_without_the_index_of_its_sort(many: int) -> None:
    asked = Asked(words="ehpad")
    rows = selected(EVERYTHING, asked, TODAY)
    found = paging.Counted(rows, asked, 113, gathers=True)._keys(0, 50)
    assert "situation_name" not in found.explain()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert "situation_name" not in found.explain()


def test_the_sites_of_a_group_are_looked_up_by_index(many: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = Situation.objects.grouped_in("GHT-1").values("finess").explain()
    assert "SCAN steering_situation" not in plan
    assert "SubPlan" not in plan
