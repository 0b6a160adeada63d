"""Public files taken apart one by one: rows that say nothing are left out, and archives give only their records."""

import io
import zipfile
from pathlib import Path

import pytest

from rempart.engines.exposure.feeds import sources
from rempart.engines.exposure.feeds.sources import libraries_of, netscaler_of, records_in_zip


def test_a_library_without_a_bound_to_its_holes_is_left_out() -> None:
    hole = {"below": "1.12.0", "identifiers": {"CVE": ["CVE-2099-0002"]}}
    found = libraries_of(
        {"old": {"vulnerabilities": [hole, {}]}, "none": {"vulnerabilities": [{}]}, "bare": {}}
    )
    assert list(found) == ["old"]
    assert [(h.span.high, h.holes) for h in found["old"].holes] == [("1.12.0", ["CVE-2099-0002"])]


def test_a_build_of_netscaler_without_a_version_is_left_out() -> None:
    lines = iter(
        [
            "rdx_en_date,rdx_en_stamp,vhash,version\n",
            "2024-01-12 12:00:00,1705060800,abc,13.1-51.15\n",
            "2025-01-12 12:00:00,1736683200,def,\n",
            "2023-01-12 12:00:00,unknown,,12.1-1.1\n",
        ]
    )
    builds, newest = netscaler_of(lines)
    assert [(b.stamp, b.page_hash, b.version) for b in builds] == [
        (1705060800, "abc", "13.1-51.15"),
        (0, "", "12.1-1.1"),
    ]
    assert newest == "2024-01-12"


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_only_the_records_of_an_archive_and_of_those_inside_it_are_read(tmp_path: Path) -> None:
    inner = zipped({"b.json": b'{"b": 2}', "notes.txt": b"x"})
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({"a.json": b'{"a": 1}', "README.md": b"x", "inner.zip": inner}))
    assert list(records_in_zip(path)) == [("a.json", {"a": 1}), ("b.json", {"b": 2})]


def test_an_endless_record_of_an_inner_archive_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_LINE", 20)
    path = tmp_path / "all.zip"
    inner = zipped({"long.json": b'{"b": "' + b"x" * 50 + b'"}', "short.json": b"[]"})
    path.write_bytes(zipped({"inner.zip": inner}))
    assert list(records_in_zip(path)) == [("short.json", [])]
