"""One heavy job in a process of its own: `python -m rempart.web.core.apart NUMBER NAME MODULE`.

Its standard input is held open by the worker that started it: when that worker stops or dies, the job goes back to the
queue at its next progress, and this process ends.
"""

import os
import sys
import threading
from importlib import import_module

import django


def main(job_id: int, name: str, module: str) -> None:
    """Run the job, which `module` declares, until its end or that of the worker."""
    django.setup()
    from rempart.web.core import jobs, worker  # noqa: PLC0415  # they need the apps

    import_module(module)
    watcher = worker.Watcher(name)
    threading.Thread(target=_until_alone, args=(watcher.stopped,), daemon=True).start()
    watcher.watch()
    jobs.WATCH.set(watcher)
    jobs.perform(job_id)


def _until_alone(stopped: threading.Event) -> None:
    # Not sys.stdin: a thread that waits inside it would break the end of the process.
    while os.read(0, 1024):
        pass
    stopped.set()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
