"""The files of an exposure audit: all or none, the same bytes each time, neutral to a spreadsheet."""

import csv
import io
from datetime import date
from pathlib import Path

import jsonschema
import msgspec
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from python_calamine import CalamineWorkbook

from rempart.content.exposure_rules import held_rules
from rempart.engines.exposure.held import Audit, window
from rempart.engines.exposure.proof import opened, signer
from rempart.engines.exposure.report import ExposureReport
from rempart.kernel.errors import RempartError
from rempart.kernel.outcome import Outcome
from rempart.render import outputs as render_outputs
from rempart.render.exposure import outputs, pdf, table, workbook
from rempart.render.exposure.proof import assembled
from support import exposure_reports as reports

DAY = date(2026, 11, 22)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def test_each_format_has_its_file(tmp_path: Path) -> None:
    names = [p.name for p in outputs.write(reports.sample(), tmp_path, list(outputs.FORMATS))]
    assert names == ["report.html", "report.pdf", "findings.xlsx", "findings.csv", "report.json"]


def test_a_file_written_in_parts_is_the_one_that_is_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_outputs, "ITEMS_AT_ONCE", 2)
    monkeypatch.setattr(table, "LINES_AT_ONCE", 2)
    for report in (reports.sample(), reports.hostile(), reports.empty()):
        outputs.write(report, tmp_path, ["csv", "json"])
        for written, whole in outputs.rendered(report, ["csv", "json"]).items():
            assert (tmp_path / written).read_bytes() == whole
        assert (tmp_path / "report.json").read_bytes() == render_outputs.encoded(report)


def test_an_unknown_format_is_refused_with_the_list(tmp_path: Path) -> None:
    with pytest.raises(RempartError, match="docx.*html, pdf, xlsx, csv, json"):
        outputs.write(reports.sample(), tmp_path, ["docx"])
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_former_report_are_known_from_those_of_others(tmp_path: Path) -> None:
    assert outputs.kept_formats(tmp_path / "absent") == []
    outputs.write(reports.empty(), tmp_path, list(outputs.FORMATS))
    assert outputs.kept_formats(tmp_path) == list(outputs.FORMATS)
    for filename, content in (
        *(("report.html", b"<!doctype html><p>Le mien"), ("report.pdf", b"%PDF-1.7 autre")),
        *(("findings.csv", b"a;b\r\n"), ("findings.xlsx", b"PK rompu"), ("report.json", b"{}")),
    ):
        (tmp_path / filename).write_bytes(content)
    assert outputs.kept_formats(tmp_path) == []


@pytest.mark.parametrize("make", [reports.sample, reports.hostile, reports.empty])
def test_the_same_report_gives_the_same_bytes(make: object) -> None:
    formats = list(outputs.FORMATS)
    assert outputs.rendered(make(), formats) == outputs.rendered(make(), formats)  # type: ignore[operator]


def test_the_json_is_the_report_itself_and_holds_to_its_schema() -> None:
    report = reports.sample()
    text = outputs.encoded(report)
    assert msgspec.json.decode(text, type=ExposureReport) == report
    jsonschema.validate(msgspec.json.decode(text), msgspec.json.schema(ExposureReport))


def test_the_table_is_neutral_to_a_spreadsheet() -> None:
    text = table.findings(reports.hostile()).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert not any(cell[:1] in "=+-@" for cell in row.values() if cell)


def test_the_workbook_has_every_finding_gap_and_endpoint() -> None:
    report = reports.sample()
    book = CalamineWorkbook.from_object(io.BytesIO(workbook.workbook(report)))
    assert [
        len(book.get_sheet_by_name(name).to_python()) - 1
        for name in ("À corriger", "Non évalué", "Ce qui répond")
    ] == [
        *(len(report.findings), len(report.gaps), len(report.endpoints)),
    ]
    head, *rows = book.get_sheet_by_name("À corriger").to_python()
    assert [row[head.index("Clé")] for row in rows] == [f.key for f in report.findings]


def test_the_pdf_is_tagged_titled_and_in_french() -> None:
    with pikepdf.open(io.BytesIO(pdf.compiled(reports.sample()))) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang).lower().startswith("fr")
        with document.open_metadata() as data:
            assert data["pdfuaid:part"] == "1"
            assert "exposition notée F" in data["dc:title"]


@pytest.mark.parametrize("make", [reports.hostile, reports.empty, reports.clean])
def test_the_pdf_stands_whatever_the_report_holds(make: object) -> None:
    assert pdf.compiled(make()).startswith(b"%PDF")  # type: ignore[operator]


def held() -> tuple[ExposureReport, ExposureReport, list[Audit]]:
    first = msgspec.structs.replace(
        reports.clean(), audited_on="2026-09-25", ended_at="2026-09-25T05:00:00+00:00"
    )
    second = msgspec.structs.replace(reports.clean(), audited_on="2026-11-22")
    audits = [Audit(date.fromisoformat(r.audited_on), Outcome.PASSED) for r in (first, second)]
    return first, second, audits


def test_the_proof_of_a_level_held_holds_both_reports_signed() -> None:
    first, second, audits = held()
    data = assembled(first, second, audits, window(audits, DAY, held_rules()), held_rules(), KEY)
    files, name = opened(data, {signer(KEY): KEY.public_key()})
    assert name == signer(KEY)
    assert msgspec.json.decode(files["audit-2-2026-11-22.json"], type=ExposureReport) == second
    assert files["audit-1-2026-09-25.pdf"].startswith(b"%PDF")
    said = files["LISEZMOI.txt"].decode("utf-8")
    assert "deux audits à 58 jours d’intervalle" in said
    assert "critique (lecture de Rempart" in said


def test_no_proof_is_made_of_a_level_that_is_not_held() -> None:
    first, second, audits = held()
    with pytest.raises(RempartError, match="pas encore tenu"):
        assembled(first, second, audits, window(audits[:1], DAY, held_rules()), held_rules())


def test_the_proof_refuses_reports_of_other_days() -> None:
    first, second, audits = held()
    with pytest.raises(RempartError, match="25 septembre 2026 et du 22 novembre 2026"):
        assembled(second, first, audits, window(audits, DAY, held_rules()), held_rules())
