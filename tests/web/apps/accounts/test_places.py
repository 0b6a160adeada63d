"""Places: what they are called, and what a grant covers."""

import pytest

from rempart.web.apps.accounts.places import covers, names_of, place_of
from rempart.web.core.errors import Refused
from rempart.web.core.scope import Grant, Level, Role
from web.conftest import Cast

REGION = Grant(Role.REGIONAL_OFFICER, Level.REGION, "53")
GROUPING = Grant(Role.RSSI, Level.GROUPING, "BRE-07")
OPERATOR = Grant(Role.REFERENT, Level.OPERATOR, "350000001")


@pytest.mark.parametrize(
    ("grant", "level", "code", "inside"),
    [
        (REGION, Level.ESTABLISHMENT, "350000019", True),
        (REGION, Level.ESTABLISHMENT, "130000019", False),
        (REGION, Level.OPERATOR, "220000012", True),
        (REGION, Level.GROUPING, "BRE-07", True),
        (REGION, Level.REGION, "93", False),
        (REGION, Level.NATIONAL, "", False),
        (GROUPING, Level.OPERATOR, "220000012", True),
        (GROUPING, Level.ESTABLISHMENT, "220000020", True),
        (GROUPING, Level.OPERATOR, "350000001", False),
        (OPERATOR, Level.ESTABLISHMENT, "350000019", True),
        (OPERATOR, Level.GROUPING, "BRE-07", False),
        (Grant(Role.NATIONAL_CERT, Level.NATIONAL), Level.GROUPING, "BRE-07", True),
    ],
)
def test_a_grant_covers_what_is_inside_it(
    cast: Cast, grant: Grant, level: Level, code: str, inside: bool
) -> None:
    assert covers(grant, place_of(level, code)) is inside


def test_a_place_is_called_by_its_name(cast: Cast) -> None:
    found = names_of([("region", "53"), ("grouping", "BRE-07"), ("national", "")])
    assert sorted(found.values()) == ["France entière", "GHT Armor", "Région Bretagne"]


def test_a_place_that_the_registry_has_lost_keeps_its_code(cast: Cast) -> None:
    assert names_of([("establishment", "999999999")]) == {
        ("establishment", "999999999"): "999999999"
    }


@pytest.mark.parametrize("level", [Level.REGION, Level.GROUPING, Level.OPERATOR])
def test_an_unknown_place_is_refused_with_what_to_do(cast: Cast, level: Level) -> None:
    with pytest.raises(Refused, match="registre"):
        place_of(level, "XX")
