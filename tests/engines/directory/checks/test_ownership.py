"""Access lists that could not be read, as each kind of source shows them."""

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.checks.ownership import unread_access_lists
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured
from rempart.engines.directory.rights import Right

DOMAIN = "S-1-5-21-1-2-3"


def found_in(builder: Builder) -> list[Hit | Unmeasured]:
    directory = builder.build()
    return list(unread_access_lists(Context(directory, Groups(directory), 0, {3: {}})))


def two_groups(facts: set[Fact]) -> tuple[Builder, int, int]:
    """Domain Admins, whose list is read, and Administrators, whose list is not stated."""
    builder = Builder()
    rows = []
    for identifier in (f"{DOMAIN}-512", "CHU.TEST-S-1-5-32-544"):
        rows.append(builder.row(identifier))
        builder.describe(rows[-1], Kind.GROUP, name=identifier)
    builder.set("acl", rows[0], builder.acl("read", [(rows[1], Right.Owns, False)]))
    builder.facts = {Fact.ACL, Fact.MEMBERS, *facts}
    return builder, rows[0], rows[1]


def test_a_missing_descriptor_is_a_failure_where_descriptors_were_asked() -> None:
    builder, _, silent = two_groups({Fact.DESCRIPTORS})
    assert [f.row for f in found_in(builder) if isinstance(f, Hit)] == [silent]


def test_a_missing_list_of_sharphound_proves_nothing() -> None:
    builder, _, _ = two_groups(set())
    (found,) = found_in(builder)
    assert isinstance(found, Unmeasured)
    assert "1 objet privilégié" in found.reason


def test_an_empty_list_of_sharphound_proves_nothing() -> None:
    builder, _, silent = two_groups(set())
    builder.set("acl", silent, builder.acl("empty", []))
    assert [type(f) for f in found_in(builder)] == [Unmeasured]


def test_lists_with_entries_were_read() -> None:
    builder, read, silent = two_groups(set())
    builder.set("acl", silent, builder.acl("other", [(read, Right.GenericAll, False)]))
    assert found_in(builder) == []


def test_a_collection_without_any_privileged_object_is_not_measured() -> None:
    builder = Builder()
    builder.describe(builder.row(f"{DOMAIN}-1105"), Kind.USER, name="ANNE@CHU.TEST")
    builder.facts = {Fact.ACL, Fact.MEMBERS}
    with pytest.raises(NotMeasured, match="Aucun objet privilégié"):
        found_in(builder)
