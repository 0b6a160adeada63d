"""The cycle collector of Python, paused while millions of objects that hold no cycle are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
