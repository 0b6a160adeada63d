"""`rempart exposure compare`, `held`, `verify`: what became of a perimeter, and the proof that can be checked by others."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from rempart.cli import exposure_held
from rempart.cli.main import cli
from rempart.engines.exposure.feeds.trust import new_key_pair
from rempart.engines.exposure.report import ExposureReport
from rempart.render.outputs import encoded
from support import exposure_reports as reports


def ran(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["exposure", *map(str, arguments)])


def saved(folder: Path, name: str, report: ExposureReport, on: str = "") -> Path:
    path = folder / f"{name}.json"
    day = on or report.audited_on
    dated = msgspec.structs.replace(report, audited_on=day, ended_at=f"{day}T05:00:00+00:00")
    path.write_bytes(encoded(dated))
    return path


@pytest.fixture
def held(tmp_path: Path) -> list[Path]:
    days = ("2026-09-25", "2026-10-20", "2026-11-22")
    return [saved(tmp_path, f"r{k}", reports.clean(), day) for k, day in enumerate(days)]


def test_two_audits_in_the_delays_are_held(held: list[Path]) -> None:
    done = ran("held", *held, "--today", "2026-11-22")
    assert done.exit_code == 0, done.output
    assert "25 septembre 2026 : atteint le niveau." in done.output
    assert "Niveau tenu : deux audits à 58 jours d’intervalle" in done.output
    assert "lecture de Rempart" in done.output


def test_one_sweep_judged_on_two_days_is_one_audit(tmp_path: Path) -> None:
    days = {"audited_on": "2026-09-25"}, {"audited_on": "2026-11-22"}
    files = [tmp_path / "r1.json", tmp_path / "r2.json"]
    for file, day in zip(files, days, strict=True):
        file.write_bytes(encoded(msgspec.structs.replace(reports.clean(), **day)))
    done = ran("held", *files, "--today", "2026-11-22", "--output", tmp_path / "p.zip")
    assert done.exit_code != 0
    assert "22 novembre 2026 : atteint le niveau.\n22 novembre 2026 : atteint" in done.output
    assert not (tmp_path / "p.zip").exists()


def test_a_report_whose_findings_were_taken_out_is_refused(tmp_path: Path) -> None:
    found = reports.sample()
    short = msgspec.structs.replace(found, findings=found.findings[1:])
    done = ran("held", saved(tmp_path, "r1", short))
    assert "il a été modifié, ou abîmé" in str(done.exception)


def test_one_audit_says_when_the_second_one_is_due(held: list[Path]) -> None:
    done = ran("held", held[0], "--today", "2026-10-01")
    assert done.exit_code == 1
    assert "entre le 09/11/2026 et le 24/11/2026" in done.output


def test_nothing_is_assembled_before_the_level_is_held(held: list[Path], tmp_path: Path) -> None:
    done = ran("held", held[0], "--today", "2026-10-01", "--output", tmp_path / "p.zip")
    assert done.exit_code == 2 or done.exception
    assert not (tmp_path / "p.zip").exists()


def test_the_proof_is_signed_and_verified(held: list[Path], tmp_path: Path) -> None:
    private, public = new_key_pair()
    (tmp_path / "key").write_bytes(private)
    (tmp_path / "key.pub").write_bytes(public)
    proof = tmp_path / "preuve.zip"
    made = ran("held", *held, "--today", "2026-11-22", "--output", proof, "--key", tmp_path / "key")
    assert "Dossier de preuve, signé" in made.output, made.output
    said = ran("verify", proof, "--trust", tmp_path / "key.pub")
    assert "Dossier intact, 6 pièces, signé par la clé" in said.output.replace("\u00a0", " ")
    assert ran("verify", proof).exit_code != 0


def test_what_is_too_long_to_be_a_proof_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure_held, "MOST_BYTES", 3)
    (tmp_path / "long.zip").write_bytes(b"PK\x03\x04")
    said = ran("verify", tmp_path / "long.zip")
    assert "n’est pas un dossier de preuve" in str(said.exception)


@pytest.mark.skipif(not shutil.which("openssl") or not shutil.which("sha256sum"), reason="openssl")
def test_the_proof_is_checked_without_us(held: list[Path], tmp_path: Path) -> None:
    private, _ = new_key_pair()
    (tmp_path / "key").write_bytes(private)
    proof, folder = tmp_path / "preuve.zip", tmp_path / "opened"
    ran("held", *held, "--today", "2026-11-22", "--output", proof, "--key", tmp_path / "key")
    shutil.unpack_archive(proof, folder)
    subprocess.run(
        ["sha256sum", "-c", "MANIFEST.sha256"], cwd=folder, check=True, capture_output=True
    )
    check = "openssl pkeyutl -verify -pubin -inkey cle-publique.pem -rawin -in MANIFEST.sha256 -sigfile MANIFEST.sha256.sig"
    assert check in (folder / "LISEZMOI.txt").read_text(encoding="utf-8")
    done = subprocess.run(check.split(), cwd=folder, check=True, capture_output=True, text=True)
    assert "Success" in done.stdout


def test_reports_of_two_establishments_are_refused(held: list[Path], tmp_path: Path) -> None:
    other = msgspec.structs.replace(reports.clean(), finess="990000001")
    done = ran("held", held[0], saved(tmp_path, "other", other))
    assert "même périmètre" in str(done.exception) + done.output


def test_two_reports_are_compared_on_screen_and_in_a_folder(tmp_path: Path) -> None:
    old, new = (
        saved(tmp_path, "old", reports.clean(), "2026-10-01"),
        saved(tmp_path, "new", reports.sample()),
    )
    done = ran("compare", old, new, "--output", tmp_path / "out")
    assert "la note baisse de A à F" in done.output, done.output
    assert "Un bureau à distance (RDP) est ouvert sur internet" in done.output
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "comparison.html",
        "comparison.json",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{", "illisible"), (b"\xff\xfe", "illisible"), (None, "illisible")],
)
def test_a_report_that_cannot_be_read_is_refused(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_bytes(content)
    done = ran("held", path)
    assert said in str(done.exception) + done.output


def test_a_report_of_another_version_is_refused(tmp_path: Path) -> None:
    path = saved(
        tmp_path, "x", msgspec.structs.replace(reports.clean(), schema="rempart/exposure-report/9")
    )
    done = ran("held", path)
    assert "autre version" in str(done.exception) + done.output
