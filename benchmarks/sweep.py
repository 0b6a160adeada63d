"""A whole sweep of real TLS endpoints on loopback, as their number grows: ports tried, every version and suite asked,
results journalled, snapshot written. One process, then two.

python -m benchmarks.sweep [ENDPOINTS…]     by default 200 and 2 000; 10000 takes minutes
"""

import atexit
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._measure import heading, measured, report, run_named

from rempart.engines.exposure.perimeter import Perimeter, parse_perimeter
from rempart.engines.exposure.probes import real_probes
from rempart.engines.exposure.processes import Processes
from rempart.engines.exposure.scope import demand_consent
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot_file import write_snapshot
from rempart.engines.exposure.sweep import InProcess, Settings, run_sweep

SIZES = ("200", "2000")
PORT = 8834
A_RANGE = 4094  # hosts of a /20


def main(sizes: tuple[str, ...]) -> None:
    """Print a line a size and a number of processes."""
    heading("A sweep of real TLS endpoints (nginx on loopback), ports tried and results kept.")
    print(
        f"{'endpoints':>10}{'processes':>11}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'ms an endpoint':>16}{'connections/s':>15}{'snapshot kB':>13}"
    )
    for size in sizes:
        for processes in ("1", "2"):
            m = measured("sweep", "ours", size, processes, rounds=1)
            r = m.result
            print(
                f"{r['answered']:>10,}{processes:>11}{m.wall:>8.1f}{m.cpu:>8.1f}{m.megabytes:>7.0f}"
                f"{m.wall / r['answered'] * 1e3:>16.1f}{r['connections'] / m.wall:>15,.0f}{r['bytes'] / 1024:>13,.0f}",
                flush=True,
            )


def ours(size: str, processes: str) -> None:
    """Sweep so many endpoints, in the measured process."""
    folder = Path(tempfile.mkdtemp(prefix="rempart-sweep-"))
    report(lambda: _prepared(folder, int(size)), lambda p: _swept(p, folder, int(processes)))


def _prepared(folder: Path, size: int) -> Perimeter:
    """An nginx that answers on every loopback address, and a perimeter of that many of them."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=a.example",
    ]
    subprocess.run(
        [*command, "-keyout", folder / "k.pem", "-out", folder / "c.pem"],
        check=True,
        capture_output=True,
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log /dev/null; worker_processes 1;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; {' '.join(f'{k}_temp_path {folder}/{k};' for k in kinds)}\n"
        f"server {{ listen {PORT} ssl; ssl_certificate {folder}/c.pem; ssl_certificate_key {folder}/k.pem;\n"
        "ssl_protocols TLSv1.2 TLSv1.3; } }\n",
        "utf-8",
    )
    served = subprocess.Popen(
        ["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL
    )
    # A master that is killed leaves its worker behind: it is asked to end, and waited for.
    atexit.register(lambda: (served.terminate(), served.wait(10)))
    for _ in range(100):
        with socket.socket() as link:
            if link.connect_ex(("127.20.0.1", PORT)) == 0:
                break
        time.sleep(0.05)
    assets = "".join(_assets(size))
    return parse_perimeter(
        "name: Banc\nconsent: {by: a, function: b, on: 2026-01-01, until: 2099-12-31}\ntouch: [tls]\n"
        f"limits: {{connections: 4, per_second: 100}}\nassets:\n{assets}"
    )


def _assets(size: int) -> list[str]:
    """Ranges, and single addresses for what is left."""
    whole, rest = divmod(size, A_RANGE)
    ranges = [f"  - {{kind: range, value: 127.20.{16 * k}.0/20}}\n" for k in range(whole)]
    return ranges + [
        f"  - {{kind: address, value: 127.30.{k // 250}.{k % 250 + 1}}}\n" for k in range(rest)
    ]


def _swept(perimeter: Perimeter, folder: Path, processes: int) -> dict[str, Any]:
    now = time.time()
    settings = Settings(perimeter, real_probes, time.time, "bench", now)
    scope = demand_consent(perimeter, datetime.fromtimestamp(now, UTC).date())
    executor = Processes(processes) if processes > 1 else InProcess()
    snapshot = run_sweep(settings, scope, journal=folder / "journal", executor=executor)
    write_snapshot(snapshot, folder / "snapshot")
    seen = [
        one for one in snapshot.seen if isinstance(one, TlsSeen) and one.reach is Reach.ANSWERED
    ]
    tried = sum(len(one.closed) + len(one.open) for one in snapshot.seen if hasattr(one, "closed"))
    return {
        "answered": len(seen),
        "connections": sum(one.connections for one in seen) + tried,
        "bytes": (folder / "snapshot").stat().st_size,
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        run_named({"ours": ours})
    else:
        main(tuple(sys.argv[1:]) or SIZES)
