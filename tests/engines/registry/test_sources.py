"""Which file a file is, and why it is refused."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from rempart.engines.registry import sources as module
from rempart.engines.registry.formats import Kind
from rempart.engines.registry.sources import sources
from rempart.kernel.errors import UnreadableSource
from support.registry_files import REAL, SAMPLES, a_file, a_position, a_site, an_entity


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (REAL.name, Kind.ESTABLISHMENTS),
        ("operators.csv", Kind.OPERATORS),
        ("categories.csv", Kind.CATEGORIES),
        ("legal_statuses.csv", Kind.LEGAL_STATUSES),
        ("groupings.csv", Kind.GROUPINGS),
    ],
)
def test_a_file_is_known_by_what_it_holds(name: str, kind: Kind) -> None:
    assert [s.kind for s in sources(SAMPLES / name)] == [kind]


def test_the_header_gives_the_day_of_the_stock() -> None:
    (found,) = sources(REAL)
    assert (found.dated_on, found.header_lines, found.encoding) == (date(2026, 5, 12), 1, "utf-8")


def test_a_stock_without_header_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "lignes.csv"
    path.write_text(a_site() + "\n", encoding="utf-8")
    (found,) = sources(path)
    assert (found.dated_on, found.header_lines) == (None, 0)


def test_a_day_that_cannot_be_read_is_no_day(tmp_path: Path) -> None:
    path = tmp_path / "lignes.csv"
    path.write_text(f"finess;etalab;1;hier\n{a_site()}\n", encoding="utf-8")
    assert sources(path)[0].dated_on is None


def test_latin_1_is_the_fall_back(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site(), encoding="latin-1")
    (found,) = sources(path)
    assert found.encoding == "latin-1"
    assert "L'ÉTÉ".encode() in b"".join(found.chunks())


def test_a_byte_order_mark_is_taken_away(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_site(), encoding="utf-8-sig")
    (found,) = sources(path)
    assert b"".join(found.chunks()).startswith(b"finess;")


def test_a_zip_gives_its_files_in_the_order_of_writing(tmp_path: Path) -> None:
    path = tmp_path / "tout.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.write(REAL, "et.csv")
        pack.writestr("dossier/", "")
        pack.write(SAMPLES / "operators.csv", "ej.csv")
        pack.write(SAMPLES / "categories.csv", "cat.csv")
    found = sources(path, "publié.zip")
    assert [s.shown for s in found] == [
        "publié.zip › cat.csv",
        "publié.zip › ej.csv",
        "publié.zip › et.csv",
    ]
    assert b"".join(found[2].chunks()) == REAL.read_bytes()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b";;\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vide.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="vide.csv est vide"):
        sources(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_utf_16_is_refused_with_advice(tmp_path: Path, encoding: str) -> None:
    path = a_file(tmp_path, a_site(), encoding=encoding)
    with pytest.raises(UnreadableSource, match="UTF-16") as refused:
        sources(path)
    assert "tableur" in refused.value.todo


@pytest.mark.parametrize(
    "text", ["<svg onload=x>", "bor;an;fi\nID;2023;1", "finess;etalab;1;2026-01-01"]
)
def test_a_file_of_something_else_is_refused_with_the_list_of_those_that_are_read(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "autre.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="aucun des fichiers du registre") as refused:
        sources(path)
    assert "cs1100502" in refused.value.expected


def test_an_empty_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rien.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(UnreadableSource, match="aucun fichier"):
        sources(path)


def test_a_zip_bomb_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    path = tmp_path / "bombe.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("et.csv", "0" * 2000)
    with pytest.raises(UnreadableSource, match="gigaoctet"):
        sources(path)


def test_a_zip_that_lies_about_its_size_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "menteur.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.write(REAL, "et.csv")
    (found,) = sources(path)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableSource, match="abîmée"):
        b"".join(found.chunks())


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "abime.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as pack:
        pack.write(REAL, "et.csv")
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="abîmée"):
        sources(path)


def test_the_geolocated_file_is_a_file_of_establishments(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_position(), an_entity())
    assert sources(path)[0].kind is Kind.ESTABLISHMENTS
