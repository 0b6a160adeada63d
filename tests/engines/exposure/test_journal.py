"""The journal of a sweep: what is written is found again, what is torn is dropped, what is wrong is said."""

from io import FileIO
from pathlib import Path
from typing import Final, cast

import pytest

from rempart.engines.exposure.journal import (
    Journal,
    JournalHead,
    new_journal,
    resumed_journal,
)
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.work import Done, Kind, Piece
from rempart.kernel.errors import RempartError, UnreadableSource

FULL: Final = Path("/dev/full")
HEAD = JournalHead(rules="r", minute=1, perimeter="CH", started_at=60.0, tool_version="0.1.0")


def done(key: str, stopped: str = "") -> Done:
    seen = ZoneSeen(reach=Reach.ANSWERED, domain=f"{key}.example")
    return Done(
        key=key, piece=Piece(kind=Kind.ZONE, name=f"{key}.example"), seen=[seen], stopped=stopped
    )


def written(path: Path, *results: Done) -> None:
    journal = new_journal(path, HEAD)
    for one in results:
        journal.add(one)
    journal.close()


def keys_of(path: Path) -> set[str]:
    journal = resumed_journal(path, "r")
    journal.close()
    return journal.keys


def test_results_are_found_again_and_those_that_were_stopped_are_to_do(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal"
    written(path, done("a"), done("b", "Arrêt demandé."), done("a"))
    again = resumed_journal(path, "r")
    assert (again.head, again.keys) == (HEAD, {"a"})
    again.add(done("b"))
    assert [one.key for one in again.results()] == ["a", "b", "b"]
    again.close()


def test_a_record_cut_at_any_byte_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, done("a"))
    first = path.stat().st_size
    written(path, done("a"), done("b"))
    whole = path.read_bytes()
    for size in range(first, len(whole)):
        path.write_bytes(whole[:size])
        again = resumed_journal(path, "r")
        assert again.keys == {"a"}, size
        again.add(done("b"))
        again.close()
        assert path.read_bytes() == whole


def test_a_record_that_was_changed_ends_what_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, done("a"), done("b"))
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(bytes(data))
    assert keys_of(path) == {"a"}


def test_a_record_that_says_it_is_endless_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, done("a"))
    path.write_bytes(path.read_bytes() + b"\xff" * 8 + b"suite")
    assert keys_of(path) == {"a"}


def test_a_journal_of_other_rules_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "journal", done("a"))
    with pytest.raises(UnreadableSource, match="a changé"):
        resumed_journal(tmp_path / "journal", "autres")


def test_a_place_that_cannot_be_written_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RempartError, match="ne peut pas être écrit"):
        new_journal(tmp_path / "file" / "journal", HEAD)


def test_a_disk_that_fills_up_is_said_with_the_way_to_go_on(tmp_path: Path) -> None:
    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

    journal = Journal(tmp_path / "journal", cast(FileIO, Full()), HEAD, set())
    with pytest.raises(RempartError, match="plus de place sur le disque") as caught:
        journal.add(done("a"))
    assert "--resume" in caught.value.todo


@pytest.mark.skipif(not FULL.exists(), reason="a disk that is always full")
def test_a_full_disk_does_not_fail_again_when_the_journal_is_closed(tmp_path: Path) -> None:
    with pytest.raises(RempartError, match="plus de place"):
        new_journal(FULL, HEAD)
    journal = Journal(tmp_path / "journal", FULL.open("wb", buffering=0), HEAD, set())
    with pytest.raises(RempartError, match="plus de place"):
        journal.add(done("a"))
    journal.close()
    assert journal.keys == set()


def test_a_write_that_the_system_cuts_short_goes_on(tmp_path: Path) -> None:
    class Short(FileIO):
        def write(self, data: object) -> int:
            return super().write(memoryview(data)[:7])  # type: ignore[arg-type]

    path = tmp_path / "journal"
    written(path)
    journal = Journal(path, Short(path, "ab"), HEAD, set())
    journal.add(done("a"))
    journal.close()
    assert keys_of(path) == {"a"}


def test_no_journal_is_told_from_a_bad_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="pas de balayage interrompu ici"):
        resumed_journal(tmp_path / "journal", "r")
