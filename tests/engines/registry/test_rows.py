"""From lines to values, and why a line cannot be read."""

import pytest

from rempart.engines.registry.formats import Kind
from rempart.engines.registry.rows import (
    LONGEST,
    establishment_columns,
    fault,
    fields_of,
    fields_of_plain,
    operator_columns,
)
from support.registry_files import REAL, a_site, an_entity

LINES = REAL.read_bytes().splitlines()[1:]


def one(line: str) -> dict[str, str | None]:
    """The values of one site."""
    return {
        name: values[0]
        for name, values in establishment_columns(fields_of([line.encode()])).items()
    }


def test_the_real_lines_are_all_readable() -> None:
    assert [fault(line, Kind.ESTABLISHMENTS) for line in LINES] == [""] * 14


def test_a_real_hospital_is_read_as_it_is_published() -> None:
    found = {name: values[0] for name, values in establishment_columns(fields_of(LINES)).items()}
    assert found["finess"] == "010000024" and found["operator"] == "010780054"
    assert found["long_name"] == "CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT"
    assert (found["municipality_code"], found["department"], found["region"]) == (
        "01451",
        "01",
        "84",
    )
    assert (found["postal_code"], found["municipality"]) == ("01440", "VIRIAT")
    assert found["address"] == "900 RTE DE PARIS" and found["opened_on"] == "1979-02-13"


def test_overseas_codes_become_those_of_insee() -> None:
    found = establishment_columns(fields_of(LINES))
    places = dict(
        zip(
            found["finess"],
            zip(found["department"], found["municipality_code"], strict=True),
            strict=True,
        )
    )
    assert places["970102018"] == ("971", "97123")
    assert places["980501506"] == ("976", "97606")
    assert places["980600027"] == ("986", "98613")


def test_a_quoted_name_loses_its_quotes() -> None:
    assert 'LIEU DE VIE "MAVOUNA MEMA 1"' in establishment_columns(fields_of(LINES))["name"]


def test_what_is_searched_has_the_usual_words_of_the_category() -> None:
    words = one(a_site(rs="LES GENETS", rslongue="RESIDENCE LES GENETS"))["words"]
    assert words is not None
    assert {"GENETS", "RESIDENCE"} <= set(words.split())
    assert one(a_site())["usual"] == "ehpad maison de retraite"


def test_a_long_name_that_repeats_the_short_one_is_searched_once() -> None:
    words = one(a_site(rs="LES GENETS", rslongue="LES GENETS DE RENNES"))["words"]
    assert words is not None and words.count("GENETS") == 1


def test_cedex_is_no_part_of_a_town() -> None:
    assert one(a_site(ligne="97306 CAYENNE CEDEX 9"))["municipality"] == "CAYENNE"


def test_a_department_that_nobody_knows_leaves_the_place_empty() -> None:
    found = one(a_site(departement="9Z"))
    assert (found["department"], found["region"]) == ("", "")


def test_a_line_of_the_older_format_is_read() -> None:
    line = a_site().rpartition(";")[0]
    assert fault(line.encode(), Kind.ESTABLISHMENTS) == "" and one(line)["finess"] == "350000019"


def test_the_file_names_its_categories() -> None:
    assert (
        "Centre Médico-Psycho-Pédagogique (C.M.P.P.)"
        in establishment_columns(fields_of(LINES))["category_label"]
    )


def test_an_operator_is_read_with_its_status() -> None:
    found = operator_columns(fields_of([an_entity().encode()]))
    kept = ("legal_status", "siren", "created_on", "municipality_code", "region")
    assert [found[name][0] for name in kept] == ["60", "300000001", "1975-01-01", "35238", "53"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("structureet;350000019;350000001;X", "4 champs au lieu de 32"),
        (an_entity(), "commence par « structureej »"),
        (a_site("35000001"), "numéro FINESS « 35000001 »"),
        (a_site(operator="?"), "numéro FINESS « ? »"),
        (a_site(rs=" "), "raison sociale absente"),
        (a_site(dateouv="01/03/1998"), "date « 01/03/1998 »"),
        (a_site(dateouv="2026-13-01"), "date « 2026-13-01 »"),
        (a_site(rs="A\0B"), "caractère nul"),
        (a_site(rs="A" * LONGEST), "octets"),
    ],
)
def test_an_unreadable_line_says_why(line: str, reason: str) -> None:
    assert reason in fault(line.encode(), Kind.ESTABLISHMENTS)


def test_a_field_too_large_for_the_parser_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    import csv

    csv.field_size_limit(100)
    try:
        assert "guillemets" in fault(a_site(rs='"' + "A" * 200 + '"').encode(), Kind.ESTABLISHMENTS)
    finally:
        csv.field_size_limit(131072)


def test_plain_lines_are_taken_apart_the_same_way_together_or_one_by_one() -> None:
    lines = [line for line in LINES if b'"' not in line]
    together = fields_of_plain(lines, 32)
    assert [tuple(column) for column in together] == fields_of(lines)
