"""Writing one directory in several formats at once."""

import json
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final, Protocol

from benchmarks.directory_generator.bulk import Directory
from benchmarks.directory_generator.fixed import planted
from benchmarks.directory_generator.items import Item
from benchmarks.directory_generator.ldif import LdifWriter
from benchmarks.directory_generator.oradad import OradadWriter
from benchmarks.directory_generator.sharphound import SharpHoundWriter

FORMATS: Final = ("sharphound", "ldif", "oradad")


class Writer(Protocol):
    """A format being written."""

    path: Path

    def write(self, item: Item) -> None:
        """Add one object."""


def generate(
    folder: Path, objects: int, seed: int, formats: tuple[str, ...] = FORMATS
) -> dict[str, Path]:
    """Write one directory in these formats, and `planted.json` beside them; gives the path of each format."""
    folder.mkdir(parents=True, exist_ok=True)
    directory = Directory(objects, seed)
    with ExitStack() as stack:
        writers: dict[str, Writer] = {}
        if "sharphound" in formats:
            writers["sharphound"] = stack.enter_context(SharpHoundWriter(folder, directory.shape))
        if "ldif" in formats:
            writers["ldif"] = stack.enter_context(LdifWriter(folder))
        if "oradad" in formats:
            writers["oradad"] = stack.enter_context(OradadWriter(folder))
        for item in directory.items():
            for writer in writers.values():
                writer.write(item)
    text = json.dumps({key: asdict(found) for key, found in planted().items()}, indent=1)
    (folder / "planted.json").write_text(text, encoding="utf-8")
    return {name: writer.path for name, writer in writers.items()}
