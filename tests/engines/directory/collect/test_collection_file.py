"""The collection file: whole or absent, the same when it is read again, and closed on request."""

import gzip
import json
import os
import stat
from pathlib import Path

import pyrage
import pytest

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.collect.collection_file import (
    FORMAT,
    VERSION,
    CollectionWriter,
    Header,
    is_collection,
)
from rempart.engines.directory.collect.envelope import Encryption, new_identity
from rempart.engines.directory.model import Directory, Fact
from rempart.engines.directory.policies import PolicyFiles, RegistryValue, policy_key
from rempart.engines.directory.read import collection
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Silent

GUID = "31B2F340-016D-11D2-945F-00C04FB984F9"
BASE = "DC=chu,DC=test"
SID = bytes.fromhex("010400000000000515000000010000000200000003000000")
USER = SID[:1] + b"\x05" + SID[2:] + (1105).to_bytes(4, "little")


def header(version: int = VERSION) -> Header:
    return Header(
        format=FORMAT,
        version=version,
        tool="rempart 9.9",
        server="dc1.chu.test",
        host="192.0.2.1",
        protection="ldaps",
        domain=BASE,
        naming_contexts=(BASE,),
        attributes=("objectsid", "description"),
        started_at=1_795_262_400,
    )


def write(path: Path, encryption: Encryption | None = None, *, version: int = VERSION) -> Path:
    descriptor = b"\x01\x00" + b"\xff" * 18
    with CollectionWriter(path, encryption=encryption) as writer:
        writer.header(header(version))
        writer.entry(BASE, {"objectclass": [b"domainDNS"], "objectsid": [SID]})
        for name in ("alice", "bob"):
            writer.entry(
                f"CN={name},{BASE}",
                {
                    "objectclass": [b"top", b"user"],
                    "objectsid": [USER if name == "alice" else USER[:-1] + b"\x01"],
                    "description": ["Médecin\n« urgences »".encode()],
                    "ntsecuritydescriptor": [descriptor],
                },
            )
        value = RegistryValue("software\\test", "nom", "1")
        writer.policy(PolicyFiles("chu.test", GUID, registry=(value,)))
        writer.note("Une remarque.")
        writer.finish(1_795_262_500)
    return path


class Notes(Silent):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


def read(path: Path, **secrets: str) -> tuple[Directory, Notes]:
    builder, notes = Builder(), Notes()
    collection.read(path, builder, notes, **secrets)
    return builder.build(), notes


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def test_what_is_read_again_is_what_was_collected(tmp_path: Path) -> None:
    directory, notes = read(write(tmp_path / "c"))
    row = directory.index["S-1-5-21-1-2-3-1105"]
    assert directory.values(row, "description") == ["Médecin\n« urgences »"]
    assert directory.sysvol[policy_key("chu.test", GUID)].registry[0].number == 1
    assert Fact.SYSVOL in directory.facts
    assert "Une remarque." in notes.notes


def test_the_source_says_what_the_file_was(tmp_path: Path) -> None:
    path = write(tmp_path / "c")
    source = collection.read(path, Builder(), Silent())
    assert (source.format, source.collector) == ("Collecte Rempart", "rempart 9.9")
    assert source.collected_at == 1_795_262_400
    assert source.files[0].size == path.stat().st_size


def test_equal_descriptors_are_written_once(tmp_path: Path) -> None:
    kinds = [json.loads(line)["kind"] for line in lines(write(tmp_path / "c"))]
    assert kinds == ["header", "entry", "descriptor", "entry", "entry", "policy", "note", "footer"]


def test_two_files_of_one_collection_are_equal_to_the_byte(tmp_path: Path) -> None:
    assert write(tmp_path / "a").read_bytes() == write(tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_with_advice(tmp_path: Path, kept: float) -> None:
    path = write(tmp_path / "c")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableSource, match="tronqué|abîmé"):
        read(path)


def test_a_file_without_its_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "c")
    path.write_bytes(gzip.compress(b"".join(lines(path)[:-1])))
    with pytest.raises(UnreadableSource, match="n’a pas de fin"):
        read(path)


@pytest.mark.parametrize(
    ("at", "old", "new"),
    [
        (1, b"domainDNS", b"domainDNs"),
        (3, b'"descriptor":0', b'"descriptor":7'),
        (3, b'"dn"', b'"nd"'),
        (7, b'"entries":3', b'"entries":2'),
    ],
)
def test_an_altered_file_is_refused(tmp_path: Path, at: int, old: bytes, new: bytes) -> None:
    path = write(tmp_path / "c")
    found = lines(path)
    assert old in found[at]
    found[at] = found[at].replace(old, new)
    path.write_bytes(gzip.compress(b"".join(found)))
    with pytest.raises(UnreadableSource, match="modifié"):
        read(path)


@pytest.mark.parametrize("extra", [b'{"kind":"note","text":"x"}\n', b"nonsense\n"])
def test_nothing_may_follow_the_end(tmp_path: Path, extra: bytes) -> None:
    path = write(tmp_path / "c")
    path.write_bytes(gzip.compress(b"".join(lines(path)) + extra))
    with pytest.raises(UnreadableSource, match="modifié"):
        read(path)


def test_a_second_beginning_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    with CollectionWriter(path) as writer:
        writer.header(header())
        writer.header(header())
        writer.finish(1)
    with pytest.raises(UnreadableSource, match="abîmé"):
        read(path)


def test_an_encrypted_file_too_large_for_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "c", Encryption(passphrase="cheval agrafe"))
    monkeypatch.setattr(collection, "_MAX_SEALED", 10)
    with pytest.raises(UnreadableSource, match="trop grand.*age"):
        read(path, passphrase="cheval agrafe")


def test_an_abused_gzip_header_is_no_collection() -> None:
    assert not is_collection(b"\x1f\x8b" + b"\xff" * 30)


def test_a_newer_version_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="version 2.*Mettez Rempart à jour"):
        read(write(tmp_path / "c", version=VERSION + 1))


def test_another_gzip_is_no_collection(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(gzip.compress(b'{"kind":"note","text":"x"}\n'))
    assert not is_collection(path.read_bytes())
    with pytest.raises(UnreadableSource, match="n’est pas une collecte"):
        read(path)


def test_a_passphrase_opens_what_it_closed(tmp_path: Path) -> None:
    path = write(tmp_path / "c", Encryption(passphrase="correct cheval"))
    assert is_collection(path.read_bytes()[:512])
    assert b"alice" not in path.read_bytes()
    directory, _ = read(path, passphrase="correct cheval")
    assert "S-1-5-21-1-2-3-1105" in directory.index


def test_a_recipient_opens_with_its_identity(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    path = write(tmp_path / "c", Encryption(recipients=(str(identity.to_public()),)))
    keygen = f"# created: 2026-11-21T12:00:00Z\n# public key: {identity.to_public()}\n{identity}\n"
    directory, _ = read(path, identity=keygen)
    assert len(directory.sysvol) == 1


def test_each_collection_takes_the_key_that_is_its_own(tmp_path: Path) -> None:
    identity, recipient = new_identity()
    by_key = write(tmp_path / "c", Encryption(recipients=(recipient,)))
    by_phrase = write(tmp_path / "d", Encryption(passphrase="cheval agrafe"))
    for path in (by_key, by_phrase):
        directory, _ = read(path, identity=identity, passphrase="cheval agrafe")
        assert len(directory) > 1


def test_a_wrong_or_missing_key_is_said(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    path = write(tmp_path / "c", Encryption(recipients=(str(identity.to_public()),)))
    with pytest.raises(UnreadableSource, match="chiffrée.*--passphrase-file"):
        read(path)
    with pytest.raises(UnreadableSource, match="ne s’ouvre pas"):
        read(path, identity=str(pyrage.x25519.Identity.generate()))
    with pytest.raises(UnreadableSource, match="ne s’ouvre pas"):
        read(path, identity="AGE-SECRET-KEY-FAUX")


def test_a_recipient_that_is_none_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="age1"):
        write(tmp_path / "c", Encryption(recipients=("ssh-rsa AAAA",)))
    assert not list(tmp_path.iterdir())


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), CollectionWriter(tmp_path / "c") as writer:
        writer.header(header())
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_an_interruption_keeps_the_former_file(tmp_path: Path) -> None:
    path = write(tmp_path / "c")
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt), CollectionWriter(path) as writer:
        writer.header(header())
        raise KeyboardInterrupt
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX files")
def test_only_its_owner_may_read_a_collection(tmp_path: Path) -> None:
    assert stat.S_IMODE(write(tmp_path / "c").stat().st_mode) == 0o600


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="ne peut pas être écrit"):
        write(tmp_path / "absent" / "c")
