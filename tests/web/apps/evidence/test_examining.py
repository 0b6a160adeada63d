"""What may be given as a proof, and what only pretends to."""

import io
import zipfile

import pytest

from rempart.web.apps.evidence import examining
from rempart.web.apps.evidence.examining import examine
from rempart.web.core.errors import Refused

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40 + b"\xff\xd9"


def archive(*names: str, content: bytes = b"<x/>") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return stream.getvalue()


WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("PSSI.PDF", PDF, "pdf"),
        ("photo.png", PNG, "png"),
        ("photo.jpeg", JPEG, "jpeg"),
        ("plan.docx", WORD, "docx"),
        ("suivi.xlsx", archive("xl/workbook.xml"), "xlsx"),
        ("plan.odt", archive("mimetype", "content.xml"), "odt"),
        ("liste.csv", "été;hiver\n".encode(), "csv"),
        ("liste.txt", "été".encode("latin-1"), "txt"),
    ],
)
def test_a_document_of_the_list_is_taken(name: str, data: bytes, kind: str) -> None:
    file = io.BytesIO(data)
    assert examine(file, name) == kind
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("page.html", b"<html>", "ne peut pas servir"),
        ("dessin.svg", b"<svg/>", "ne peut pas servir"),
        ("sans_extension", PDF, "ne peut pas servir"),
        ("vide.pdf", b"", "vide"),
        ("faux.pdf", b"MZ\x90", "n’en est pas un"),
        ("page.pdf", b"%PDF-1.7 <html><script>alert(1)</script>\n%%EOF", "plusieurs choses"),
        ("page.pdf", PDF + b"<script>alert(1)</script>", "plusieurs choses"),
        ("archive.pdf", PDF + archive("a.exe"), "plusieurs choses"),
        ("archive.png", PNG + archive("a.exe"), "plusieurs choses"),
        ("coupe.png", PNG[:30], "plusieurs choses"),
        ("page.jpg", JPEG + b"<svg onload=alert(1)>", "plusieurs choses"),
        ("faux.docx", PDF, "n’en est pas un"),
        ("autre.docx", archive("xl/workbook.xml"), "n’en est pas un"),
        ("coupe.docx", WORD[:60], "abîmé"),
        ("macro.docx", archive("word/document.xml", "word/vbaProject.bin"), "macros"),
        ("objet.docx", archive("word/document.xml", "word/embeddings/a.bin"), "macros"),
        ("bombe.docx", archive("word/document.xml", content=b"0" * 5_000_000), "démesuré"),
        ("page.txt", b"<!DOCTYPE html><p>", "simple texte"),
        ("faux.csv", PDF, "simple texte"),
        ("binaire.txt", b"a\x00b", "simple texte"),
    ],
)
def test_what_only_pretends_is_refused_in_a_sentence(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        examine(io.BytesIO(data), name)


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "MOST_MEMBERS", 1)
    with pytest.raises(Refused, match="démesuré"):
        examine(io.BytesIO(WORD), "plan.docx")
