"""An import of the registry, from the file to the tables."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent
from rempart.web.apps.establishments import importing
from rempart.web.apps.establishments.models import (
    Category,
    Establishment,
    LegalStatus,
    Operator,
    RegistryChange,
    RegistryImport,
)
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from support.registry_files import REAL, SAMPLES, a_file, a_position, a_site, an_entity

Imported = Callable[..., RegistryImport]
State = RegistryImport.State


def test_nothing_is_written_before_it_is_accepted(compared: Imported) -> None:
    made = compared(REAL)
    assert (made.state, made.parts.get().counts["added"]) == (State.READY, 14)
    assert Establishment.objects.count() == 0


def test_the_real_lines_make_establishments_and_the_operators_that_they_cite(
    imported: Imported,
) -> None:
    imported(REAL)
    hospital = Establishment.objects.get(pk="970300026")
    assert (str(hospital), hospital.department, hospital.region) == (
        "CENTRE HOSPITALIER  DE CAYENNE",
        "973",
        "03",
    )
    assert hospital.search.startswith(
        "centre hospitalier de cayenne"
    ) and hospital.opened_on == date(1904, 4, 4)
    assert hospital.operator is not None and hospital.operator.is_only_cited
    assert (Establishment.objects.count(), Operator.objects.count()) == (14, 13)


def test_operators_given_with_the_sites_are_described_and_one_may_have_no_site(
    imported: Imported,
) -> None:
    imported(REAL, SAMPLES / "operators.csv")
    assert not Operator.objects.get(pk="970302022").is_only_cited
    assert Operator.objects.get(pk="350000001").establishments.count() == 0


def test_an_operator_that_was_only_cited_is_described_later(imported: Imported) -> None:
    imported(REAL)
    imported(SAMPLES / "operators.csv")
    operator = Operator.objects.get(pk="970302022")
    assert (operator.is_only_cited, operator.legal_status) == (False, "13")
    assert RegistryChange.objects.get(finess="970302022").what == "described"
    assert Operator.objects.filter(is_only_cited=True, closed_on__isnull=True).count() == 12


def test_the_nomenclatures_give_labels_and_periods(imported: Imported) -> None:
    imported(SAMPLES / "categories.csv", SAMPLES / "legal_statuses.csv")
    assert Category.objects.get(pk="001").valid_until_on == date(1999, 9, 15)
    assert LegalStatus.objects.get(pk="60").label.startswith("Association")
    again = imported(SAMPLES / "categories.csv")
    assert again.parts.get().counts["unchanged"] == 6


def test_without_a_nomenclature_the_file_itself_names_the_categories(imported: Imported) -> None:
    imported(REAL)
    assert Category.objects.get(pk="189").label == "Centre Médico-Psycho-Pédagogique (C.M.P.P.)"


def test_a_nomenclature_corrects_a_label(imported: Imported) -> None:
    Category.objects.create(code="500", label="Maison de retraite")
    made = imported(SAMPLES / "categories.csv")
    assert made.parts.get().counts["changed"] == 1
    assert Category.objects.get(pk="500").short_label == "EHPAD"


def test_the_same_file_again_changes_nothing(imported: Imported) -> None:
    imported(REAL)
    again = imported(REAL)
    assert again.parts.get().counts["unchanged"] == 14
    assert RegistryChange.objects.count() == 0


def test_changes_are_kept_with_what_was(imported: Imported, tmp_path: Path) -> None:
    imported(a_file(tmp_path, a_site()))
    made = imported(
        a_file(tmp_path, a_site(rs="LES GENETS", categetab="501", operator="350000076"))
    )
    found = {c.what: (c.before, c.after) for c in RegistryChange.objects.all()}
    assert found == {
        "renamed": ("EHPAD L'ÉTÉ", "LES GENETS"),
        "recategorised": ("500", "501"),
        "operator": ("350000001", "350000076"),
    }
    assert made.parts.get().counts["changed"] == 1
    assert Establishment.objects.get().search.startswith("les genets")


def test_a_column_that_we_do_not_keep_changes_in_silence(
    imported: Imported, tmp_path: Path
) -> None:
    imported(a_file(tmp_path, a_site()))
    made = imported(a_file(tmp_path, a_site(datemaj="2026-06-01")))
    counts = made.parts.get().counts
    assert (counts["changed"], counts["touched"], RegistryChange.objects.count()) == (0, 1, 0)
    assert (
        imported(a_file(tmp_path, a_site(datemaj="2026-06-01"))).parts.get().counts["unchanged"]
        == 1
    )


def test_what_disappears_is_closed_and_may_come_back(imported: Imported, tmp_path: Path) -> None:
    imported(a_file(tmp_path, a_site(), a_site("350000027")))
    imported(a_file(tmp_path, a_site()))
    assert Establishment.objects.get(pk="350000027").closed_on == date(2026, 5, 12)
    made = imported(a_file(tmp_path, a_site(), a_site("350000027")))
    assert Establishment.objects.get(pk="350000027").closed_on is None
    assert made.parts.get().counts["reopened"] == 1
    assert [c.what for c in RegistryChange.objects.filter(finess="350000027")] == [
        "reopened",
        "closed",
    ]


def test_closed_is_closed_once(imported: Imported, tmp_path: Path) -> None:
    imported(a_file(tmp_path, a_site(), a_site("350000027")))
    imported(a_file(tmp_path, a_site()))
    assert imported(a_file(tmp_path, a_site())).parts.get().counts["closed"] == 0


def test_positions_come_with_the_sites_and_change_alone(imported: Imported, tmp_path: Path) -> None:
    imported(a_file(tmp_path, a_site(), a_site("350000027"), a_position()))
    first = Establishment.objects.get(pk="350000019")
    assert first.longitude is not None and round(first.longitude, 2) == -1.68
    imported(
        a_file(
            tmp_path, a_site(), a_site("350000027"), a_position(x="353000"), a_position("350000027")
        )
    )
    moved = dict(Establishment.objects.values_list("pk", "longitude"))
    assert moved["350000019"] > first.longitude and moved["350000027"] == first.longitude


def test_unreadable_lines_are_left_out_with_their_reason(
    imported: Imported, tmp_path: Path
) -> None:
    sites = [a_site(f"3500{n:04}0") for n in range(20)]
    made = imported(a_file(tmp_path, *sites, a_site("350099990", dateouv="hier")))
    part = made.parts.get()
    assert (part.counts["unreadable"], Establishment.objects.count()) == (1, 20)
    assert part.samples["unreadable"][0][0] == 22 and "hier" in part.samples["unreadable"][0][1]


def test_a_cell_that_begins_like_a_formula_stays_text(imported: Imported, tmp_path: Path) -> None:
    imported(a_file(tmp_path, a_site(rs="=HYPERLINK(1)")))
    assert Establishment.objects.get().name == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    "name", ['"VIRGULE, ET ""GUILLEMETS"""', "BARRE\\N ET \\.", "TAB\tULATION", "FIN\\"]
)
def test_no_character_of_a_name_is_lost(imported: Imported, tmp_path: Path, name: str) -> None:
    imported(a_file(tmp_path, a_site(rs=name)))
    expected = 'VIRGULE, ET "GUILLEMETS"' if name.startswith('"') else name
    assert Establishment.objects.get().name == expected


def test_a_zip_is_one_import_of_several_parts(imported: Imported, tmp_path: Path) -> None:
    path = tmp_path / "tout.zip"
    with zipfile.ZipFile(path, "w") as pack:
        for file in (REAL, SAMPLES / "operators.csv", SAMPLES / "categories.csv"):
            pack.write(file, file.name)
    made = imported(path)
    assert [p.kind for p in made.parts.all()] == ["categories", "operators", "establishments"]
    assert made.parts.last().name == f"tout.zip › {REAL.name}"


def test_two_stocks_of_the_same_kind_are_refused(compared: Imported, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="deux fichiers du même genre"):
        compared(REAL, a_file(tmp_path, a_site()))
    assert RegistryImport.objects.get().state == State.UNREADABLE


def test_an_unreadable_file_says_so_on_the_import_and_writes_nothing(
    compared: Imported, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    with pytest.raises(UnreadableSource, match="vide"):
        compared(path)
    made = RegistryImport.objects.get()
    assert made.state == State.UNREADABLE and "x.csv est vide" in made.message


def test_a_file_that_closes_too_many_asks_for_a_second_yes(
    imported: Imported, tmp_path: Path
) -> None:
    imported(a_file(tmp_path, *(a_site(f"3500{n:04}0") for n in range(30))))
    with pytest.raises(Refused, match="fermerait 29"):
        imported(a_file(tmp_path, a_site("350000000")), closures=False)
    assert Establishment.objects.open().count() == 30
    imported(a_file(tmp_path, a_site("350000000")), closures=True)
    assert Establishment.objects.open().count() == 1


def test_an_import_is_in_the_journal_with_its_figures(imported: Imported) -> None:
    made = imported(REAL)
    acts = list(JournalEntry.objects.values_list("act", "object_id"))
    assert acts == [("give_registry_files", str(made.pk)), ("write_registry_import", str(made.pk))]
    assert JournalEntry.objects.last().details[REAL.name]["added"] == 14  # type: ignore[union-attr]


def test_the_second_of_two_imports_is_refused_and_writes_nothing(
    compared: Imported, tmp_path: Path
) -> None:
    first, second = compared(REAL), compared(a_file(tmp_path, a_site()))
    importing.write(registry_import=first, by=None, observer=Silent(), today=date(2026, 11, 21))
    with pytest.raises(Refused, match="registre a changé"):
        importing.write(
            registry_import=second, by=None, observer=Silent(), today=date(2026, 11, 21)
        )
    second.refresh_from_db()
    assert (second.state, Establishment.objects.count()) == (State.STALE, 14)


def test_a_fault_in_the_middle_writes_nothing(
    compared: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = compared(a_file(tmp_path, a_site(), an_entity() if False else a_site("350000027")))
    monkeypatch.setattr("rempart.web.apps.establishments.registry.stock._close", _fall)
    with pytest.raises(RuntimeError):
        importing.write(registry_import=made, by=None, observer=Silent(), today=date(2026, 11, 21))
    made.refresh_from_db()
    assert (Establishment.objects.count(), made.version, made.state) == (0, None, State.READY)


def _fall(*_: object) -> None:
    raise RuntimeError("the machine stops")
