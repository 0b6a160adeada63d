"""Fifty people at once on one server, for two minutes: errors, lost writes, waiting times, memory; on both databases.

python -m benchmarks.load [SECONDS] [PEOPLE]. No peer: the promise is that nothing is lost, and the figures are printed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from benchmarks._load_people import Person, Tally, live
from benchmarks._measure import ROOT, heading
from tests.support.loopback import free_port
from tests.support.postgres import server as postgres

SECONDS, PEOPLE = 120, 50
REMPART = Path(sys.executable).parent / "rempart"


@contextlib.contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the platform, ended with the block."""
    process = subprocess.Popen([str(REMPART), *command], cwd=ROOT)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def serving(port: int, *, embedded: bool) -> Iterator[list[int]]:
    """The server, and on PostgreSQL a worker of its own; gives their process numbers."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(started("serve", "--port", str(port)))]
        if not embedded:
            running.append(stack.enter_context(started("worker")))
        for _ in range(600):
            with contextlib.suppress(OSError):
                urlopen(f"http://127.0.0.1:{port}/sante", timeout=5).close()
                break
            time.sleep(0.1)
        yield [process.pid for process in running]


def peak_megabytes(pid: int) -> float:
    """The largest resident memory of a process since it began."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def crowd(people: list[Person], port: int, seconds: float) -> Tally:
    """Everyone at once, until the end."""
    tally, end = Tally(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=live, args=(person, port, end, tally), daemon=True)
        for person in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return tally


def measure(name: str, url: str, folder: str, seconds: int, count: int) -> bool:
    """One database: fill it, let everyone work, compare what was acknowledged with what is written."""
    os.environ |= {
        "REMPART_DATA": folder,
        "REMPART_DATABASE_URL": url,
        "REMPART_SECOND_FACTOR_ROLES": "",
        "REMPART_SECRET_KEY": "only for the benchmark, on loopback",
        "DJANGO_SETTINGS_MODULE": "rempart.web.config.settings.prod",
    }
    subprocess.run([str(REMPART), "migrate"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    from benchmarks import _load_rows as rows

    people = rows.fill(count)
    port = free_port()
    with serving(port, embedded=url.startswith("sqlite")) as pids:
        tally = crowd(people, port, seconds)
        queue = rows.wait_for_jobs(600)
        peaks = [peak_megabytes(pid) for pid in pids]
    lost = rows.lost(tally)
    print(f"\n{name}: {count} people, {seconds} s")
    print(tally.table())
    print(f"queue of analyses empty {queue:.0f} s after the last call")
    print(
        f"errors {len(tally.errors)}, lost writes {len(lost)}, peak MB {[round(p) for p in peaks]}"
    )
    for line in [*tally.errors[:5], *lost[:5]]:
        print(f"  {line}")
    return not tally.errors and not lost


def main() -> int:
    """Both databases, each in its own process."""
    numbers = [int(a) for a in sys.argv[1:] if a.isdecimal()]
    seconds, count = [*numbers, *(SECONDS, PEOPLE)[len(numbers) :]][:2]
    if sys.argv[-1].partition(":")[0] in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="rempart-load-") as folder:
            url = sys.argv[-1] if "//" in sys.argv[-1] else f"sqlite:///{folder}/rempart.sqlite3"
            return not measure(url.partition(":")[0], url, folder, seconds, count)
    heading("Fifty people at once", "django", "uvicorn")
    again = [sys.executable, "-m", "benchmarks.load", str(seconds), str(count)]
    failed = subprocess.run([*again, "sqlite"], cwd=ROOT).returncode
    with postgres() as url:
        failed += subprocess.run([*again, url], cwd=ROOT).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
