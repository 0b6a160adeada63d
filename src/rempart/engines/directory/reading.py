"""Reading whatever a hospital has into directories: one a forest, collections that complete each other merged."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.merge import forests
from rempart.engines.directory.model import Directory, Fact, Kind
from rempart.engines.directory.read.detect import read_into, read_together, sources_of, together
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.memory import collector_paused
from rempart.kernel.progress import Observer


def read(
    paths: Sequence[Path], observer: Observer, *, passphrase: str = "", identity: str = ""
) -> list[Directory]:
    """Read every collection at these paths. Raises UnreadableSource when one cannot be read: nothing is guessed.

    `passphrase` and `identity` open encrypted collections.
    """
    read_ones = []
    with collector_paused():
        for group in together([found for path in paths for found in sources_of(path)]):
            builder = Builder()
            if len(group) > 1:
                read_together(group, builder, observer)
            else:
                read_into(group[0], builder, observer, passphrase=passphrase, identity=identity)
            read_ones.append(builder.build())
    copies = [d for d in read_ones if not len(d) and d.has(Fact.SYSVOL)]
    return _with_policies(
        forests([d for d in read_ones if len(d) or not d.has(Fact.SYSVOL)]), copies
    )


def _with_policies(directories: list[Directory], copies: list[Directory]) -> list[Directory]:
    """A copy of SYSVOL, which has no object, completes the directories of its domains."""
    out = list(directories)
    for copy in copies:
        domains = {key.partition("/")[0] for key in copy.sysvol}
        owners = [
            i
            for i, d in enumerate(out)
            if domains & {d.names[row].lower() for row in d.rows(Kind.DOMAIN).tolist()}
        ]
        if domains and not owners:
            raise UnreadableSource(
                f"Ces stratégies de groupe sont celles de {', '.join(sorted(domains))},"
                " dont l’annuaire n’est pas donné.",
                todo="Donnez en même temps la collecte de l’annuaire de ce domaine.",
            )
        for i in owners:
            d = out[i]
            out[i] = replace(
                d,
                sysvol=d.sysvol | copy.sysvol,
                facts=d.facts | copy.facts,
                sources=d.sources + copy.sources,
            )
    return out
