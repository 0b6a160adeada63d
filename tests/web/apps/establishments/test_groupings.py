"""Files of groupings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rempart.web.apps.establishments.models import (
    Establishment,
    Grouping,
    GroupingMember,
    RegistryImport,
)
from rempart.web.core.scope import Grant, Level, Role, Scope
from support.registry_files import REAL, SAMPLES

Imported = Callable[..., RegistryImport]
HEADER = "code;type;nom;region;membre\n"


@pytest.fixture
def members(imported: Imported, tmp_path: Path) -> Callable[[str], RegistryImport]:
    """`members(lines)`: import groupings over the real lines."""
    imported(REAL)

    def given(lines: str) -> RegistryImport:
        path = tmp_path / "groupes.csv"
        path.write_text(HEADER + lines, encoding="utf-8")
        return imported(path)

    return given


def seen_by_group(code: str) -> set[str]:
    """What a person of this grouping sees."""
    scope = Scope(1, (Grant(Role.RSSI, Level.GROUPING, code),))
    return set(Establishment.objects.visible_to(scope).values_list("pk", flat=True))


def test_an_operator_brings_all_its_sites_and_a_site_itself(imported: Imported) -> None:
    imported(REAL, SAMPLES / "groupings.csv")
    assert seen_by_group("GUY-01") == {"970300026", "970302287"}
    assert seen_by_group("CONV-1") == {"970409645", "970400024"}


def test_a_member_that_leaves_keeps_its_row_and_loses_its_sight(
    members: Callable[[str], RegistryImport],
) -> None:
    members("A;ght;GHT A;03;970302022\nA;;;;970400024\n")
    made = members("A;ght;GHT A;03;970400024\n")
    assert (made.parts.get().counts["left"], seen_by_group("A")) == (1, {"970400024"})
    assert GroupingMember.objects.get(operator_id="970302022").left_on is not None


def test_a_member_may_come_back(members: Callable[[str], RegistryImport]) -> None:
    for lines in ("A;ght;N;03;970302022\n", "A;ght;N;03;\n", "A;ght;N;03;970302022\n"):
        members(lines)
    assert GroupingMember.objects.present().count() == 1 and GroupingMember.objects.count() == 2


def test_the_other_groupings_keep_their_members(members: Callable[[str], RegistryImport]) -> None:
    members("A;ght;GHT A;03;970302022\n")
    members("B;convention;B;;970400024\n")
    assert seen_by_group("A") == {"970300026", "970302287"}


def test_a_new_name_is_a_change_and_the_same_file_is_none(
    members: Callable[[str], RegistryImport],
) -> None:
    members("A;ght;GHT A;03;970302022\n")
    assert members("A;ght;GHT Nouveau;03;970302022\n").parts.get().counts["changed"] == 1
    assert members("A;ght;GHT Nouveau;03;970302022\n").parts.get().counts["unchanged"] == 1
    assert Grouping.objects.get().name == "GHT Nouveau"


def test_a_number_that_the_registry_does_not_have_is_said(
    members: Callable[[str], RegistryImport],
) -> None:
    made = members("A;ght;GHT A;03;990000001\n")
    assert made.parts.get().samples["unreadable"] == [
        [0, "numéro absent du registre", "A;990000001"]
    ]
