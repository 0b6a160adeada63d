"""Files are written all together or not at all, and the proof can be checked."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from rempart.engines.directory.report import Report
from rempart.kernel.errors import RempartError
from rempart.render import outputs
from support import reports


def test_each_format_has_its_file(tmp_path: Path) -> None:
    names = [
        p.name for p in outputs.write(reports.sample(), tmp_path / "out", list(outputs.FORMATS))
    ]
    assert names == ["report.html", "report.pdf", "objects.xlsx", "actions.csv", "report.json"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(names)


def test_the_json_is_the_report_itself() -> None:
    report = reports.sample()
    assert msgspec.json.decode(outputs.encoded(report), type=Report) == report


def test_a_lone_surrogate_does_not_lose_the_json() -> None:
    assert "seul" in json.loads(outputs.encoded(reports.hostile()))["controls"][0]["objects"][-1]["name"]  # fmt: skip


def test_an_unknown_format_is_refused_with_the_list(tmp_path: Path) -> None:
    with pytest.raises(RempartError, match="docx.*html, pdf, xlsx, csv, json, proof"):
        outputs.write(reports.sample(), tmp_path, ["docx"])


def test_a_failure_leaves_the_report_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs.write(reports.clean(), tmp_path, ["csv"])
    before = (tmp_path / "actions.csv").read_bytes()

    def fail(*_: object) -> bytes:
        raise ValueError

    monkeypatch.setitem(outputs.FORMATS, "json", ("report.json", fail))
    with pytest.raises(ValueError):
        outputs.write(reports.sample(), tmp_path, ["csv", "json"])
    assert (tmp_path / "actions.csv").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["actions.csv"]


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    taken = tmp_path / "out"
    taken.write_text("x", encoding="utf-8")
    with pytest.raises(RempartError, match="ne peut pas être créé"):
        outputs.write(reports.sample(), taken, ["csv"])


def test_a_file_that_cannot_be_replaced_is_said(tmp_path: Path) -> None:
    (tmp_path / "actions.csv").mkdir()
    with pytest.raises(RempartError, match="n’a pas pu être écrit"):
        outputs.write(reports.sample(), tmp_path, ["csv"])
    assert [p.name for p in tmp_path.iterdir()] == ["actions.csv"]


def proof(report: Report) -> bytes:
    """The pack of a report, with the light formats."""
    return outputs.rendered(report, ["proof"])["proof.zip"]


def test_the_proof_is_the_same_to_the_byte() -> None:
    assert proof(reports.sample()) == proof(reports.sample())


def test_the_manifest_holds_the_hash_of_each_file() -> None:
    with zipfile.ZipFile(io.BytesIO(proof(reports.sample()))) as archive:
        lines = archive.read("MANIFEST.sha256").decode().splitlines()
        listed = {line.split("  ")[1]: line.split("  ")[0] for line in lines}
        assert listed.keys() == set(archive.namelist()) - {"MANIFEST.sha256"}
        assert all(hashlib.sha256(archive.read(n)).hexdigest() == h for n, h in listed.items())


def test_the_proof_is_dated_of_the_audit_and_names_its_inputs() -> None:
    with zipfile.ZipFile(io.BytesIO(proof(reports.sample()))) as archive:
        facts = json.loads(archive.read("provenance.json"))
        assert archive.infolist()[0].date_time[:3] == (2026, 11, 14)
        assert "sha256sum -c" in archive.read("LISEZMOI.txt").decode("utf-8")
    assert facts["sources"][0]["files"][0]["sha256"].startswith("9f3c")
    assert facts["catalogue_version"] == "2026-09-03"


def test_a_date_that_is_none_still_makes_a_proof() -> None:
    report = msgspec.structs.replace(reports.sample(), audited_on="inconnue")
    assert zipfile.ZipFile(io.BytesIO(proof(report))).testzip() is None
