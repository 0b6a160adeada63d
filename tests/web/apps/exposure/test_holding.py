"""The level held between two audits: the proof, and who is told before its window closes."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter, an_exposed, an_exposure, an_exposure_audit
from rempart.cli.main import cli
from rempart.content.knowledge import frameworks
from rempart.engines.exposure.proof import opened, signer
from rempart.engines.exposure.report import CheckResult
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome
from rempart.web.apps.evidence.models import Document
from rempart.web.apps.exposure import holding
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.core.errors import Refused
from rempart.web.core.models import Mail
from web.conftest import Cast

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = [CheckResult("hole_known", "hole", "Faille", Outcome.PASSED, "critical", passed=3)]


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def audited(cast: Cast, days: int, *findings: object) -> ExposureAudit:
    report = an_exposure(*findings, at=FIRST + timedelta(days=days), checks=GOOD)  # type: ignore[arg-type]
    return an_exposure_audit(cast.home, cast.alice, report)


def test_two_audits_in_the_window_prove_the_level(cast: Cast) -> None:
    audited(cast, 0)
    audited(cast, 50)
    today = (FIRST + timedelta(days=51)).date()
    content = holding.proof_file(cast.home.pk, today)
    key = holding.signing_key()
    files, who = opened(content, {signer(key): key.public_key()})
    assert who == signer(key)
    assert {name.partition("-")[0] for name in files} >= {"audit"}
    assert zipfile.ZipFile(BytesIO(content)).testzip() is None


def test_the_command_line_verifies_the_proof_of_the_platform(cast: Cast, tmp_path: Path) -> None:
    audited(cast, 0)
    audited(cast, 50)
    proof = tmp_path / "preuve.zip"
    proof.write_bytes(holding.proof_file(cast.home.pk, (FIRST + timedelta(days=51)).date()))
    (tmp_path / "cle.pem").write_bytes(zipfile.ZipFile(proof).read("cle-publique.pem"))
    verify = ["exposure", "verify", str(proof)]
    unknown = CliRunner().invoke(cli, verify)
    assert isinstance(unknown.exception, UnreadableSource)
    assert holding.key_name() in unknown.exception.found
    trusted = [*verify, "--trust", str(tmp_path / "cle.pem")]
    assert f"signé par la clé {holding.key_name()}" in CliRunner().invoke(cli, trusted).output
    data = bytearray(proof.read_bytes())
    last = zipfile.ZipFile(proof).infolist()[-1]
    # Past the header, whose date no reading looks at.
    data[last.header_offset + 30 + len(last.filename.encode()) + last.compress_size // 2] ^= 1
    proof.write_bytes(data)
    assert CliRunner().invoke(cli, trusted).exit_code != 0


def test_the_proof_becomes_the_pieces_of_the_care_file(
    cast: Cast, browser_of: Callable[[str | None], Client]
) -> None:
    address = f"/etablissements/{cast.home.pk}/exposition/preuve/joindre/"
    assert browser_of("alice").post(address).status_code == 409
    for days_ago in (52, 2):
        report = an_exposure(at=timezone.now() - timedelta(days=days_ago), checks=GOOD)
        an_exposure_audit(cast.home, cast.alice, report)
    page = browser_of("alice").get(address.replace("preuve/joindre/", "")).content.decode()
    assert "Joindre au dossier CaRE" in page and holding.key_name() in page
    answers = [browser_of("alice").post(address) for _ in range(2)]
    document = Document.objects.get()
    assert {a.headers["Location"] for a in answers} == {f"/preuves/{document.pk}/"}
    items = frameworks()["care_d1"].items
    subjects = {f"piece:{item.id}/{piece.id}" for item in items for piece in item.pieces}
    assert set(document.proofs.values_list("subject", flat=True)) == set(holding.PIECES) <= subjects


def test_a_hole_between_two_audits_breaks_the_proof(cast: Cast) -> None:
    audited(cast, 0)
    audited(cast, 20, an_exposed("hole_known", severity="critical"))
    audited(cast, 50)
    with pytest.raises(Refused):
        holding.proof_file(cast.home.pk, (FIRST + timedelta(days=51)).date())


def test_people_are_told_once_before_the_window_closes(cast: Cast) -> None:
    audited(cast, 0)
    Mail.objects.all().delete()
    told = [holding.warn((FIRST + timedelta(days=day)).date()) for day in (30, 44, 52, 53, 61)]
    assert told == [0, 0, 1, 0, 0]
    assert [mail.recipient for mail in Mail.objects.all()] == ["alice@exemple.test"]


def test_people_are_told_once_before_a_consent_ends(cast: Cast) -> None:
    row = a_perimeter(cast.home, cast.alice)
    assert row.consent_until is not None
    days = [row.consent_until - timedelta(days=k) for k in (60, 20, 5)]
    assert [holding.warn(day) for day in days] == [0, 1, 0]
    a_perimeter(cast.home, cast.alice, "autre.example")
    assert holding.warn(days[1]) == 1
