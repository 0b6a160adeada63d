"""Identifiers, classes, dates and shares that are not ours: what the published texts fix."""

from collections import Counter
from datetime import date

import pytest

from rempart.content.frameworks import Framework
from rempart.content.knowledge import frameworks, programmes

RECYF = [3, 11, 4, 5, 10, 4, 13, 5, 7, 17, 14, 7, 7, 10, 4, 4, 5, 4, 12, 6]
"""Measures of each objective of ReCyF 2.5, for an essential entity."""
RECYF_IMPORTANT = [3, 10, 4, 4, 8, 2, 6, 2, 5, 16, 5, 1, 4, 5, 1, 0, 0, 0, 0, 0]
"""Those that an important entity owes as well."""
CRISIS = [3, 11, 1, 5, 6, 2, 5, 2, 6, 9, 7]
"""Questions of each theme of the crisis self-assessment of ANSSI, version 1.0.2."""
CARE_D2 = [
    "P1",
    "P2",
    "O1.A",
    "O1.B",
    "O1.C",
    "O1.D",
    "O2.A",
    "O2.B",
    "O3.A",
    "O3.B",
    "O3.C",
    "O3.D",
    "O4",
]
HOSPICONNECT = ["1.0", "1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]


def sizes(framework: Framework, group: str = "") -> list[int]:
    return [
        sum(not group or group in item.groups for item in theme.items) for theme in framework.themes
    ]


def test_recyf_has_its_152_measures_of_which_76_for_an_important_entity() -> None:
    recyf = frameworks()["recyf"]
    assert sizes(recyf, "EE") == sizes(recyf) == RECYF
    assert sizes(recyf, "EI") == RECYF_IMPORTANT
    assert (sum(RECYF), sum(RECYF_IMPORTANT)) == (152, 76)


def test_a_recyf_measure_keeps_the_number_of_its_objective() -> None:
    for number, theme in enumerate(frameworks()["recyf"].themes, 1):
        assert theme.ref == str(number)
        assert {item.ref.split(".")[0] for item in theme.items} == {str(number)}


def test_the_id_of_a_question_carries_its_official_number() -> None:
    for name in ("recyf", "crisis_maturity"):
        assert all(item.id == f"{name}.{item.ref}" for item in frameworks()[name].items)


def test_crisis_maturity_has_57_questions_of_which_31_for_the_board() -> None:
    crisis = frameworks()["crisis_maturity"]
    assert sizes(crisis) == CRISIS
    assert Counter(item.groups[0] for item in crisis.items) == {"S": 31, "O": 26}
    assert {tuple(level.value for level in item.levels) for item in crisis.items} == {(0, 1, 2, 3)}


def test_care_and_hospiconnect_keep_their_official_codes() -> None:
    assert [item.ref for item in frameworks()["care_d2"].items] == [f"D2.{c}" for c in CARE_D2]
    assert [item.ref for item in frameworks()["hospiconnect"].items] == HOSPICONNECT
    assert all(not item.ref for item in frameworks()["care_d1"].items)  # theirs are not known


def test_the_second_domain_asks_for_two_thirds_of_the_activity_where_the_order_says() -> None:
    shares = {item.ref: item.share for item in frameworks()["care_d2"].items if item.share}
    assert shares == {"D2.O1.C": 0.66, "D2.O1.D": 0.66}
    known = {t.id: t.value for t in programmes()["care_d2"].thresholds}
    assert known["activity_share"] == 0.66
    assert known["backup_directory_level"] == 3
    assert known["ceiling"] is None


def test_the_policies_of_the_second_domain_date_from_16_july_2022_at_the_earliest() -> None:
    windows = {
        f"{item.ref}/{piece.id}": (piece.window.since, piece.window.until)
        for item in frameworks()["care_d2"].items
        for piece in item.pieces
    }
    assert windows["D2.P1/pssi"] == ("2022-07-16", "application_deposit")
    assert windows["D2.O2.A/politique"] == ("2022-07-16", "objectives_declaration")
    assert windows["D2.O1.D/compte_rendu"] == ("order_published", "objectives_declaration")
    assert windows["D2.O4/compte_rendu"] == ("order_published", "objectives_declaration")


@pytest.mark.parametrize(
    ("programme", "name", "on"),
    [
        ("care_d1", "call_open", date(2024, 3, 18)),
        ("care_d1", "objectives_declaration_end", date(2025, 6, 30)),
        ("care_d2", "order_published", date(2025, 7, 16)),
        ("care_d2", "application_deposit", None),
        ("hospiconnect", "order_published", date(2026, 1, 29)),
    ],
)
def test_a_programme_keeps_its_dates(programme: str, name: str, on: date | None) -> None:
    assert {d.id: d.on for d in programmes()[programme].dates}[name] == on


def test_what_no_text_confirmed_is_said_uncertain() -> None:
    unknown = {t.id for t in programmes()["care_d1"].thresholds if t.value is None}
    assert unknown == {"directory_level", "critical_exposures", "ceiling"}
    assert not any(item.source.is_certain for item in frameworks()["care_d1"].items)


def test_a_health_data_warehouse_has_sixty_questions_and_marks_its_deviations() -> None:
    eds = frameworks()["eds"]
    assert (len(eds.themes), len(eds.items)) == (9, 60)
    assert 20 <= sum(item.is_deviation for item in eds.items) < 60
