"""The portfolio at 1 000 and at 100 000 establishments, an audit each, beside the published figures of a peer.

`python -m benchmarks.portfolio [N…]`. One process a database and a size; the first page, a filter, a sort, a search and
the map, as a national officer (everything in scope) and as a regional one.

The peer is CISO Assistant v3.20.8, measured on the same kind of machine (2 vCPU, SQLite) with 1 000 assessments through
its whole stack, in process, as a superuser: its lists load the numbers of all that is visible into Python, ours is a
predicate in SQL. Its figures are CPU time.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from benchmarks._measure import ROOT, heading

SIZES = (1_000, 100_000)
PEER = (
    ("list of 50, of 1 000", 110, 111, 33_000),
    ("list, as it opens, of 1 000", 897, 2_011, 653_000),
    ("tree, of 1 000", 1_035, 4_007, None),
    ("home figures, of 1 000", 1_676, 25, None),
)
LIMIT_MS, LIMIT_QUERIES = 150, 12


def child(count: int) -> None:
    """In a process of its own: an empty database, the rows, the requests; prints one line of JSON."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "rempart.web.config.settings.test"
    import django

    django.setup()
    from benchmarks import _portfolio
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    found = _portfolio.fill(count, timezone.localdate())
    for who in ("nadia", "rose", "gaelle"):
        for page, query in _portfolio.PAGES.items():
            found[f"{who} {page}"] = _portfolio.timed(f"{who}@exemple.test", query)
    print(json.dumps(found))


def run(url: str, count: int, module: str = "benchmarks.portfolio") -> dict:
    """One database, one size, in a process of its own."""
    command = [sys.executable, "-m", module, "child", str(count)]
    environment = os.environ | {"REMPART_TEST_DATABASE_URL": url}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def databases():
    """SQLite in a temporary file, PostgreSQL where it is installed."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support import postgres

    folder = tempfile.TemporaryDirectory()
    yield "SQLite", nullcontext(f"sqlite:///{Path(folder.name)}/essai.sqlite3"), folder
    if postgres.binaries():
        yield "PostgreSQL", postgres.server(), folder


def shown(figures: dict) -> bool:
    """One line for each page; whether one of them is slower or asks more than what is promised."""
    missed = False
    for page, found in figures.items():
        over = found["wall"] > LIMIT_MS or found["queries"] > LIMIT_QUERIES
        missed |= over
        print(
            f"  {page:<34} {found['wall']:7.1f} ms {found['cpu']:7.1f} ms CPU"
            f" {found['queries']:4.0f} queries {found['bytes'] / 1000:7.0f} kB{'  MISSED' * over}"
        )
    return missed


def beside(ours: dict[str, dict]) -> None:
    """The published figures of the peer, then our first page, national, at each size."""
    print("\nCISO Assistant v3.20.8, 1 000 assessments, published:")
    for page, cpu, queries, size in PEER:
        weight = f"{size / 1000:.0f} kB" if size else ""
        print(f"  {page:<34} {'':10} {cpu:7.0f} ms CPU {queries:4d} queries {weight:>10}")
    print("Ours, the first page of 50, with its map and all its figures:")
    for name, found in ours.items():
        print(
            f"  {name:<34} {found['wall']:7.1f} ms {found['cpu']:7.1f} ms CPU"
            f" {found['queries']:4.0f} queries {found['bytes'] / 1000:7.0f} kB"
        )


def main() -> int:
    """Print the tables; 1 when a page is slower or asks more than what is promised."""
    heading("The portfolio: median milliseconds, CPU milliseconds, queries, kilobytes", "django")
    missed, firsts = False, {}
    for count in [int(n) for n in sys.argv[1:]] or SIZES:
        for name, server, _ in databases():
            with server as url:
                found = run(url, count)
            print(
                f"\n{name}, {count} establishments; situations rebuilt in {found.pop('rebuild'):.1f} s"
            )
            missed |= shown(found)
            firsts[f"{name}, of {count}"] = found["nadia première page"]
    beside(firsts)
    return int(missed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(int(sys.argv[2]))
    else:
        sys.exit(main())
