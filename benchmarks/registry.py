"""Import of the national registry beside the csv module that only reads the same files, on SQLite and PostgreSQL.

The peer loops over csv.reader and keeps nothing. Ours recognises the files, compares each line with what is stored, says
what would change, and writes: into an empty database, then into a full one where nothing has changed. 150 000 rows: two
thirds of sites, one third of operators, invented in the official format.

    python -m benchmarks.registry [ROWS]
"""

import contextlib
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._measure import heading, measured, report, run_named
from benchmarks.registry_generator.writing import generate

ROWS = 150_000
ADDRESS = "REMPART_DATABASE_URL"
EMPTY_LIMIT, FULL_LIMIT, MEGABYTES = 4.0, 6.0, 300


def make(folder: str, rows: str) -> list[Path]:
    """The two files, cut so that they have exactly `rows` lines together."""
    sites = int(rows) * 2 // 3
    made = generate(Path(folder), sites)
    _cut(made.operators, int(rows) - sites)
    return [made.operators, made.establishments]


def _cut(path: Path, lines: int) -> None:
    text = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(text[: lines + 1]), encoding="utf-8", newline="")


def files(folder: str) -> list[Path]:
    """The two files that `make` wrote."""
    return sorted(Path(folder).glob("etalab-cs110050[12]-*.csv"))


def peer(folder: str, reader: Callable[..., Any] = csv.reader) -> None:
    """Read, and nothing else."""

    def work(paths: list[Path]) -> dict[str, Any]:
        rows = 0
        for path in paths:
            with path.open(encoding="utf-8", newline="") as file:
                for _ in reader(file, delimiter=";"):
                    rows += 1
        return {"rows": rows}

    report(lambda: files(folder), work)


def named_peer(folder: str) -> None:
    """The same with a dictionary a row, which is what a program that names its columns is given."""
    peer(folder, csv.DictReader)


def ours(folder: str, data: str) -> None:
    """Compare and write, in the database of the environment: `rempart registry import --apply`, without its start."""

    def prepare() -> Any:
        os.environ["REMPART_DATA"] = data
        os.environ["DJANGO_SETTINGS_MODULE"] = "rempart.web.config.settings.prod"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from rempart.web.apps.establishments import importing
        from rempart.web.apps.establishments.registry import parts  # noqa: F401  # of the start

        def pieces(path: Path) -> Iterator[bytes]:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    yield piece

        given = [(path.name, pieces(path)) for path in files(folder)]
        return importing.give_files(given=given, by=None)

    def work(made: Any) -> dict[str, Any]:
        from rempart.kernel.progress import Silent
        from rempart.web.apps.establishments import importing

        began = time.perf_counter()
        found = importing.compare(registry_import=made, observer=Silent())
        importing.write(
            registry_import=made,
            by=None,
            observer=Silent(),
            today=date(2026, 11, 21),
            prepared=found,
        )
        written = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        importing.bring_lists_up_to_date(Silent())
        counts = [part.counts for part in found]
        sums = {name: sum(c[name] for c in counts) for name in ("added", "changed", "unchanged")}
        return {"import": written, "megabytes": peak, "rows": sums}

    report(prepare, work)


@contextlib.contextmanager
def database(vendor: str) -> Iterator[None]:
    """An empty database of each kind, named in the environment of the measured processes."""
    if vendor == "SQLite":
        os.environ.pop(ADDRESS, None)
        yield
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from support import postgres

    with postgres.server() as address:
        os.environ[ADDRESS] = address
        yield
    os.environ.pop(ADDRESS)


def main() -> None:
    """Make the files, measure, print."""
    rows = sys.argv[1] if len(sys.argv) > 1 else str(ROWS)
    heading(f"Import of the national registry, {int(rows):,} rows")
    with tempfile.TemporaryDirectory() as folder:
        make(folder, rows)
        read = measured("registry", "peer", folder)
        named = measured("registry", "named_peer", folder)
        print(f"  csv.reader       {read.wall:6.2f} s   CPU {read.cpu:5.2f} s")
        print(f"  csv.DictReader   {named.wall:6.2f} s   CPU {named.cpu:5.2f} s")
        for vendor in ("SQLite", "PostgreSQL"):
            with database(vendor), tempfile.TemporaryDirectory() as data:
                for state, limit in (("empty", EMPTY_LIMIT), ("full, unchanged", FULL_LIMIT)):
                    found = measured("registry", "ours", folder, data, rounds=1)
                    took = found.result["import"]
                    print(
                        f"  {vendor:<10} {state:<16}{took:6.2f} s   {took / read.wall:4.1f} x csv.reader "
                        f"(limit {limit:.0f})   {took / named.wall:4.1f} x csv.DictReader   "
                        f"{found.result['megabytes']} MB (limit {MEGABYTES})   "
                        f"then the lists {found.wall - took:5.2f} s   {found.result['rows']}"
                    )


if __name__ == "__main__" and not run_named({"peer": peer, "named_peer": named_peer, "ours": ours}):
    main()
