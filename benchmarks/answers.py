"""Saving one answer at 200, 1 000 and 10 000 assessments; a campaign; fifty people who answer at once.

`python -m benchmarks.answers [N…]`. One process a database and a size, the whole stack in process. The peer is CISO
Assistant v3.20.8 on the same kind of machine (2 vCPU, SQLite), a superuser, medians of CPU time: it loads the numbers
of all that is visible at each call, ours asks the database a predicate and keeps a score in the assessment's own row.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks._measure import ROOT, heading
from benchmarks.load import serving
from tests.support.loopback import free_port
from tests.support.postgres import binaries, server as postgres

SIZES = (200, 1_000, 10_000)
PEOPLE, SECONDS = 50, 30
LIMIT_QUERIES, LIMIT_CPU_MS, LIMIT_CAMPAIGN_S, LIMIT_MEDIAN_MS = 8, 15, 5, 60
PEER = {200: (451, 35), 1_000: (1_554, 36)}


def child(count: int, people: int) -> None:
    """In a process of its own: an empty database, the campaign, answers one by one, then a crowd on a server."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "rempart.web.config.settings.prod",
        "REMPART_SECOND_FACTOR_ROLES": "",
        "REMPART_HOSTS": "127.0.0.1,testserver",
        "REMPART_SECRET_KEY": "only for the benchmark, on loopback",
    }
    rempart = Path(sys.executable).parent / "rempart"
    subprocess.run([str(rempart), "migrate"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    from benchmarks import _answers as rows

    stored, seconds, queries = rows.fill(count)
    found: dict[str, Any] = rows.one_answer(stored)
    found |= {"campaign_s": seconds, "campaign_queries": queries}
    if people:
        found |= crowd(rows, stored, people)
    print(json.dumps(found))


def crowd(rows: Any, stored: Any, count: int) -> dict[str, Any]:
    """`count` people answer for a while; the median of what they wait, and what was lost."""
    who, items = rows.people(count), rows.names(stored)
    out: dict[str, Any] = {"times": [], "errors": [], "said": {}}
    port = free_port()
    with serving(port, embedded=os.environ["REMPART_DATABASE_URL"].startswith("sqlite")):
        end = time.monotonic() + SECONDS
        threads = [
            threading.Thread(
                target=rows.answer_for_a_while, args=(person, items, port, end, out), daemon=True
            )
            for person in who
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS + 90)
    times = sorted(out["times"])
    return {
        "answers": len(times),
        "median_ms": 1000 * median(times),
        "p95_ms": 1000 * times[int(len(times) * 0.95)],
        "errors": out["errors"][:3],
        "lost": rows.lost(out["said"])[:3],
    }


def run(url: str, count: int, people: int) -> dict[str, Any]:
    """One database, one size."""
    with tempfile.TemporaryDirectory(prefix="rempart-answers-") as folder:
        place = {
            "REMPART_DATA": folder,
            "REMPART_DATABASE_URL": url or f"sqlite:///{folder}/rempart.sqlite3",
        }
        command = [sys.executable, "-m", "benchmarks.answers", "child", str(count), str(people)]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | place, capture_output=True, text=True
        )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Every size on SQLite, then 1 000 on PostgreSQL."""
    if sys.argv[1:2] == ["child"]:
        child(int(sys.argv[2]), int(sys.argv[3]))
        return 0
    sizes = [int(a) for a in sys.argv[1:]] or list(SIZES)
    heading("One answer saved, through the whole stack", "django")
    print(f"{'':26}{'CPU ms':>8}{'wall ms':>9}{'queries':>9}{'bytes':>7}{'campaign s':>12}")
    failed = False
    for count in sizes:
        failed |= not shown("sqlite", "", count, PEOPLE if count == 1_000 else 0)
        if count in PEER:
            cpu, queries = PEER[count]
            print(f"  CISO Assistant v3.20.8  {cpu:8}{'':9}{queries:9}")
    if binaries() and not sys.argv[1:]:
        with postgres() as url:
            failed |= not shown("postgresql", url, 1_000, PEOPLE)
    return int(failed)


def shown(name: str, url: str, count: int, people: int) -> bool:
    """One line, and whether every promise holds."""
    found = run(url, count, people)
    print(
        f"{name:12}{count:8} rows {found['cpu_ms']:9.1f}{found['wall_ms']:9.1f}{found['queries']:9}"
        f"{found['bytes']:7}{found['campaign_s']:12.2f}"
    )
    good = found["queries"] <= LIMIT_QUERIES and found["cpu_ms"] <= LIMIT_CPU_MS
    good &= count > 1_000 or found["campaign_s"] <= LIMIT_CAMPAIGN_S
    if people:
        print(
            f"  {people} people, {SECONDS} s: {found['answers']} answers, median {found['median_ms']:.0f} ms, "
            f"p95 {found['p95_ms']:.0f} ms, errors {len(found['errors'])}, lost {len(found['lost'])}"
        )
        for line in (*found["errors"], *found["lost"]):
            print(f"    {line}")
        good &= found["median_ms"] <= LIMIT_MEDIAN_MS and not found["errors"] and not found["lost"]
    return good


if __name__ == "__main__":
    sys.exit(main())
