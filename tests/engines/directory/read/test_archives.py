"""What a user gives is opened safely: nothing that an archive states about itself is trusted."""

import gzip
import hashlib
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from rempart.engines.directory.read.archives import Form, open_container, safe_name
from rempart.engines.directory.read.inflate import Limits
from rempart.kernel.errors import UnreadableSource

SMALL = Limits(members=10, inflated=1 << 20, ratio=100, grace=1 << 16)


def make_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


def read_all(path: Path, limits: Limits = SMALL) -> dict[str, bytes]:
    out = {}
    for member in open_container(path, limits):
        with member.open() as stream:
            out[member.name] = stream.read()
    return out


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_members_of_a_zip_are_read_whole(tmp_path: Path, method: int) -> None:
    members = {"a.json": b"{}" * 3000, "d/b.json": b"", "d/c.json": bytes(range(256))}
    assert read_all(make_zip(tmp_path / "c.zip", members, method)) == members


def test_a_folder_is_read_as_members_in_order_without_its_links(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "b.tsv").write_bytes(b"b")
    (tmp_path / "a.tsv").write_bytes(b"a")
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    assert list(read_all(tmp_path).items()) == [("a.tsv", b"a"), ("d/b.tsv", b"b")]


def test_a_gzip_of_several_parts_is_one_member(tmp_path: Path) -> None:
    path = tmp_path / "x.ldif.gz"
    path.write_bytes(gzip.compress(b"one") + gzip.compress(b"two") + b"\0" * 20)
    assert open_container(path).form is Form.GZIP
    assert read_all(path) == {"x.ldif": b"onetwo"}


def test_a_source_file_states_its_size_and_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a.ldif"
    path.write_bytes(b"dn: x\n")
    (found,) = open_container(path).source_files()
    assert (found.name, found.size) == ("a.ldif", 6)
    assert found.sha256 == hashlib.sha256(b"dn: x\n").hexdigest()


def test_backslashes_in_member_names_are_folders(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"domain\\chu.test\\top.tsv": b"x"})
    assert list(read_all(path)) == ["domain/chu.test/top.tsv"]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/x", "C:\\x", "c:x", "\\\\server\\x", "a\nb", "", "..\\x"]
)
def test_a_member_name_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(UnreadableSource, match="nom dangereux"):
        safe_name(name)


def test_a_zip_with_a_dangerous_name_is_refused_before_any_member_is_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"ok.json": b"{}", "../../evil": b"x"})
    with pytest.raises(UnreadableSource, match="nom dangereux"):
        open_container(path)


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UnreadableSource, match="lien symbolique"):
        open_container(tmp_path / "c.zip")


def test_a_zip_within_a_zip_is_refused_with_advice(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"inner.ZIP": b"PK"})
    with pytest.raises(UnreadableSource, match=r"autre archive.*Décompressez"):
        open_container(path)


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(tmp_path / "c.zip", "w") as z,
    ):
        z.writestr("a.json", "1")
        z.writestr("a.json", "2")
    with pytest.raises(UnreadableSource, match="même nom"):
        open_container(tmp_path / "c.zip")


def test_an_encrypted_zip_is_said_to_be(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableSource, match="mot de passe"):
        open_container(path)


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"}, zipfile.ZIP_LZMA)
    with pytest.raises(UnreadableSource, match="méthode peu courante"):
        open_container(path)


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_a_truncated_zip_is_refused_with_advice(tmp_path: Path, kept: float) -> None:
    data = make_zip(tmp_path / "c.zip", {"a.json": bytes(range(256)) * 9}).read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableSource, match=r"tronquée ou abîmée.*Recopiez"):
        open_container(path)


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ldif.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 50)[:-12])
    with pytest.raises(UnreadableSource, match="tronqué"):
        read_all(path)


def test_a_changed_byte_is_seen_by_the_checksum(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"abcdef"}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"abcdef", b"abcdeg", 1))
    with pytest.raises(UnreadableSource, match="somme de contrôle"):
        read_all(path)


def test_deflate_garbage_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"abc" * 400})
    data = bytearray(path.read_bytes())
    data[36:44] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(UnreadableSource, match="tronqué ou abîmé"):
        read_all(path)


def test_a_bomb_stops_at_the_ratio_and_not_at_the_end(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"\0" * 4_000_000})
    roomy = Limits(inflated=1 << 40, ratio=100, grace=1 << 20)
    with open_container(path, roomy).members[0].open() as stream:
        assert len(stream.read(1 << 19)) == 1 << 19
        with pytest.raises(UnreadableSource, match="démesurément"):
            stream.read()


def test_a_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.ldif.gz"
    path.write_bytes(gzip.compress(b"\0" * 4_000_000))
    with pytest.raises(UnreadableSource, match="démesurément"):
        read_all(path)


def test_a_header_that_lies_about_the_size_is_seen_while_inflating(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"x" * 5000})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 5000), struct.pack("<L", 10)))
    with pytest.raises(UnreadableSource, match="taille"):
        read_all(path)


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"x" * 500, "b.json": b"y" * 500})
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[second + 42 : second + 46] = struct.pack("<L", 0)
    path.write_bytes(data)
    with pytest.raises(UnreadableSource, match="mêmes octets"):
        open_container(path)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {f"{i}.json": b"" for i in range(11)})
    with pytest.raises(UnreadableSource, match="annonce 11 fichiers"):
        open_container(path, SMALL)


def test_a_member_read_twice_counts_once(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": bytes(range(256)) * 3000})
    container = open_container(path, Limits(inflated=800_000))
    first = container.members[0].open().read()
    assert all(container.members[0].open().read() == first for _ in range(9))


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="n’existe pas"):
        open_container(tmp_path / "absent.zip")


def test_a_stream_reads_line_by_line(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.ldif": b"one\ntwo\n"})
    stream = open_container(path).members[0].open()
    assert isinstance(stream, io.BufferedReader)
    assert list(stream) == [b"one\n", b"two\n"]


def test_a_64_bit_directory_that_counts_too_many_members_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"})
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1 << 40, 1 << 40, 99, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    path.write_bytes(data[:end] + record + locator + data[end:])
    with pytest.raises(UnreadableSource, match=f"annonce {1 << 40} fichiers"):
        open_container(path)


def test_a_directory_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"})
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x09\x09"))
    with pytest.raises(UnreadableSource, match="répertoire final"):
        open_container(path)


def test_a_member_that_does_not_begin_where_it_should_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"})
    path.write_bytes(path.read_bytes().replace(b"PK\x03\x04", b"PK\x09\x09"))
    path.write_bytes(b"PK\x05\x06" + path.read_bytes()[4:])
    with pytest.raises(UnreadableSource, match="abîmée"):
        read_all(path)


def test_a_device_is_no_collection() -> None:
    with pytest.raises(UnreadableSource, match="ni un fichier ni un dossier"):
        open_container(Path(os.devnull))


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(11):
        (tmp_path / f"{number}.txt").write_bytes(b"")
    with pytest.raises(UnreadableSource, match="plus de 10 fichiers"):
        open_container(tmp_path, SMALL)


def test_the_files_of_a_folder_are_hashed_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"a")
    (tmp_path / "b.tsv").write_bytes(b"b")
    container = open_container(tmp_path)
    assert [file.name for file in container.source_files(frozenset({"b.tsv"}))] == ["b.tsv"]
    assert container.source_files() == container.source_files()
    assert container.member("A.TSV") is container.members[0]


def test_a_file_that_may_not_be_opened_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.ldif"
    path.write_bytes(b"dn: x\n")

    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(UnreadableSource, match="ne peut pas être ouvert"):
        open_container(path)


def test_garbage_in_a_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ldif.gz"
    path.write_bytes(gzip.compress(b"dn: x\n") + b"garbage")
    with pytest.raises(UnreadableSource, match="tronqué ou abîmé"):
        read_all(path)


def test_what_shrinks_a_thousandfold_is_still_read_whole(tmp_path: Path) -> None:
    data = b"\0" * 20_000_001
    path = make_zip(tmp_path / "c.zip", {"a.tsv": data})
    gz = tmp_path / "a.tsv.gz"
    gz.write_bytes(gzip.compress(data))
    for found in (path, gz):
        assert read_all(found, Limits()) == {"a.tsv": data}


WHOLE = io.BytesIO()
with zipfile.ZipFile(WHOLE, "w", zipfile.ZIP_DEFLATED) as _archive:
    _archive.writestr("d/a.json", bytes(range(256)) * 8)
    _archive.writestr("b.json", b"{}" * 40)


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE.getvalue()) - 1), st.integers(0, 255)), max_size=6)
)
def test_a_zip_with_changed_bytes_is_read_or_refused(
    tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(WHOLE.getvalue())
    for place, value in changes:
        data[place] = value
    path = tmp_path / "c.zip"
    path.write_bytes(data)
    try:
        found = read_all(path)
    except UnreadableSource as error:
        assert error.found
    else:
        assert set(found.values()) <= {bytes(range(256)) * 8, b"{}" * 40, bytes(data)}


def test_a_directory_of_64_bits_that_is_cut_is_judged_by_its_other_end(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "c.zip", {"a.json": b"{}"})
    data = path.read_bytes()
    at = data.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) + 1000, 1)
    path.write_bytes(data[:at] + locator + data[at:])
    with pytest.raises((UnreadableSource, zipfile.BadZipFile)):
        open_container(path, SMALL)
