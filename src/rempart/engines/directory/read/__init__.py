"""Reading whatever a hospital has into directories: one a forest, collections that complete each other merged."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.merge import forests
from rempart.engines.directory.model import Directory
from rempart.engines.directory.read.detect import read_into, read_together, sources_of, together
from rempart.kernel.progress import Observer


def read(
    paths: Sequence[Path], observer: Observer, *, passphrase: str = "", identity: str = ""
) -> list[Directory]:
    """Read every collection at these paths. Raises UnreadableSource when one cannot be read: nothing is guessed.

    `passphrase` and `identity` open encrypted collections.
    """
    read_ones = []
    with _collector_paused():
        for group in together([found for path in paths for found in sources_of(path)]):
            builder = Builder()
            if len(group) > 1:
                read_together(group, builder, observer)
            else:
                read_into(group[0], builder, observer, passphrase=passphrase, identity=identity)
            read_ones.append(builder.build())
        return forests(read_ones)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cycle collection meanwhile: readers make millions of objects that hold no cycle, and each pass over them
    would cost as much as the reading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
