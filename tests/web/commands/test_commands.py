"""The commands of the platform, as a person runs them."""

import contextlib
import signal
import sqlite3
import urllib.request
import zipfile
from pathlib import Path

import pytest

from support.installation import Installation, ended, wait_for
from support.loopback import free_port
from support.parts import LOOPBACK

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(LOOPBACK)]

WRITE = """
with transaction.atomic():
    for n in range(3):
        journal.record("invite", by=None, object_kind="try", object_id=n)
from rempart.web.core import files
said = files.store([b"report"], kind="report").sha256
"""


def answers(port: int, path: str) -> str:
    """The body of a page, or nothing while the server is not there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read().decode("utf-8"))
    except OSError:
        return ""


def rss_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def test_a_new_installation_serves_its_first_page_and_stops_when_asked(
    new_site: Installation,
) -> None:
    port = free_port()
    if new_site.address:
        assert new_site.rempart("migrate").returncode == 0
    with new_site.running("serve", "--port", str(port)) as process:
        wait_for(lambda: answers(port, "/sante") == "ok\n")
        assert "Se connecter" in answers(port, "/")
        assert rss_megabytes(process.pid) < 150
        process.send_signal(signal.SIGTERM)
        assert ended(process) == 0


def test_an_embedded_database_is_served_by_one_process(site: Installation) -> None:
    if not site.address:
        done = site.rempart("serve", "--workers", "2")
        assert (done.returncode, "PostgreSQL" in done.stderr) == (2, True)
    assert site.rempart("serve", "--help").returncode == 0


def test_a_late_database_of_a_server_is_refused_with_what_to_do(new_site: Installation) -> None:
    done = new_site.rempart("serve", "--port", "notaport")
    assert done.returncode == 2
    if new_site.address:
        late = new_site.rempart("serve")
        assert (late.returncode, "rempart migrate" in late.stderr) == (2, True)


def test_a_variable_that_cannot_be_read_is_a_sentence(site: Installation) -> None:
    site.environment["REMPART_SMTP_PORT"] = "vingt-cinq"
    done = site.rempart("doctor")
    assert (done.returncode, "REMPART_SMTP_PORT" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr


def test_the_journal_is_verified_and_a_tampered_one_is_named(site: Installation) -> None:
    site.python(WRITE)
    before = site.rempart("journal", "verify")
    site.python(
        "from rempart.web.core import protection\nprotection.lift(connection)\n"
        "JournalEntry.objects.filter(pk=2).update(actor_label='Autre')\n"
        "protection.put(connection)\nsaid = 0"
    )
    after = site.rempart("journal", "verify")
    assert (before.returncode, "3 entrées" in before.stdout) == (0, True)
    assert (after.returncode, "l’entrée 2 a changé" in after.stderr) == (1, True)


def test_an_export_of_the_journal_proves_itself_and_is_the_same_twice(
    site: Installation, tmp_path: Path
) -> None:
    site.python(WRITE)
    bundles = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for bundle in bundles:
        assert site.rempart("journal", "export", "--output", bundle).returncode == 0
    assert bundles[0].read_bytes() == bundles[1].read_bytes()
    with zipfile.ZipFile(bundles[0]) as bundle:
        lines = bundle.read("journal.jsonl").replace(b'"invite"', b'"other"')
        rest = {name: bundle.read(name) for name in ("manifest.json", "LISEZ-MOI.txt")}
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as bundle:
        for name, content in (rest | {"journal.jsonl": lines}).items():
            bundle.writestr(name, content)
    assert site.rempart("journal", "verify", bundles[1]).returncode == 0
    assert "entrée 1 a changé" in site.rempart("journal", "verify", tmp_path / "c.zip").stderr


def test_a_backup_comes_back_whole_in_an_empty_installation(
    site: Installation, new_site: Installation, tmp_path: Path
) -> None:
    digest = site.python(WRITE)
    made = site.rempart("backup", "--output", tmp_path / "sauvegarde")
    restored = new_site.rempart("restore", tmp_path / "sauvegarde")
    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    kept = new_site.folder / "files" / digest[:2] / digest
    assert kept.read_bytes() == b"report"
    assert new_site.rows("SELECT count(*) FROM core_journalentry") == [(3,)]
    keys = [(s.folder / "secret_key").read_text("utf-8") for s in (site, new_site)]
    assert keys[0] == keys[1]
    again = new_site.rempart("restore", tmp_path / "sauvegarde")
    assert (again.returncode, "n’est pas vide" in again.stderr) == (2, True)


def test_a_backup_can_be_opened_by_one_key_only(site: Installation, tmp_path: Path) -> None:
    import pyrage

    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(key), encoding="utf-8")
    made = site.rempart("backup", "--output", tmp_path / "b", "--encrypt-to", str(key.to_public()))
    site.environment["REMPART_DATA"] = str(tmp_path / "elsewhere")
    closed = site.rempart("restore", tmp_path / "b")
    assert (made.returncode, b"SQLite" in (tmp_path / "b").read_bytes()) == (0, False)
    assert (closed.returncode, "--identity-file" in closed.stderr) == (2, True)


def test_a_damaged_backup_changes_nothing(site: Installation, new_site: Installation) -> None:
    target = site.folder / "b"
    assert site.rempart("backup", "--output", target).returncode == 0
    content = target.read_bytes()
    target.write_bytes(content[: len(content) // 2])
    done = new_site.rempart("restore", target)
    assert (done.returncode, "Rien n’a été changé" in done.stderr) == (2, True)
    assert not list(new_site.folder.glob("files/*/*"))


def test_the_doctor_names_what_is_wrong_and_what_to_do(site: Installation) -> None:
    site.environment |= {"REMPART_URL": "http://rempart.exemple.fr", "REMPART_SMTP_PORT": "1"}
    (site.folder / "secret_key").chmod(0o644)
    done = site.rempart("doctor")
    assert done.returncode == 1
    assert "REMPART_HOSTS" in done.stdout
    assert "chmod 600" in done.stdout
    assert "courriel" in done.stdout


SEALED = """
mail.write(to="a@exemple.test", subject="Neuf", text="Un audit.", is_for_digest=True)
said = 0
"""


def test_the_doctor_says_when_the_key_has_changed_and_when_nobody_leads(site: Installation) -> None:
    site.python(SEALED)
    whole = site.rempart("doctor").stdout
    assert "OK        essais" in whole
    assert "OK        secrets" in whole
    assert "rempart user create" in whole
    site.environment["REMPART_SECRET_KEY"] = "une autre clé, assez longue pour être acceptée ici"
    changed = site.rempart("doctor").stdout
    assert "À REVOIR  secrets" in changed
    assert "REMPART_SECRET_KEY_FALLBACKS" in changed


def test_the_first_account_is_invited_from_the_command_line(site: Installation) -> None:
    done = site.rempart("user", "create", "--email", "premiere@exemple.test")
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:8000/invitations/" in done.stdout


def test_an_upgrade_of_an_embedded_database_keeps_a_copy(site: Installation) -> None:
    if not site.address:
        with contextlib.closing(sqlite3.connect(site.folder / "rempart.sqlite3")) as file:
            file.execute("DELETE FROM django_migrations WHERE app = 'api'")
            file.execute("DROP TABLE api_apitoken")
            file.commit()
    done = site.rempart("migrate")
    copies = list(site.folder.glob("avant-*.sqlite3"))
    assert (done.returncode, len(copies)) == (0, 0 if site.address else 1)
