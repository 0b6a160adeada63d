"""Hostile XML: what the parser itself cannot read, and a second guard that does not lean on the first."""

from collections.abc import Callable
from xml.parsers import expat

import pytest

from rempart.engines.exposure.read import xml_stream
from rempart.engines.exposure.read.xml_stream import read_xml, root_of
from rempart.kernel.errors import UnreadableSource


class Names:
    """Keeps the names of the elements."""

    listen: Callable[[bool], None]

    def __init__(self) -> None:
        self.found: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.found.append(name)

    def end(self, name: str) -> None:
        self.found.append(f"/{name}")

    def text(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("encoding", ["gbk", "klingon"])
def test_an_encoding_that_the_parser_does_not_know_is_said(encoding: str) -> None:
    names = Names()
    data = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode("ascii")
    with pytest.raises(UnreadableSource, match="(encodage qui n’est pas lu|bien formé)"):
        read_xml(iter([data]), "scan.xml", names)
    assert (names.found, root_of(data)) == ([], "")


@pytest.mark.parametrize(
    "declared",
    [b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">', b'<!ENTITY % a "ha">'],
)
def test_an_entity_is_refused_even_where_its_document_type_was_let_through(declared: bytes) -> None:
    parser = expat.ParserCreate()
    xml_stream._guard(parser)
    parser.StartDoctypeDeclHandler = None
    with pytest.raises(xml_stream._Refused, match="entités"):
        parser.Parse(b"<!DOCTYPE a [" + declared + b"]><a/>", True)


def test_elements_cut_into_pieces_are_given_whole_and_text_only_when_it_is_wanted() -> None:
    names = Names()
    read_xml(iter([b"<a><b", b' x="1">text</', b"b></a>"]), "scan.xml", names)
    assert names.found == ["a", "b", "/b", "/a"]
