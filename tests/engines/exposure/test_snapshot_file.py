"""A snapshot is replayed whole, or refused."""

import gzip
import random
from pathlib import Path

import msgspec
import pytest

from rempart.engines.exposure import snapshot_file
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.snapshot import Snapshot
from rempart.engines.exposure.snapshot_file import (
    MAGIC,
    in_order,
    packed,
    read_snapshot,
    unpacked,
    write_snapshot,
)
from rempart.kernel.errors import RempartError, UnreadableSource


def sample(ports: int = 3) -> Snapshot:
    seen = [
        ServiceSeen(reach=Reach.ANSWERED, endpoint=Endpoint("127.0.9.1", port), service="ssh")
        for port in range(ports)
    ]
    return Snapshot(
        perimeter="CH", started_at=1.0, ended_at=2.0, tool_version="0.1.0", seen=in_order(seen)
    )


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a" / "sweep.rempart-exposure"
    digest = write_snapshot(sample(), path)
    assert read_snapshot(path) == (sample(), digest)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_same_observations_give_the_same_bytes() -> None:
    assert packed(sample()) == packed(sample())


def test_a_file_that_is_cut_anywhere_is_refused() -> None:
    whole = packed(sample(50))
    for size in (0, 5, len(whole) // 2, len(whole) - 1):
        with pytest.raises(UnreadableSource, match="Balayage illisible"):
            unpacked(whole[:size])


def test_a_file_that_was_changed_is_refused_and_never_crashes() -> None:
    whole = packed(sample(50))
    chance = random.Random(4)  # noqa: S311
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            unpacked(bytes(data))
        except UnreadableSource:
            refused += 1
    assert refused > 280  # a bit of the gzip header (time, system) changes nothing


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04", "le fichier est abîmé"),
        (gzip.compress(b"autre chose"), "pas un balayage"),
        (gzip.compress(MAGIC + b"\x81\xa1a\x01"), "version inconnue"),
        (packed(sample()) + b"suite", "quelque chose suit"),
    ],
)  # fmt: skip
def test_what_is_no_snapshot_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says):
        unpacked(content)


def test_a_bomb_is_refused_at_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_file, "LONGEST", 1 << 20)
    with pytest.raises(UnreadableSource, match="plus de 1 Mo"):
        unpacked(gzip.compress(bytes(8 << 20)))


def test_a_file_that_swells_as_no_sweep_does_is_refused_long_before_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot_file, "SMALL", 1 << 20)
    with pytest.raises(UnreadableSource, match="plus de 1 Mo une fois"):
        unpacked(gzip.compress(MAGIC + bytes(4 << 20)))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device of POSIX systems")
def test_a_device_is_no_snapshot() -> None:
    with pytest.raises(UnreadableSource, match="pas un fichier"):
        read_snapshot(Path("/dev/zero"))


def test_a_snapshot_of_another_version_is_refused() -> None:
    other = Snapshot(
        perimeter="x",
        started_at=0,
        ended_at=0,
        tool_version="",
        seen=[],
        schema="rempart/exposure-snapshot/9",
    )
    with pytest.raises(UnreadableSource, match="version rempart/exposure-snapshot/9"):
        unpacked(packed(other))


def test_what_a_later_version_holds_is_told_from_a_damaged_file() -> None:
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(sample()))
    plain["seen"][0]["seen"] = "nouveau"
    for schema, says in (
        ("rempart/exposure-snapshot/9", "la version de Rempart qui l’a fait"),
        (plain["schema"], "Copiez-le de nouveau"),
    ):
        content = gzip.compress(MAGIC + msgspec.msgpack.encode(plain | {"schema": schema}))
        with pytest.raises(UnreadableSource) as refused:
            unpacked(content)
        assert says in refused.value.todo


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RempartError, match="n’a pas pu être écrit"):
        write_snapshot(sample(), tmp_path / "file" / "sweep.rempart-exposure")
    with pytest.raises(UnreadableSource, match="illisible"):
        read_snapshot(tmp_path / "absent")


def test_a_file_too_long_to_be_a_snapshot_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.rempart-exposure"
    write_snapshot(sample(), path)
    monkeypatch.setattr(snapshot_file, "LONGEST_FILE", path.stat().st_size - 1)
    with pytest.raises(UnreadableSource, match="ce n’est pas un balayage"):
        read_snapshot(path)
