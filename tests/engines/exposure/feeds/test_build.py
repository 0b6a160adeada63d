"""Public files, as they are published, told by what they contain."""

import gzip
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import msgspec
import pytest

from rempart.engines.exposure.feeds import sources
from rempart.engines.exposure.feeds.build import latest_day, read_folder
from rempart.engines.exposure.feeds.bundle import Affected, Span
from rempart.kernel.errors import UnreadableSource
from support.feeds import SAMPLES


def test_every_section_is_read_with_its_origin_and_its_day() -> None:
    found = read_folder(SAMPLES)
    days = {o.section: (o.as_of, o.rows) for o in found.origins}
    assert days["kev"] == ("2026-03-02", 2)
    assert days["epss"] == ("2026-03-01", 3)
    assert days["holes"] == ("2026-02-28", 3)
    assert days["life"] == ("2026-02-27", 3)
    assert days["exchange"] == ("2025-10-14", 3)
    assert days["netscaler"] == ("2024-01-12", 2)
    assert all(o.licence and o.origin for o in found.origins)


def test_ranges_are_filed_under_every_name_of_the_product() -> None:
    contents = read_folder(SAMPLES).contents
    span = Span("10.2.0", "10.2.10", fixed=["10.2.9-h1", "10.2.8-h3"])
    assert contents.affected["palo_alto_networks:pan-os"] == [Affected("CVE-2099-0004", [span])]
    assert contents.holes["CVE-2099-0004"].cvss == 10.0
    assert contents.holes["CVE-2099-0004"].is_automatable
    assert [row.hole for row in contents.affected["f5:nginx"]] == ["CVE-2099-0002"]


def test_small_probabilities_are_kept_only_for_the_holes_that_are_named() -> None:
    assert read_folder(SAMPLES).contents.epss == {
        "CVE-2099-0001": 0.91234,
        "CVE-2099-0002": 0.00321,
        "CVE-2099-8888": 0.25,
    }


def test_a_build_of_exchange_has_what_is_listed_and_what_was_mended_after_it() -> None:
    builds = read_folder(SAMPLES).contents.exchange
    assert builds["15.2.1544.4"].holes == ["CVE-2099-0010", "CVE-2099-0011"]
    assert builds["15.2.1544.36"].holes == []
    assert (builds["15.2.1118.40"].holes, builds["15.2.1118.40"].inferred) == (
        [],
        ["CVE-2099-0011"],
    )


def test_compressed_files_and_archives_of_archives_give_the_same(tmp_path: Path) -> None:
    for name in ("kev.json", "epss.csv", "records.jsonl"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((SAMPLES / name).read_bytes()))
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(SAMPLES / "CVE-2099-0004.json", "cves/2099/0xxx/CVE-2099-0004.json")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(inner, "cves.zip")
    inner.unlink()
    found, plain = read_folder(tmp_path).contents, read_folder(SAMPLES).contents
    assert (found.kev, found.affected, found.holes) == (plain.kev, plain.affected, plain.holes)


def test_the_answer_of_the_api_of_ends_of_life_is_read_too(tmp_path: Path) -> None:
    row = {
        "name": "nginx",
        "label": "nginx",
        "identifiers": [{"type": "cpe", "id": "cpe:2.3:a:f5:nginx"}],
        "releases": [
            {"name": "1.18", "isEol": True, "eolFrom": "2021-04-20", "latest": {"name": "1.18.0"}}
        ],
    }
    answer = {"schema_version": "1.2.0", "generated_at": "2026-03-01T00:00:00Z", "result": [row]}
    (tmp_path / "full.json").write_text(json.dumps(answer), encoding="utf-8")
    life = read_folder(tmp_path).contents.life["nginx"]
    assert (life.keys, life.cycles[0].ends_on, life.cycles[0].latest) == (
        ["f5:nginx"],
        "2021-04-20",
        "1.18.0",
    )


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("kev.json", b"{", "n’est pas du JSON lisible"),
        ("kev.json", b"[" * 100_000, "n’est pas du JSON lisible"),
        ("kev.json.gz", gzip.compress(b"{}" * 99)[:20], "abîmé ou incomplet"),
        ("records.jsonl", b'{"aff": 3}\n', "n’est pas une fiche"),
        ("all.zip", b"PK\x03\x04", "archive abîmée"),
        ("epss.csv", b"#score_date:2026\n\xff\xfe", "abîmé ou incomplet"),
        ("life.json", b'{"x": {"releases": 3}}', "forme attendue"),
    ],
)
def test_a_damaged_file_is_named_in_the_refusal(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableSource, match=said) as refused:
        read_folder(tmp_path)
    assert name in str(refused.value)


def test_what_is_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_BYTES", 100)
    monkeypatch.setattr(sources, "_LINE", 50)
    for name, said in (
        ("kev.json", "dépasse 512 Mio"),
        ("records.jsonl", "ligne de plus de 4 Mio"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(SAMPLES / name, folder)
        with pytest.raises(UnreadableSource, match=said):
            read_folder(folder)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(SAMPLES / "kev.json", "kev.json")
    with pytest.raises(UnreadableSource, match="dépasse 512 Mio"):
        list(sources.records_in_zip(tmp_path / "all.zip"))


def test_what_nothing_recognises_is_passed_over_and_named(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "kev.json", tmp_path / "kev.json")
    for name, text in {
        "a.csv": "x,y\n1,2\n",
        "b.json": "[1]",
        "c.json": "3",
        "d.json": '{"x": {"y": 1}}',
        "e.txt": "x",
        ".hidden": "x",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_folder(tmp_path)
    assert sorted(found.ignored) == ["a.csv", "b.json", "c.json", "d.json", "e.txt"]
    assert [o.section for o in found.origins] == ["kev"]


def test_records_one_a_line_and_scores_without_a_heading_are_read(tmp_path: Path) -> None:
    record = json.loads((SAMPLES / "CVE-2099-0004.json").read_text("utf-8"))
    other = {"dataType": "OTHER"}
    lines = "\n".join(json.dumps(row) for row in (record, other))
    (tmp_path / "all.ndjson").write_text(lines, encoding="utf-8")
    rows = "cve,epss,percentile\nCVE-2099-0004,0.5,1\nCVE-2099-0005,x,1\nCVE-2099-0006,7,1\n"
    (tmp_path / "epss.csv").write_text(rows, encoding="utf-8")
    contents = read_folder(tmp_path).contents
    assert (set(contents.holes), contents.epss) == ({"CVE-2099-0004"}, {"CVE-2099-0004": 0.5})


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="n’est pas un dossier"):
        read_folder(tmp_path / "absent")


def test_a_folder_without_anything_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("rien", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="Rien de connu"):
        read_folder(tmp_path)


def test_two_files_of_one_section_are_refused(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "kev.json", tmp_path / "a.json")
    shutil.copy(SAMPLES / "kev.json", tmp_path / "b.json")
    with pytest.raises(UnreadableSource, match="Deux fichiers du dossier"):
        read_folder(tmp_path)


def test_the_newest_day_of_the_data_is_that_of_its_newest_section() -> None:
    dated = [o for o in read_folder(SAMPLES).origins if o.section in {"kev", "epss", "exchange"}]
    assert latest_day(dated) == date(2026, 3, 2)
    assert latest_day([msgspec.structs.replace(o, as_of="") for o in dated]) is None
    assert latest_day([]) is None
