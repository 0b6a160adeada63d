"""What the demonstration shows is either public and real, or said to be invented."""

import contextlib
import lzma
import sqlite3
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tools.demo_reports import audited

from rempart.engines.directory.report import Report
from rempart.kernel.finess import has_valid_key
from rempart.web.demo import data, people, tables
from rempart.web.demo.history import histories

ROWS = list(data.establishments())
INVENTED = [row for row in ROWS if row.operator_name]


def test_every_number_has_its_key_and_is_there_once() -> None:
    assert [row.finess for row in ROWS if not has_valid_key(row.finess)] == []
    assert max(Counter(row.finess for row in ROWS).values()) == 1


def test_every_invented_name_says_so() -> None:
    assert [row.name for row in INVENTED if "(inventé)" not in row.name] == []
    assert [p.last_name for p in people.PEOPLE if "(inventé" not in p.last_name] == []


def test_invented_numbers_are_given_to_nobody() -> None:
    assert {row.finess[2:5] for row in INVENTED} == {"991"}
    assert {row.operator[2:5] for row in INVENTED} == {"990"}


def test_a_real_hospital_has_neither_audit_nor_grouping() -> None:
    real = [row for row in ROWS if not row.operator_name]
    audited_ones = {row.finess for row, _, _ in histories(INVENTED)}
    assert len(real) == 208
    assert [row.name for row in real if row.grouping or row.finess in audited_ones] == []


@pytest.mark.slow
@pytest.mark.parametrize(("size", "mended"), [("home", 0), ("home", 5)])
def test_the_prepared_reports_are_those_of_the_engine(size: str, mended: int) -> None:
    packed = (Path(str(data.FOLDER)) / "reports.json.xz").read_bytes()
    kept = msgspec.json.decode(lzma.decompress(packed), type=dict[str, list[Report]])[size][mended]
    fresh = audited(size, mended)
    assert kept.level == fresh.level, "python -m tools.demo_reports"
    assert [c.outcome for c in kept.controls] == [c.outcome for c in fresh.controls]
    assert [a.title for a in kept.plan.actions] == [a.title for a in fresh.plan.actions]


def test_the_prepared_tables_are_those_of_the_migrations() -> None:
    kept = (Path(str(data.FOLDER)) / tables.NAME).read_text(encoding="utf-8")
    assert kept.partition("\n")[0] == tables.MARK + tables.fingerprint(), (
        "python tools/demo_tables.py"
    )


def test_the_tables_are_laid_once_and_only_where_the_migrations_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo.sqlite3"
    monkeypatch.setattr(tables, "fingerprint", lambda: "others")
    assert (tables.lay(path), path.exists()) == (False, False)
    text = (Path(str(data.FOLDER)) / tables.NAME).read_text(encoding="utf-8")
    monkeypatch.setattr(tables, "fingerprint", lambda: text.split()[2])
    assert (tables.lay(path), tables.lay(path)) == (True, False)
    with contextlib.closing(sqlite3.connect(path)) as database:
        passed = database.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    assert passed > 40
