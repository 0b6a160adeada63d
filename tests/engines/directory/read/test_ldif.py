"""LDIF is read as its writers really write it, and refused with the number of the line."""

import base64
import io
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from rempart.engines.directory.read import ldif
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent


class Notes(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, message: str) -> None:
        self.said.append(message)


def read(data: bytes, notes: Notes | None = None) -> list[tuple[str, dict[str, list[bytes]]]]:
    return list(ldif.entries(io.BytesIO(data), "export.ldf", notes or Notes()))


SAMPLE = """version: 1

# Méd 1, chu.test
dn: CN=Med 1,DC=chu,DC=test
changetype: add
objectClass: top
objectClass: user
description:: w6l0w6k=
member;range=0-1499: CN=A,DC=chu,DC=test
userCertificate;binary:: AAEC
nTSecurityDescriptor:: AAEC
 AwQF
cn:Med 1
info:

dn:: Q049w4ksREM9Y2h1
cn: É
"""
EXPECTED = [
    (
        "CN=Med 1,DC=chu,DC=test",
        {
            "objectclass": [b"top", b"user"],
            "description": ["été".encode()],
            "member;range=0-1499": [b"CN=A,DC=chu,DC=test"],
            "usercertificate": [b"\0\1\2"],
            "ntsecuritydescriptor": [bytes(range(6))],
            "cn": [b"Med 1"],
            "info": [b""],
        },
    ),
    ("CN=É,DC=chu", {"cn": ["É".encode()]}),
]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_and_line_end_gives_the_same_entries(encoding: str, ends: str) -> None:
    data = SAMPLE.replace("\n", ends).encode(encoding)
    assert ldif.looks_like_ldif(data)
    assert read(data) == EXPECTED


def test_blocks_are_cut_between_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    data = SAMPLE.replace("\n", "\r\n").encode("utf-16")
    for size in (2, 3, 7, 50, 333):
        monkeypatch.setattr(ldif, "BLOCK", size)
        assert read(data) == EXPECTED


def test_spaces_before_a_value_and_after_base64_do_not_count() -> None:
    again = b"dn: x\ncn: a\nd:: AAE=\ncn:  b\ncn:c\nd:: AAE= \nd::AAE=\ncn: :: d\n"
    expected = {"cn": [b"a", b"b", b"c", b":: d"], "d": [b"\0\1"] * 3}
    assert read(again) == [("x", expected)]


def test_windows_1252_is_read_and_said() -> None:
    notes = Notes()
    assert read("dn: CN=É\ncn: É\n".encode("cp1252"), notes) == [("CN=É", {"cn": ["É".encode()]})]
    assert "Windows-1252" in notes.said[0]


def test_windows_1252_is_said_once_whatever_the_number_of_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldif, "BLOCK", 24)
    notes = Notes()
    data = b"".join(f"dn: CN=É{i},DC=chu\ncn: É\n\n".encode("cp1252") for i in range(9))
    assert {dn[:4] for dn, _ in read(data, notes)} == {"CN=É"}
    assert len(notes.said) == 1


def test_many_long_values_are_shared_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldif, "_SHARED_VALUES", 2)
    values = [bytes([i]) * 300 for i in (1, 2, 3, 1)]
    lines = "".join(f"v:: {base64.b64encode(value).decode()}\n" for value in values)
    assert read(f"dn: x\n{lines}".encode()) == [("x", {"v": values})]


def test_what_ldapsearch_writes_around_the_entries_is_passed_over() -> None:
    data = (
        b"# extended LDIF\n#\n# LDAPv3\n\ndn: DC=chu\ndc: chu\n\n# search reference\n"
        b"ref: ldap://elsewhere/CN=x\n\n# search result\nsearch: 2\nresult: 0 Success\n"
        b"control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\npagedresults: cookie=\n\n# numEntries: 1\n"
    )
    notes = Notes()
    assert read(data, notes) == [("DC=chu", {"dc": [b"chu"]})]
    assert notes.said == []


def test_an_ldapsearch_export_without_its_end_is_said_to_be_doubtful() -> None:
    notes = Notes()
    read(b"# extended LDIF\n\ndn: DC=chu\ndc: chu\n", notes)
    assert "peut-être tronqué" in notes.said[0]


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"dn: x\ncn: a\n\ndn: y\ncn:: A&==\n", 5, "base64"),
        (b"dn: x\ncn: a\n\n# c\ndn: y\nd:: AA\n AA\n A\ncn: b\n", 6, "base64"),
        (b"dn: x\r\ncn: a\r\n\r\n\r\ndn: y\r\nbad line\r\n", 6, "attribut: valeur"),
        (b"dn: x\ncn: a\n\ndn: y\nbad line\n\ndn: z\ncn: a\n", 5, "attribut: valeur"),
        (b"dn: x\njpegPhoto:< file:///etc/passwd\n", 2, "adresse"),
        (b"dn: x\nchangetype: modify\nreplace: cn\ncn: b\n-\n", 2, "modifications"),
        (b"dn: x\nreplace: cn\ncn: b\n-\n", 4, "modifications"),
        (b"cn: x\ndn: y\n", 1, "autre attribut"),
        (b"dn: x\ncn: a\n\nsearch: 2\nresult: 4 Size limit exceeded\n", 5, "partiel"),
        (b"dn: x\n caf\xc3\xa9=: a: b\ncn: a\n\n=: b", 5, "attribut: valeur"),
    ],
)
def test_what_is_not_content_is_refused_at_its_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=rf"ligne {line} : .*{reason}"):
        read(data)


def test_the_line_of_an_error_is_right_beyond_the_first_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldif, "BLOCK", 32)
    data = b"".join(b"dn: CN=%d\ncn: %d\n\n" % (i, i) for i in range(100)) + b"dn: z\nd:: A\n"
    with pytest.raises(UnreadableSource, match="ligne 302 "):
        read(data)


def test_an_endless_record_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldif, "BLOCK", 100)
    monkeypatch.setattr(ldif, "RECORD_LIMIT", 1000)
    with pytest.raises(UnreadableSource, match="rien ne les sépare"):
        read(b"dn: " + b"x" * 5000)


def test_attributes_that_nobody_wants_are_given_once_so_that_they_are_known() -> None:
    data = b"dn: x\ncn: a\nsn: b\nphoto:: AA==\n\ndn: y\ncn: c\nsn: d\nphoto:: AA==\n"
    found = list(ldif.entries(io.BytesIO(data), "x", Notes(), frozenset({"cn"})))
    assert found == [("x", {"cn": [b"a"], "sn": [b"b"], "photo": [b"\0"]}), ("y", {"cn": [b"c"]})]


def test_ranges_of_a_wanted_attribute_are_wanted() -> None:
    data = b"dn: x\nmember;range=0-1: a\nmember;range=0-1: b\n"
    (entry,) = ldif.entries(io.BytesIO(data), "x", Notes(), frozenset({"member"}))
    assert entry == ("x", {"member;range=0-1": [b"a", b"b"]})


def test_other_texts_do_not_look_like_ldif() -> None:
    for head in (
        b"",
        b"{}",
        b"a,b,c\n1,2,3",
        b"PK\x03\x04",
        b"\xff\xfe",
        b"<html>",
        b"# notes\nhello",
    ):
        assert not ldif.looks_like_ldif(head)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_any_value_survives_base64_and_folding(values: list[bytes]) -> None:
    lines = ["dn: CN=x"]
    for value in values:
        text = f"v:: {base64.b64encode(value).decode()}"
        lines.append("\n ".join(text[i : i + 76] for i in range(0, len(text), 76)))
    assert read("\n".join(lines).encode()) == [("CN=x", {"v": values})]


@given(st.binary(max_size=400))
def test_garbage_is_read_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        read(b"dn: x\n" + data)
    except UnreadableSource as error:
        assert "ligne" in error.found


def test_a_file_is_streamed(tmp_path: Path) -> None:
    data = b"".join(b"dn: CN=%d,DC=chu\ncn: %d\n\n" % (i, i) for i in range(200_000))
    source = ldif.entries(io.BytesIO(data), "x", Notes())
    next(source)
    assert sum(1 for _ in source) == 199_999


@pytest.mark.parametrize(
    ("more", "told"),
    [("", 1), ("member;range=1500-*: CN=b\n", 0), ("\ndn: CN=b\nmemberOf: x\n", 0)],
)
def test_members_left_out_by_the_server_are_told(more: str, told: int) -> None:
    notes = Notes()
    read(f"dn: x\nmember;range=0-1499: CN=a\n{more}".encode(), notes)
    assert sum("des membres manquent" in note for note in notes.said) == told
