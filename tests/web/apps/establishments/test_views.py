"""The page of an establishment."""

from collections.abc import Callable

import pytest
from django.test import Client

Browsers = Callable[[str | None], Client]


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("rose", 200), ("nadia", 200), ("bob", 404), ("charlie", 404), (None, 302)],
)
def test_only_those_whose_scope_has_the_establishment_see_its_page(
    browser_of: Browsers, who: str | None, status: int
) -> None:
    assert browser_of(who).get("/etablissements/350000019/").status_code == status
