"""`rempart registry import`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from rempart.kernel.errors import RempartError
from rempart.web.apps.establishments.models import Establishment, RegistryImport
from rempart.web.commands.registry import registry
from support.registry_files import REAL, SAMPLES, a_file, a_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_data(settings: Settings, tmp_path: Path) -> None:
    """Stored files go to a folder of the test."""
    settings.DATA = tmp_path / "data"


def run(*arguments: object) -> Result:
    """The command with these words."""
    return CliRunner().invoke(registry, ["import", *map(str, arguments)])


def test_without_apply_the_diff_is_printed_and_the_import_waits() -> None:
    done = run(REAL)
    assert done.exit_code == 0 and "nouveaux                    14" in done.output
    assert "Rien n’est écrit" in done.output and Establishment.objects.count() == 0
    assert RegistryImport.objects.get().state == RegistryImport.State.READY


def test_a_dry_run_leaves_nothing_at_all() -> None:
    assert "nouveaux                    14" in run(REAL, "--dry-run").output
    assert RegistryImport.objects.count() == 0


def test_apply_writes_all_the_files_given() -> None:
    done = run(REAL, SAMPLES / "operators.csv", SAMPLES / "groupings.csv", "--apply")
    assert "version 1 du registre" in done.output and Establishment.objects.count() == 14


def test_unreadable_lines_are_printed_with_their_reason(tmp_path: Path) -> None:
    lines = [a_site(f"3500{n:04}0") for n in range(12)]
    done = run(a_file(tmp_path, *lines, a_site("350099990", dateouv="hier")), "--dry-run")
    assert "ligne 14 : date « hier »" in done.output


def test_the_unreadable_lines_that_are_not_printed_are_counted(tmp_path: Path) -> None:
    wrong = [a_site(f"3500{n:04}0", dateouv="hier") for n in range(8)]
    done = run(a_file(tmp_path, a_site(), *wrong), "--dry-run")
    assert "et 3\xa0autres lignes illisibles" in done.output


def test_many_closures_need_their_own_word(tmp_path: Path) -> None:
    run(a_file(tmp_path, *(a_site(f"3500{n:04}0") for n in range(30))), "--apply")
    small = a_file(tmp_path, a_site("350000000"))
    refused = run(small, "--apply")
    assert isinstance(refused.exception, RempartError) and "fermerait 29" in str(refused.exception)
    assert run(small, "--apply", "--accept-closures").exit_code == 0
    assert Establishment.objects.open().count() == 1


def test_apply_and_dry_run_contradict_each_other() -> None:
    assert run(REAL, "--apply", "--dry-run").exit_code == 2


def test_a_wrong_file_is_a_sentence_and_stays_on_the_page_of_imports(tmp_path: Path) -> None:
    wrong = tmp_path / "x.csv"
    wrong.write_text("bor;an;fi", encoding="utf-8")
    assert "aucun des fichiers du registre" in str(run(wrong).exception)
    assert RegistryImport.objects.get().state == RegistryImport.State.UNREADABLE
