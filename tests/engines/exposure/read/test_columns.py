"""The columns of a table of nobody's: read for a person to choose, and no other file taken for a table."""

from pathlib import Path

import pytest

from rempart.engines.exposure.read.columns import MOST_COLUMNS, header_of
from rempart.engines.exposure.read.imports import read_import
from rempart.engines.exposure.read.mapped_csv import Columns, Mapping, parse_mapping
from rempart.kernel.errors import UnreadableSource

TABLE = (
    "Adresse;Port;Référence;Gravité\n203.0.113.9;443;AX-12;majeure\n203.0.113.8;80;AX-3;mineure\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_columns_and_first_lines_are_read_whatever_the_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "audit.csv"
    path.write_bytes(TABLE.encode(encoding))
    found = header_of(path)
    assert found.columns == ["Adresse", "Port", "Référence", "Gravité"]
    assert (found.delimiter, found.sample[0]) == (";", ["203.0.113.9", "443", "AX-12", "majeure"])
    mapping = Mapping("audit", Columns("Adresse", "Référence", port="Port"), encoding="")
    assert [c.endpoint.port for c in read_import(path, mapping=mapping).claims] == [443, 80]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_the_separator_is_the_most_frequent_of_the_first_line(
    tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "audit.csv"
    path.write_text(TABLE.replace(";", delimiter), encoding="utf-8")
    assert header_of(path).delimiter == delimiter


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a workbook", "ZIP"),
        (b'{"a": 1, "b": 2}', "aucun format connu"),
        (b"<a>;</a>", "aucun format connu"),
        (b"a title without columns\n1;2\n", "aucun format connu"),
        (b"\x00\x01;\x02\n", "aucun format connu"),
        (b"  \n \n", "est vide"),
        (b";".join([b"x"] * (MOST_COLUMNS + 1)), "colonnes"),
        (b"a;b\nx\ry;2\n", "mal formé"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "audit.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match=said):
        header_of(path)


@pytest.mark.parametrize("tool", ["rempart", " Rempart ", '""'])
def test_no_table_may_speak_in_our_name(tool: str) -> None:
    text = f"tool: {tool}\ncolumns: {{target: IP, rule: Id}}\n".encode()
    with pytest.raises(UnreadableSource, match="nom à l’outil"):
        parse_mapping(text, "colonnes.yaml")


def test_a_mapping_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="ne décrit pas"):
        parse_mapping(b"\xff\xfe\x00\x01tool", "colonnes.yaml")
