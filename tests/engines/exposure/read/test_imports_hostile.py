"""Hostile, cut and endless files: refused in French, in bounded memory, and never a traceback."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rempart.engines.exposure.read.imports import read_import
from rempart.engines.exposure.read.mapped_csv import read_mapping
from rempart.engines.exposure.read.source import Limits
from rempart.kernel.errors import UnreadableSource

SAMPLES: Final = Path(__file__).parents[3] / "data" / "exposure" / "imports"
NAMES: Final = [p.name for p in sorted(SAMPLES.iterdir()) if p.suffix not in {".csv", ".yaml"}]
LAUGHS: Final = b'<!DOCTYPE nmaprun [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><nmaprun>&b;</nmaprun>'
OUTSIDE: Final = (
    b'<!DOCTYPE nmaprun [<!ENTITY a SYSTEM "file:///etc/passwd">]><nmaprun>&a;</nmaprun>'
)


def refusal(path: Path, limits: Limits = Limits()) -> str:  # noqa: B008 (frozen)
    """What the refusal says."""
    with pytest.raises(UnreadableSource) as refused:
        read_import(path, limits=limits)
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "est vide"),
        (b"\x00\x01\x02binary", "d’aucun format connu"),
        (b"Adresse;Port\n", "d’aucun format connu"),
        (LAUGHS, "type de document"),
        (OUTSIDE, "type de document"),
        (b"<nmaprun><host>", "incomplet"),
        (b"<nmaprun><host></nmaprun>", "bien formé"),
        (b'<?xml version="1.0" encoding="UTF-8"?><nmaprun>\xff</nmaprun>', "bien formé"),
        (b'<?xml version="1.0" encoding="klingon"?><nmaprun></nmaprun>', "d’aucun format connu"),
        (b'<?xml version="1.0" encoding="gbk"?><nmaprun></nmaprun>', "d’aucun format connu"),
        (b'<!DOCTYPE nmaprun><?xml version="1.0"?><nmaprun/>', "bien formé"),
        (b'{"template-id": "x", "info": 3}\n', "ligne 1"),
        (b'{"template-id": "x"}\n{"template-id": "y"', "ligne 2"),
        (b'[{"id": "SSLv3", "finding": "x"', "incomplet"),
        (b'{"server_scan_results": 3}', "sslyze"),
        (b'{"server_scan_results": [{"server_location": null}]}', "sslyze"),
        (b'{"ip_str": ' + b"[" * 5000, "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "import"
    file.write_bytes(data)
    assert said in refusal(file)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_cut_anywhere_is_refused_or_read_as_less(tmp_path: Path, name: str) -> None:
    whole, file = (SAMPLES / name).read_bytes(), tmp_path / "cut"
    most = len(read_import(SAMPLES / name).claims)
    for end in range(1, len(whole) - 2, max(1, len(whole) // 40)):
        file.write_bytes(whole[:end])
        try:
            assert len(read_import(file).claims) <= most
        except UnreadableSource as refused:
            assert refused.found


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(NAMES), st.data())
def test_a_spoilt_sample_is_refused_or_read(tmp_path: Path, name: str, data: st.DataObject) -> None:
    whole = bytearray((SAMPLES / name).read_bytes())
    for _ in range(3):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    file = tmp_path / "spoilt"
    file.write_bytes(bytes(whole))
    try:
        found = read_import(file)
    except UnreadableSource as refused:
        assert refused.found
    else:
        assert all(len(c.evidence) <= 300 and c.endpoint.port <= 65535 for c in found.claims)


def test_a_gzip_that_grows_without_end_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b'<nmaprun scanner="nmap">' + b" " * (4 << 20)))
    assert "se décompresse" in refusal(file, Limits(grace=1 << 20, ratio=20))
    assert "se décompresse" in refusal(file, Limits(inflated=1 << 20))


def test_a_cut_gzip_is_said_incomplete(tmp_path: Path) -> None:
    file = tmp_path / "scan.xml.gz"
    file.write_bytes(gzip.compress((SAMPLES / "nmap.xml").read_bytes())[:-9])
    assert "incomplet" in refusal(file)


def test_a_damaged_gzip_and_an_absent_file_are_said_so(tmp_path: Path) -> None:
    file = tmp_path / "scan.xml.gz"
    whole = bytearray(gzip.compress(bytes(range(256)) * 99))
    whole[20:40] = b"\xff" * 20
    file.write_bytes(bytes(whole))
    assert "gzip abîmé" in refusal(file)
    assert "Fichier illisible" in refusal(tmp_path / "absent")


def test_a_text_of_windows_that_is_cut_is_said_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "testssl.json"
    file.write_bytes('[{"id": "x", "finding": "y"}]'.encode("utf-16")[:-1])
    assert "texte lisible" in refusal(file)


def test_an_entity_that_only_a_later_part_declares_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "scan.xml"
    file.write_bytes(b"<nmaprun>&later;</nmaprun>")
    assert "bien formé" in refusal(file)


def test_a_gvm_report_nested_without_end_is_refused(tmp_path: Path) -> None:
    for name, head in (("gvm", b"<report>"), ("nessus", b"<NessusClientData_v2>")):
        file = tmp_path / name
        file.write_bytes(head + b"<a>" * 1000)
        assert "emboîtés" in refusal(file)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b'Adresse;R\n"' + b"x" * (2 << 20) + b'";1\n', "tableau mal formé"),
        (b"Adresse;R\n" + b"x" * (9 << 20), "ligne démesurée"),
    ],
)
def test_an_endless_table_is_refused(tmp_path: Path, table: bytes, said: str) -> None:
    mapping, file = tmp_path / "mapping.yaml", tmp_path / "table.csv"
    mapping.write_text("tool: x\ncolumns: {target: Adresse, rule: R}", encoding="utf-8")
    file.write_bytes(table)
    with pytest.raises(UnreadableSource, match=said):
        read_import(file, mapping=read_mapping(mapping))


def test_a_table_may_have_empty_and_short_lines_and_no_last_line_end(tmp_path: Path) -> None:
    mapping, file = tmp_path / "mapping.yaml", tmp_path / "table.csv"
    mapping.write_text(
        "tool: x\nport: 443\ncolumns: {target: A, rule: R, title: T}", encoding="utf-8"
    )
    file.write_bytes(b"A;R;T\n\n192.0.2.1;r1\n192.0.2.2;r2;t")
    found = read_import(file, mapping=read_mapping(mapping))
    assert [(c.target, c.title) for c in found.claims] == [
        ("192.0.2.1:443", "r1"),
        ("192.0.2.2:443", "t"),
    ]


def test_a_mapping_that_is_absent_or_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="Fichier illisible"):
        read_mapping(tmp_path / "absent.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"x" * (1 << 17))
    with pytest.raises(UnreadableSource, match="trop grand"):
        read_mapping(tmp_path / "huge.yaml")


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "scan.xml"
    with file.open("wb") as stream:
        stream.truncate(2 << 30)
    assert "dépasse la taille" in refusal(file)


@pytest.mark.parametrize(
    ("head", "pattern", "said"),
    [
        (b'<nmaprun><host a="', b"x", "démesuré"),
        (b'{"template-id": "', b"x", "ligne de plus de"),
        (b"<nmaprun>", b"<a>", "emboîtés"),
    ],
    ids=["attribute", "line", "depth"],
)
def test_what_never_ends_costs_a_bounded_memory(
    tmp_path: Path, head: bytes, pattern: bytes, said: str
) -> None:
    file = tmp_path / "endless"
    file.write_bytes(head + pattern * ((30 << 20) // len(pattern)))
    tracemalloc.start()
    try:
        assert said in refusal(file)
        assert tracemalloc.get_traced_memory()[1] < 60 << 20
    finally:
        tracemalloc.stop()


def test_too_many_results_are_refused(tmp_path: Path) -> None:
    assert "plus de 2 résultats" in refusal(SAMPLES / "nmap.xml", Limits(claims=2))


def test_a_document_read_as_one_has_its_own_bound() -> None:
    assert "dépasse la taille" in refusal(SAMPLES / "sslyze.json", Limits(document=100))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("Adresse", "Adr"), "n’a pas la colonne"),
        (lambda t: t.replace("cp1252", "utf-8"), "n’est pas écrit en"),
        (lambda t: t.replace("cp1252", "klingon"), "ne décrit pas les colonnes"),
        (lambda t: t.replace('";"', '";;"'), "un seul caractère"),
        (lambda t: "x: [", "ne décrit pas les colonnes"),
        (lambda t: "tool: x\ncolumns: {target: A}", "ne décrit pas les colonnes"),
    ],
)
def test_a_mapping_that_does_not_fit_is_explained(
    tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(change((SAMPLES / "state.yaml").read_text("utf-8")), encoding="utf-8")
    with pytest.raises(UnreadableSource, match=said):
        read_import(SAMPLES / "state.csv", mapping=read_mapping(file))
