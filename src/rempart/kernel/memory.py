"""What a process asks of the memory: less of the cycle collector of Python, and few heaps of the C library."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_M_ARENA_MAX: Final = -8
# What must have been made, and not freed, before the youngest objects are gone through: 700 is Python's own figure.
_YOUNG: Final = 20_000


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cycle collection meanwhile: each pass over the objects of a large directory would cost as much as making
    them. What was the rule before is the rule again afterwards."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            # What was made is set apart: the next passes would visit ten million objects to find nothing.
            gc.freeze()
            gc.enable()


@contextmanager
def collector_relaxed() -> Iterator[None]:
    """Cycle collection meanwhile, but more rarely: work that makes and frees many small objects spent a tenth of its
    time in it. What was the rule before is the rule again afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _YOUNG) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def keep_few_arenas() -> bool:
    """Let the threads of this process share two heaps; whether the C library took it. Call it before they start.

    glibc gives each thread a heap of its own, up to eight a core, and each keeps what its busiest moment needed
    (mallopt(3), M_ARENA_MAX). Elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(set_option and set_option(_M_ARENA_MAX, 2))
