"""Each collection is recognised by its content, and what is none gets an answer that helps."""

import gzip
import json
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Directory, Relation
from rempart.engines.directory.read.detect import (
    Format,
    read_into,
    read_together,
    sources_of,
    together,
)
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

SID = "S-1-5-21-1-2-3"
LDIF = f"dn: CN=a,DC=chu,DC=test\nobjectClass: user\nobjectSid: {SID}-1104\nsAMAccountName: a\n"
USERS = json.dumps(
    {
        "data": [
            {"ObjectIdentifier": f"{SID}-1104", "Properties": {"name": "A@CHU.TEST"}, "Aces": []}
        ],
        "meta": {"methods": 0, "type": "users", "count": 1, "version": 6},
    }
)
DUMP = json.dumps([{"attributes": {"objectSid": [f"{SID}-1104"]}, "dn": "CN=a,DC=chu,DC=test"}])


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return path


def formats(path: Path) -> list[Format]:
    return [source.format for source in sources_of(path)]


def read(path: Path) -> Directory:
    builder = Builder()
    for source in sources_of(path):
        read_into(source, builder, Silent())
    return builder.build()


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableSource) as caught:
        sources_of(path)
    assert "Rempart" in caught.value.expected and caught.value.todo
    return caught.value.found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sharphound_file_is_recognised_whatever_its_encoding(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "20261121101500_users.json"
    path.write_text(USERS, encoding=encoding)
    (source,) = read(path).sources
    assert (source.format, source.collected_at) == ("SharpHound", 1795256100)
    assert [file.name for file in source.files] == [path.name]


def test_a_zip_of_sharphound_files_is_one_source(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "c.zip", **{"1_users.json": USERS, "2_users.json": USERS, "x.txt": "note"}
    )
    (source,) = sources_of(path)
    assert source.format is Format.SHARPHOUND and len(source.members) == 2


@pytest.mark.parametrize("name", ["a.ldf", "a.ldif", "a.txt", "a.ldif.gz"])
def test_ldif_files_of_one_forest_are_read_together(tmp_path: Path, name: str) -> None:
    data = LDIF.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    (tmp_path / "config.ldf").write_bytes(
        b"dn: CN=Configuration,DC=chu,DC=test\ncn: Configuration\n"
    )
    (group,) = together(sources_of(tmp_path))
    assert [source.format for source in group] == [Format.LDIF, Format.LDIF]
    builder = Builder()
    read_together(group, builder, Silent())
    found = builder.build()
    assert f"{SID}-1104" in found.index
    assert sorted(s.files[0].name for s in found.sources) == sorted([name, "config.ldf"])


def test_domains_of_a_forest_come_together_and_other_forests_stay_apart(tmp_path: Path) -> None:
    bases = ["DC=a,DC=chu,DC=test", "DC=b,DC=chu,DC=test", "DC=clinique,DC=test", "DC=chu,DC=test"]
    for place, base in enumerate(bases):
        (tmp_path / f"{place}.ldif").write_text(
            f"dn: {base}\nobjectClass: domain\n", encoding="utf-8"
        )
    (tmp_path / "4.ldif").write_text("dn: CN=x\ncn: x\n", encoding="utf-8")
    zipped(tmp_path / "z.zip", **{"1_users.json": USERS})
    groups = [[s.members[0].name for s in group] for group in together(sources_of(tmp_path))]
    assert groups == [["0.ldif", "1.ldif", "3.ldif"], ["2.ldif"], ["4.ldif"], ["1_users.json"]]


def test_a_gzip_ldif_given_alone_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "export.gz").write_bytes(gzip.compress(LDIF.encode()))
    assert formats(tmp_path / "export.gz") == [Format.LDIF]


def test_ldapdomaindump_is_recognised_by_its_names(tmp_path: Path) -> None:
    members = {"out/domain_users.json": DUMP, "out/domain_users.html": "<html>"}
    path = zipped(tmp_path / "d.zip", **members)
    assert formats(path) == [Format.LDAPDOMAINDUMP]
    assert f"{SID}-1104" in read(path).index


def test_a_folder_of_several_collections_gives_them_all(tmp_path: Path) -> None:
    zipped(tmp_path / "hopital_a.zip", **{"1_users.json": USERS})
    (tmp_path / "b").mkdir()
    zipped(tmp_path / "b" / "hopital_b.zip", **{"1_users.json": USERS})
    (tmp_path / "c.ldif").write_text(LDIF, encoding="utf-8")
    assert sorted(formats(tmp_path)) == [Format.LDIF, Format.SHARPHOUND, Format.SHARPHOUND]


def test_two_oradad_dates_of_one_forest_are_refused(tmp_path: Path) -> None:
    for date in ("20260101-000000", "20261121-000000"):
        folder = tmp_path / "chu.test" / date
        folder.mkdir(parents=True)
        (folder / "tables.tsv").write_text("chu.test\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"plusieurs collectes.*20260101-000000, 20261121"):
        sources_of(tmp_path)


def test_an_encrypted_oradad_archive_tells_how_to_get_the_clear_output(tmp_path: Path) -> None:
    path = tmp_path / "chu.test_20261121.mla"
    path.write_bytes(b"MLA\1\0\0\0")
    with pytest.raises(UnreadableSource, match=r"ANSSI.*outputFiles>1<.*additionalMLAKeys"):
        sources_of(path)
    (tmp_path / "oradad.log").write_text("x", encoding="utf-8")
    assert "chiffrée" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("ad_hc_chu.xml", b"<?xml version='1.0'?><HealthcheckData>", "PingCastle"),
        ("ntds.dit", b"\1\2\3\4\xef\xcd\xab\x89", "NTDS.dit"),
        ("copie.bin", b"\1\2\3\4\xef\xcd\xab\x89rest", "NTDS.dit"),
        ("snapshot.dat", b"win-ad-ob\0", "AD Explorer"),
        ("c.7z", b"7z\xbc\xaf\x27\x1c", "7z"),
        ("c.rar", b"Rar!\x1a", "RAR"),
        ("c.tar", b"\0" * 257 + b"ustar", "tar"),
        ("SYSTEM", b"regf", "registre"),
        ("rapport.pdf", b"%PDF-1.7", "PDF"),
        ("rapport.html", b"<!DOCTYPE html><html>", "HTML"),
        ("users.csv", b"a;b;c\n1;2;3\n", "tableau"),
        ("x.json", b'{"hello": 1}', "ni de SharpHound"),
        ("x.json", b"[" * 5000, "ni de SharpHound"),
        ("x.xml", b"<?xml version='1.0'?><a/>", "XML"),
        ("domain_users.grep", b"a\tb", "JSON"),
        ("vide.ldif", b"", "vide"),
        ("bruit.bin", bytes(range(256)), "connaisse"),
    ],
)
def test_a_stranger_is_named(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert said in refusal(tmp_path / name)


def test_a_folder_or_zip_without_any_collection_is_said_to_be(tmp_path: Path) -> None:
    assert "vide" in refusal(tmp_path)
    zipped(tmp_path / "x.zip", **{"xl__workbook.xml": "<x/>"})
    assert "L’archive « x.zip » ne contient aucune collecte" in refusal(tmp_path / "x.zip")
    (tmp_path / "x.zip").unlink()
    (tmp_path / "notes.md").write_text("bonjour", encoding="utf-8")
    assert "fichiers vus : 1" in refusal(tmp_path)


def test_a_zip_of_a_pingcastle_report_names_it(tmp_path: Path) -> None:
    path = zipped(tmp_path / "c.zip", **{"ad_hc_chu.xml": "<HealthcheckData>"})
    assert "PingCastle" in refusal(path)


def test_the_description_of_an_oradad_output_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "tables.tsv").write_text("chu.test_2026\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match=r"ORADAD.*dossier"):
        sources_of(tmp_path / "tables.tsv")


def test_hostile_names_cycles_and_broken_descriptors_do_not_stop_the_reading(
    tmp_path: Path,
) -> None:
    names = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "admin\u202etxt.exe", "a" * 5000]
    entries = [
        f"dn:: {b64encode(f'CN={rank},DC=chu,DC=test'.encode()).decode()}\nobjectClass: group\n"
        f"objectSid: {SID}-{2000 + rank}\nsAMAccountName:: {b64encode(name.encode()).decode()}\n"
        f"member: CN={(rank + 1) % len(names)},DC=chu,DC=test\nmember: CN=nobody,DC=elsewhere\n"
        f"nTSecurityDescriptor:: {b64encode(bytes(range(rank * 9))).decode()}\n"
        for rank, name in enumerate(names)
    ]
    (tmp_path / "x.ldif").write_text("\n".join(entries), encoding="utf-8")
    found = read(tmp_path / "x.ldif")
    rows = [found.index[f"{SID}-{2000 + rank}"] for rank in range(len(names))]
    assert [found.names[row] for row in rows] == [f"{name.upper()}@CHU.TEST" for name in names]
    assert set(found.pairs(Relation.MEMBER)) == {(rows[(i + 1) % 4], rows[i]) for i in range(4)}


def test_a_member_with_64_bit_sizes_is_read(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("1_users.json", "w", force_zip64=True) as member,
    ):
        member.write(USERS.encode())
    assert f"{SID}-1104" in read(tmp_path / "c.zip").index


def test_an_encrypted_collection_file_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "x.rempart-dir"
    path.write_bytes(b"age-encryption.org/v1\n-> X25519 abc\n")
    assert formats(path) == [Format.COLLECTION]
    assert formats(tmp_path) == [Format.COLLECTION]


def test_a_dump_given_alone_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "domain_users.json"
    path.write_text(DUMP, encoding="utf-8")
    assert formats(path) == [Format.LDAPDOMAINDUMP]


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "boucle"
    path.symlink_to(path)
    with pytest.raises(UnreadableSource):
        sources_of(path)


def test_an_export_without_a_domain_in_its_names_is_read_apart(tmp_path: Path) -> None:
    (tmp_path / "a.ldf").write_text("dn: CN=a\nobjectClass: user\n", encoding="utf-8")
    (tmp_path / "b.ldf").write_text(LDIF, encoding="utf-8")
    assert len(together(sources_of(tmp_path))) == 2


def test_a_source_is_called_by_what_was_given(tmp_path: Path) -> None:
    path = zipped(tmp_path / "c.zip", **{"out__1_users.json": USERS})
    assert [source.name for source in sources_of(path)] == ["c.zip/out"]


def test_a_zip_of_an_oradad_folder_is_one_source_with_its_sysvol(tmp_path: Path) -> None:
    members = {"chu/2026/tables.tsv": "chu\n", "chu/2026/domain/chu/top.tsv": "", "autre.txt": "x"}
    path = zipped(tmp_path / "c.zip", **members, **{"chu/2026_SYSVOL/chu/{1}/9_a.inf": "x"})
    (source,) = sources_of(path)
    assert source.format is Format.ORADAD and source.root == "chu/2026/"
    assert len(source.members) == 3
