"""The password policy that holds for an account."""

import pytest

from rempart.engines.directory.checks.policy import Policies, interval_days
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Kind, Relation
from rempart.engines.directory.registry import Context
from support.directories import TODAY, Small

FOREVER = float("inf")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("-36288000000000", 42),
        ("-9223372036854775808", FOREVER),
        ("-9223372036854775807", 9223372036854775807 / 864_000_000_000),
        ("0", FOREVER),
        ("-1", 1 / 864_000_000_000),
        ("42 days", 42),
        ("1 day 12 hours", 1.5),
        ("90 minutes", 1 / 16),
        ("43200 seconds", 0.5),
        ("Forever", FOREVER),
        ("souvent", None),
        (None, None),
    ],
)
def test_an_interval_is_read_as_sources_write_it(text: str | None, days: float | None) -> None:
    assert interval_days(text) == days


def settings(small: Small, guid: str, precedence: str | None, length: str, target: int) -> None:
    """A password settings object that applies to a row."""
    row = small.builder.row(guid)
    small.builder.describe(row, Kind.PASSWORD_SETTINGS, name=guid)
    small.builder.attribute(row, "msds-minimumpasswordlength", [length])
    if precedence is not None:
        small.builder.attribute(row, "msds-passwordsettingsprecedence", [precedence])
    small.builder.relate(Relation.PSO_APPLIES_TO, row, target)


def length_for(small: Small, row: int) -> int | None:
    directory = small.build()
    return Policies(Context(directory, Groups(directory), TODAY, {})).of_account(row).min_length


def test_an_account_without_settings_follows_its_domain() -> None:
    small = Small()
    row = small.account(1001)
    small.builder.attribute(small.builder.row("S-1-5-21-1-2-3"), "minpwdlength", ["9"])
    assert length_for(small, row) == 9


def test_at_equal_precedence_the_smallest_identifier_wins() -> None:
    small = Small()
    row = small.account(1001)
    settings(small, "B-GUID", "10", "20", row)
    settings(small, "A-GUID", "10", "30", row)
    assert length_for(small, row) == 30


def test_a_settings_object_without_precedence_comes_last() -> None:
    small = Small()
    row = small.account(1001)
    settings(small, "A-GUID", None, "20", row)
    settings(small, "B-GUID", "2147483647", "30", row)
    assert length_for(small, row) == 30


def test_a_nested_group_passes_its_settings_on() -> None:
    small = Small()
    row = small.account(1001)
    outer = small.group(1200, small.group(1201, row))
    settings(small, "A-GUID", "5", "25", outer)
    assert length_for(small, row) == 25
