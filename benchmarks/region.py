"""The exposure of a region, from the file of its sweep to its report and to what changed since the week before, as it
grows: time and memory of each step, each alone in its process.

    python -m benchmarks.region [ENDPOINTS…]     by default 3 000 and 30 000
"""

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._measure import heading, measured, report, run_named
from benchmarks._regional import region

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.compare import compare
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.run import run
from rempart.engines.exposure.snapshot_file import read_snapshot, write_snapshot
from rempart.render.exposure.outputs import FORMATS, write

SIZES = ("3000", "30000")
FEW = "10"
DAYS = ("0", "1")
TODAY = date(2026, 6, 1)
STEPS = ("judge", "files", "differences")


def main(sizes: tuple[str, ...]) -> None:
    """Print a line a size and a step; what the smallest size costs is what the libraries cost."""
    heading("The report of a region: judged, written as five files, compared with the week before.")
    print(f"{'endpoints':>10}{'step':>13}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'findings':>10}")
    for size in (FEW, *sizes):
        with tempfile.TemporaryDirectory(prefix="rempart-region-") as folder:
            for day in DAYS:
                measured("region", "make", size, day, f"{folder}/{day}", rounds=1)
            for step in STEPS:
                m = measured("region", step, folder, rounds=1)
                r = m.result
                print(
                    f"{r['endpoints']:>10,}{step:>13}{m.wall:>8.1f}{m.cpu:>8.1f}{m.megabytes:>7.0f}"
                    f"{r['findings']:>10,}  {r['more']}",
                    flush=True,
                )


def make(size: str, day: str, path: str) -> None:
    """Write the file of a sweep."""
    swept = region(int(size), day=int(day))
    report(lambda: swept, lambda _: {"sha256": write_snapshot(swept, Path(path))})


def _judged(path: Path) -> ExposureReport:
    snapshot, sha256 = read_snapshot(path)
    return run(
        snapshot, catalogue=exposure_catalogue(), today=TODAY, tool_version="bench", snapshot_sha256=sha256
    )  # fmt: skip


def _figures(found: ExposureReport, more: str = "") -> dict[str, Any]:
    return {"endpoints": len(found.endpoints), "findings": len(found.findings), "more": more}


def judge(folder: str) -> None:
    """From the file to the report."""
    report(lambda: Path(folder, DAYS[0]), lambda path: _figures(_judged(path)))


def files(folder: str) -> None:
    """From the report to its five files; the memory is also that of the report."""

    def work(found: ExposureReport) -> dict[str, Any]:
        paths = write(found, Path(folder, "report"), list(FORMATS))
        sizes = (f"{p.suffix[1:]} {p.stat().st_size / 1e6:.1f} MB" for p in paths)
        return _figures(found, ", ".join(sizes))

    report(lambda: _judged(Path(folder, DAYS[0])), work)


def differences(folder: str) -> None:
    """What changed from one report to the next; the memory is also that of both."""

    def work(both: list[ExposureReport]) -> dict[str, Any]:
        found = compare(*both)
        return _figures(both[1], f"{len(found.changes):,} findings, {len(found.doors):,} doors")

    report(lambda: [_judged(Path(folder, day)) for day in DAYS], work)


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].isdigit():
        run_named({"make": make, "judge": judge, "files": files, "differences": differences})
    else:
        main(tuple(sys.argv[1:]) or SIZES)
