"""A large SharpHound collection is read by two processes: the directory is the same, and so are the refusals."""

import io
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from benchmarks.directory_generator.writing import generate
from tests.engines.directory.read.test_sharphound import SID, USER, Notes, ace, v6

from rempart.engines.directory.model import Directory, Relation
from rempart.engines.directory.read import second_reader, sharphound_members, sharphound_part
from rempart.engines.directory.read.archives import Member, open_container
from rempart.engines.directory.read.second_reader import SecondReader
from rempart.engines.directory.read.sharphound_part import Job, Part, read_part, serve
from rempart.engines.directory.reading import read
from rempart.kernel.errors import UnreadableSource

GROUP = {
    "ObjectIdentifier": f"{SID}-1500",
    "Properties": {"name": "G@CHU.TEST"},
    "Members": [
        {"ObjectIdentifier": f"{SID}-1105", "ObjectType": "User"},
        {"ObjectIdentifier": "CN=B,DC=chu,DC=test", "ObjectType": "User"},
    ],
}
COMPUTER = {
    "ObjectIdentifier": f"{SID}-1200",
    "Properties": {"name": "SRV.CHU.TEST"},
    "AllowedToDelegate": ["cifs/srv.chu.test"],
    "Aces": [ace(f"{SID}-1105", "RuleTheWorld")],
}
USERS = [
    {
        **USER,
        "ObjectIdentifier": f"{SID}-{2000 + i}",
        "Aces": [ace(f"{SID}-{3000 + i % 7}", "GenericAll")] if i % 3 else [],
        "Properties": {"name": f"U{i}@CHU.TEST", "distinguishedname": f"CN=U{i},DC=chu,DC=test"},
    }
    for i in range(300)
]
FILES = [
    v6("computers", COMPUTER),
    v6("domains", {"ObjectIdentifier": SID, "Properties": {"name": "CHU.TEST"}}),
    v6("groups", GROUP),
    v6("users", USER, *USERS),
]
FILES[2][1]["meta"]["count"] = 9  # a note, which must come back from the second process


def zipped(folder: Path, files: list[tuple[str, Any]]) -> Path:
    path = folder / "20260101000000_BloodHound.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files:
            pack.writestr(
                name, content if isinstance(content, bytes) else msgspec.json.encode(content)
            )
    return path


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    return zipped(tmp_path, FILES)


def plain(value: Any) -> Any:
    """A directory as values that compare."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def split(monkeypatch: pytest.MonkeyPatch, number: int, offset: int) -> None:
    """Share the members there."""
    monkeypatch.setattr(sharphound_members, "shares", lambda members: (number, offset))


def second(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Allow the second process; the list tells, each time that it is waited for, whether it gave a part."""
    came: list[bool] = []
    wait = SecondReader.part

    def part(self: SecondReader) -> Part | None:
        found = wait(self)
        came.append(found is not None)
        return found

    monkeypatch.setattr(sharphound_members, "_may_start", lambda: True)
    monkeypatch.setattr(SecondReader, "part", part)
    return came


def inside(monkeypatch: pytest.MonkeyPatch, further: int = 0) -> None:
    """No process: the part is read here, from `further` in the file."""

    def part(self: SecondReader) -> Part | None:
        job = self._job
        return read_part(Job(job.path, job.members, job.offset + further, job.code))

    monkeypatch.setattr(SecondReader, "part", part)


def directory(path: Path) -> tuple[Directory, list[str]]:
    notes = Notes()
    (found,) = read([path], notes)
    return found, notes.said


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process, unless a test allows two."""
    monkeypatch.setattr(sharphound_members, "_may_start", lambda: False)


@pytest.mark.parametrize(("number", "offset"), [(1, 0), (3, 0), (3, 1), (3, 20_000), (3, 90_000)])
def test_two_processes_read_what_one_reads(
    collection: Path, monkeypatch: pytest.MonkeyPatch, number: int, offset: int
) -> None:
    split(monkeypatch, number, offset)
    one, said = directory(collection)
    came = second(monkeypatch)
    both, said_by_both = directory(collection)
    assert came == [True]
    assert (plain(both), said_by_both) == (plain(one), said)


def test_a_whole_directory_is_the_same_wherever_it_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = generate(tmp_path, 400, 3, ("sharphound",))["sharphound"]
    one, said = directory(path)
    inside(monkeypatch)
    for number in range(len(open_container(path).members)):
        split(monkeypatch, number, 0)
        both, said_by_both = directory(path)
        assert (plain(both), said_by_both) == (plain(one), said)


@pytest.mark.parametrize("offset", [0, 20_000])
@pytest.mark.parametrize("command", [("-c", "raise SystemExit(1)"), ("-m", "no.such.module")])
def test_a_process_that_fails_costs_nothing_but_time(
    collection: Path, monkeypatch: pytest.MonkeyPatch, offset: int, command: tuple[str, str]
) -> None:
    split(monkeypatch, 3, offset)
    one, said = directory(collection)
    came = second(monkeypatch)
    monkeypatch.setattr(second_reader, "_COMMAND", command)
    both, said_by_both = directory(collection)
    assert came == [False]
    assert (plain(both), said_by_both) == (plain(one), said)


def test_a_system_that_starts_nothing_costs_nothing_but_time(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*command: object, **options: object) -> None:
        raise PermissionError

    split(monkeypatch, 3, 20_000)
    one, _ = directory(collection)
    came = second(monkeypatch)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    both, _ = directory(collection)
    assert (plain(both), came) == (plain(one), [False])


def test_an_answer_from_elsewhere_in_the_file_is_not_taken(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split(monkeypatch, 3, 20_000)
    one, _ = directory(collection)
    inside(monkeypatch, further=2_000)
    both, _ = directory(collection)
    assert plain(both) == plain(one)


def test_a_truncated_end_is_refused_as_one_process_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, content = FILES[3]
    path = zipped(tmp_path, [*FILES[:3], (name, msgspec.json.encode(content)[:-500])])
    with pytest.raises(UnreadableSource) as one:
        directory(path)
    split(monkeypatch, 3, 20_000)
    came = second(monkeypatch)
    with pytest.raises(UnreadableSource) as both:
        directory(path)
    assert came == [False]
    assert str(both.value) == str(one.value)


def test_a_file_without_a_boundary_there_is_read_by_one(
    collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = directory(collection)
    split(monkeypatch, 3, 10_000_000)
    came = second(monkeypatch)
    both, _ = directory(collection)
    assert (plain(both), came) == (plain(one), [])


def test_a_file_that_is_left_aside_leaves_the_next_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure = ("20260101000000_azusers.json", {"data": [{"kind": "AZUser"}], "meta": {}})
    path = zipped(tmp_path, [azure, *FILES])
    one, said = directory(path)
    split(monkeypatch, 0, 5)
    second(monkeypatch)
    both, said_by_both = directory(path)
    assert (plain(both), said_by_both) == (plain(one), said)


def test_a_boundary_inside_an_object_is_left_to_the_first_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = {"ObjectIdentifier": f"{SID}-9", "Properties": 1}
    groups = [{**GROUP, "ObjectIdentifier": f"{SID}-{i}", "Members": [member] * 9} for i in (7, 8)]
    path = zipped(tmp_path, [v6("groups", *groups), FILES[3]])
    one, _ = directory(path)
    split(monkeypatch, 0, 150)
    came = second(monkeypatch)
    both, _ = directory(path)
    assert (plain(both), came) == (plain(one), [])
    assert len(one.pairs(Relation.MEMBER)) == 2


def served(job: Job) -> tuple[int, bytes]:
    out = io.BytesIO()
    code = serve(io.BytesIO(msgspec.msgpack.encode(job)), out)
    return code, out.getvalue()


def test_a_job_gives_a_part(collection: Path) -> None:
    job = Job(str(collection), [FILES[3][0]], 20_000, sharphound_part.__file__)
    code, answer = served(job)
    part = msgspec.msgpack.decode(answer, type=Part)
    assert code == 0
    assert 0 < part.resumed == part.read < len(USERS)
    assert part.around["meta"]["count"] == len(USERS) + 1


@pytest.mark.parametrize(
    ("offset", "code", "found"),
    [(0, "/other/version.py", 3), (10_000_000, sharphound_part.__file__, 4)],
)
def test_a_job_that_cannot_be_done_gives_nothing(
    collection: Path, offset: int, code: str, found: int
) -> None:
    assert served(Job(str(collection), [FILES[3][0]], offset, code)) == (found, b"")


def sized(*sizes: int) -> list[Member]:
    def unopened() -> Any:
        raise AssertionError

    return [Member(f"{i}.json", size << 20, unopened) for i, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), (0, 0)),
        ((50, 45), (2, 0)),
        ((200,), (0, 120 << 20)),
        ((10, 10, 200, 10), (2, 115 << 20)),
        ((80, 80), (1, 20 << 20)),
        ((110, 40), (1, 0)),
        ((100, 40), (1, 0)),
        ((10, 90), (1, 60 << 20)),
        ((90, 6), (0, 68 << 20)),
    ],
)
def test_the_last_bytes_go_to_the_second_process(
    sizes: tuple[int, ...], expected: tuple[int, int]
) -> None:
    assert sharphound_members.shares(sized(*sizes)) == expected


def test_groups_weigh_more_than_their_bytes() -> None:
    members = [
        replace(m, name=name)
        for m, name in zip(sized(100, 200), ("Groups.json", "u.json"), strict=True)
    ]
    assert sharphound_members.shares(members) == (1, (51 << 20) + (1 << 18))


may_start = sharphound_members._may_start


@pytest.mark.parametrize(
    ("name", "value"),
    [("os.cpu_count", lambda: 1), ("os.cpu_count", lambda: None), ("sys.executable", "")],
)
def test_a_second_process_needs_a_core_and_an_interpreter(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Callable[[], int | None] | str
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(name, value)
    assert not may_start()


def test_a_frozen_program_starts_nothing(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert may_start()
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert not may_start()
    assert len(open_container(collection).members) == len(FILES)
