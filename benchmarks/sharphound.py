"""From a SharpHound zip to the whole data of the report, beside typed msgspec that merely decodes the same bytes.

The peer is given the unzipped bytes and decodes them into the typed structs of the same objects, access lists
included: it reads, and concludes nothing. Ours opens the zip, reads, judges, searches, plans and proves.

    python -m benchmarks.sharphound [OBJECTS | ZIP]        by default 100 000 objects, made by the generator
"""

import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from benchmarks._measure import heading, measured, report, run_named
from benchmarks.directory_generator.writing import generate

from rempart.content.catalogue import directory_catalogue
from rempart.engines.directory.model import Directory
from rempart.engines.directory.read.sharphound_structs import AccountProperties, Ace
from rempart.engines.directory.reading import read
from rempart.engines.directory.run import audit
from rempart.kernel.progress import Silent

OBJECTS = 100_000


class Typed(msgspec.Struct, gc=False):
    """An object with its properties and its access list, as any reader must decode them."""

    ObjectIdentifier: str = ""
    Properties: AccountProperties | None = None
    Aces: list[Ace] | None = None
    PrimaryGroupSID: str | None = None
    Members: list[dict[str, Any]] | None = None


class Whole(msgspec.Struct, gc=False):
    """A whole file."""

    data: list[Typed]


def unzipped(source: str) -> list[bytes]:
    """The bytes of each file, without the mark of UTF-8."""
    with zipfile.ZipFile(source) as pack:
        return [pack.read(name).removeprefix(b"\xef\xbb\xbf") for name in pack.namelist()]


def peer(files: list[bytes]) -> dict[str, Any]:
    """Decode, and nothing else."""
    import gc

    gc.disable()
    decoder = msgspec.json.Decoder(Whole)
    kept = [decoder.decode(data) for data in files]
    return {"objects": sum(len(k.data) for k in kept), "bytes": sum(map(len, files))}


def relations(d: Directory) -> int:
    """Relations that a directory states: pairs, and access entries counted once for each object that carries them."""
    lengths = np.diff(d.acls.start)
    entries = int(lengths[d.acls.of[d.acls.of >= 0]].sum())
    return entries + sum(len(pairs) for pairs in d.relations.values())


def ours(source: str) -> dict[str, Any]:
    """Zip in, report out."""
    directories = read([Path(source)], Silent())
    found = audit(
        directories, catalogue=directory_catalogue(), today=date(2026, 11, 21), tool_version="0"
    )
    encoded = msgspec.json.encode(found)
    return {
        "objects": sum(len(d) for d in directories),
        "relations": sum(map(relations, directories)),
        "exposed": found.exposure.exposed,
        "actions": len(found.plan.actions),
        "report": len(encoded),
    }


TASKS = {
    "peer": lambda source: report(lambda: unzipped(source), peer),
    "ours": lambda source: report(lambda: source, ours),
}


def main(given: str) -> None:
    """Print the two lines and their ratio."""
    heading("From a SharpHound zip to the data of the report, median of 3 runs.", "msgspec")
    with tempfile.TemporaryDirectory() as folder:
        source = given
        if given.isdigit():
            source = str(generate(Path(folder), int(given), 1, ("sharphound",))["sharphound"])
        decoded = measured("sharphound", "peer", source)
        whole = measured("sharphound", "ours", source)
    size = decoded.result["bytes"] / 1e6
    print(f"{decoded.result['objects']:,} objects, {size:,.0f} MB of JSON")
    print(f"{'':<40}{'wall s':>8}{'CPU s':>8}{'MB':>7}")
    for label, m in (
        ("msgspec typed, bytes already unzipped", decoded),
        ("rempart, zip to report", whole),
    ):
        print(f"{label:<40}{m.wall:>8.2f}{m.cpu:>8.2f}{m.megabytes:>7.0f}")
    print(
        f"ratio of wall times: {whole.wall / decoded.wall:.2f}; of CPU: {whole.cpu / decoded.cpu:.2f}"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TASKS:
        run_named(TASKS)
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else str(OBJECTS))
