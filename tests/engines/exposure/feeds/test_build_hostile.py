"""Public files that are damaged or of another shape: refused in words, and never a bundle that breaks later."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rempart.engines.exposure.feeds.build import latest_day, read_folder
from rempart.kernel.errors import UnreadableSource
from support.feed_inputs import SHAPES, read_feeds, seeds, zipped
from support.feeds import SAMPLES


def folder(place: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (place / name.replace("_", ".")).write_bytes(data)
    return place


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a_json", json.dumps({"15.2.1544.4": "x", "y": {"build": 1, "name": "z"}}).encode()),
        ("a_json", json.dumps({"15.x.y": {"build": 1, "release_date": "May 1, 2026"}}).encode()),
        ("a_csv", b"#score_date:2026-01-01\ncve,epss\n" + b'"' + b"x" * 200000),
        ("a_zip", zipped({"a.json": b"{}"})[:40]),
        ("a_zip", zipped({"in.zip": b"PK\3\4" + bytes(60)})),
    ],
    ids=["exchange", "build", "field", "cut", "inner"],
)
def test_a_file_of_another_shape_is_refused_in_words(
    tmp_path: Path, name: str, data: bytes
) -> None:
    with pytest.raises(UnreadableSource):
        read_folder(folder(tmp_path, **{name: data}))


def test_a_cell_is_bounded_whoever_read_a_table_before(tmp_path: Path) -> None:
    before = csv.field_size_limit(1 << 20)
    try:
        table = b"#score_date:2026-01-01\ncve,epss\n" + b'"' + b"x" * 200000
        with pytest.raises(UnreadableSource):
            read_folder(folder(tmp_path, a_csv=table))
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("day", ["2026-99-99", "bientôt", "0000-00-00", 3, None])
def test_a_day_that_is_none_is_no_day(tmp_path: Path, day: object) -> None:
    kev = sample("kev.json") | {"dateReleased": day}
    read = read_folder(folder(tmp_path, kev_json=json.dumps(kev).encode()))
    assert (latest_day(read.origins), read.origins[0].as_of) == (None, "")


def test_a_stamp_that_is_no_number_is_no_stamp(tmp_path: Path) -> None:
    head = (SAMPLES / "netscaler.csv").read_text("utf-8").splitlines()[0]
    row = ",".join("²" if name == "rdx_en_stamp" else "13.1" for name in head.split(","))
    read = read_folder(folder(tmp_path, a_csv=f"{head}\n{row}\n".encode()))
    assert [build.stamp for build in read.contents.netscaler] == [0]


@pytest.mark.slow
@pytest.mark.parametrize("shape", range(len(SHAPES)))
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_of_a_file_are_read_or_refused(shape: int, data: bytes) -> None:
    read_feeds(bytes([shape]) + data)
    assert len(SHAPES) > shape


@pytest.mark.slow
def test_what_the_fuzzer_begins_with_is_read_or_refused() -> None:
    for seed in seeds():
        read_feeds(seed)
    assert len(seeds()) > len(SHAPES)
