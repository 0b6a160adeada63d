"""The proof bundle of the journal: reproducible, verified alone, refused when it was touched."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from rempart.kernel.errors import UnreadableSource
from rempart.web.core import jobs, journal, proof, protection, upkeep
from rempart.web.core.models import JournalEntry


def wrote(n: int) -> None:
    with transaction.atomic():
        for number in range(n):
            journal.record(
                "invite", by=None, object_kind="try", object_id=number, details={"é": 1.5}
            )


def changed(source: Path, target: Path, **members: bytes) -> Path:
    """A bundle with some of its members replaced (`journal_jsonl` for journal.jsonl)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.replace(".", "_"), old.read(name)))
    return target


def test_a_bundle_is_the_same_twice_and_verifies_alone(db: None, tmp_path: Path) -> None:
    wrote(5)
    for name in ("a.zip", "b.zip"):
        assert proof.export(tmp_path / name).entries == 5
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    walk = proof.verified(tmp_path / "a.zip")
    assert (walk.entries, walk.broken, walk.last_id) == (5, None, 5)


def test_an_empty_journal_has_its_bundle_too(db: None, tmp_path: Path) -> None:
    proof.export(tmp_path / "a.zip")
    assert proof.verified(tmp_path / "a.zip").broken is None


def test_lines_cut_from_the_end_are_seen_by_the_manifest(db: None, tmp_path: Path) -> None:
    wrote(3)
    proof.export(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        lines = bundle.read("journal.jsonl").splitlines(keepends=True)
    cut = changed(tmp_path / "a.zip", tmp_path / "b.zip", journal_jsonl=b"".join(lines[:2]))
    broken = proof.verified(cut).broken
    assert broken and "manifeste" in broken.reason


def test_a_broken_journal_is_exported_to_its_end_and_said_broken(db: None, tmp_path: Path) -> None:
    wrote(4)
    with protection.lifted(connection):
        JournalEntry.objects.filter(pk=2).update(act="other")
    walk = proof.export(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
    assert walk.broken and walk.broken.entry_id == 2
    assert manifest["entries"] == 4


@pytest.mark.parametrize("content", [b"", b"PK", b'{"format": "other"}'])
def test_what_is_not_a_bundle_is_refused(db: None, tmp_path: Path, content: bytes) -> None:
    wrote(1)
    proof.export(tmp_path / "a.zip")
    (tmp_path / "c.zip").write_bytes(content)
    other = tmp_path / "c.zip"
    if content.startswith(b"{"):
        other = changed(tmp_path / "a.zip", tmp_path / "d.zip", manifest_json=content)
    with pytest.raises(UnreadableSource, match="pas un export"):
        proof.verified(other)


def test_a_disk_that_fills_up_leaves_no_bundle(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(proof, "write", full)
    with pytest.raises(OSError, match="space"):
        proof.export(tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_nightly_job_says_that_the_chain_holds_then_that_it_does_not(db: None) -> None:
    wrote(3)
    well = jobs.perform(jobs.enqueue(upkeep.verify_journal).pk)
    with protection.lifted(connection):
        JournalEntry.objects.filter(pk=3).update(act="other")
    ill = jobs.perform(jobs.enqueue(upkeep.verify_journal).pk)
    assert (well.state, well.result["entries"]) == ("done", 3)
    assert (ill.state, "entrée 3" in ill.error) == ("failed", True)


def test_drafts_that_nobody_finished_are_swept(tmp_path: Path) -> None:
    for name in ("tmp/a", "files/tmpb", "files/ab/kept"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (0, 0))
    assert upkeep.sweep(tmp_path, older_than=upkeep.STRAYS_KEPT) == 2
    assert (tmp_path / "files/ab/kept").exists()
