"""What the benchmarks share: a task alone in its process, its wall time, CPU time and peak memory, several times."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measure:
    """Medians of several runs: seconds of wall and of CPU, peak megabytes, and what the task returned."""

    wall: float
    cpu: float
    megabytes: float
    result: dict[str, Any]


def measured(module: str, task: str, *arguments: str, rounds: int = 3) -> Measure:
    """Run `python -m benchmarks.MODULE TASK ARGUMENTS…` several times, one process each, nothing else at once."""
    command = [sys.executable, "-m", f"benchmarks.{module}", task, *arguments]
    runs = []
    for _ in range(rounds):
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    middle = {k: statistics.median(r[k] for r in runs) for k in ("wall", "cpu", "megabytes")}
    return Measure(**middle, result=runs[-1]["result"])


def report(prepare: Callable[[], Any], work: Callable[[Any], dict[str, Any]]) -> None:
    """In the measured process: time `work` on what `prepare` made, and print the figures as JSON. CPU time and peak
    memory are those of this process and of those that it starts, added as if their peaks came together."""
    given = prepare()
    wall, cpu = time.perf_counter(), _cpu()
    result = work(given)
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(who).ru_maxrss for who in whose) / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "megabytes": peak, "result": result}))


def _cpu() -> float:
    """Seconds of CPU of this process and of its children that ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run_named(tasks: Mapping[str, Callable[..., None]]) -> bool:
    """Run the task that the command line names; False when it names none."""
    if len(sys.argv) < 2:
        return False
    tasks[sys.argv[1]](*sys.argv[2:])
    return True


def heading(text: str, *packages: str) -> None:
    """Title, machine and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("rempart", *packages))
    print(text)
    print(f"{_processor()}, {platform.system()}, Python {platform.python_version()}, {versions}")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()
