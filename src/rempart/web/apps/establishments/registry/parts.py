"""A file given to an import, whatever it is: prepared, then written."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from rempart.engines.registry.formats import TITLES, Kind
from rempart.engines.registry.sources import Source, sources
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.memory import collector_paused
from rempart.kernel.progress import Observer
from rempart.web.apps.establishments.models import RegistryImport
from rempart.web.apps.establishments.registry import groupings, nomenclatures, stock
from rempart.web.apps.establishments.registry.groupings import Groupings
from rempart.web.apps.establishments.registry.nomenclatures import Nomenclature
from rempart.web.apps.establishments.registry.stock import Stock

Part = Stock | Nomenclature | Groupings

_ORDER: Final = list(Kind)


def prepared(files: Sequence[tuple[Path, str]], observer: Observer) -> list[Part]:
    """Every registry file among `files` (path, name shown), compared with the tables, in the order of their writing.

    Raises UnreadableSource on the first that cannot be read. Nothing is written.
    """
    found = [source for path, name in files for source in sources(path, name)]
    _refuse_doubles(found)
    found.sort(key=lambda source: _ORDER.index(source.kind))
    ready: list[Part] = []
    with collector_paused():
        for source in found:
            ready.append(_prepared(source, ready, observer))
    return ready


def _refuse_doubles(found: Sequence[Source]) -> None:
    """Each of two stocks would close what only the other has."""
    seen: dict[Kind, Source] = {}
    for source in found:
        other = seen.setdefault(source.kind, source)
        if other is not source and source.kind is not Kind.GROUPINGS:
            raise UnreadableSource(
                f"{other.shown} et {source.shown} sont deux fichiers du même genre : {TITLES[source.kind]}.",
                expected="Un seul fichier de chaque genre dans un import.",
                todo="Donnez le plus récent des deux, ou faites deux imports, l’un après l’autre.",
            )


def _prepared(source: Source, ready: Sequence[Part], observer: Observer) -> Part:
    if source.kind in (Kind.OPERATORS, Kind.ESTABLISHMENTS):
        return stock.prepared(source, observer)
    if source.kind is Kind.GROUPINGS:
        coming = [part.coming() for part in ready if isinstance(part, Stock)]
        return groupings.prepared(source, set[str]().union(*coming))
    return nomenclatures.prepared(source)


def write(
    parts: Sequence[Part],
    registry_import: RegistryImport,
    today: date,
    observer: Observer,
    most: int,
) -> set[str] | None:
    """Write every part in the present transaction; gives the numbers of the establishments concerned, unless more than `most`."""
    concerned: set[str] = set()
    stocks = [part for part in parts if isinstance(part, Stock)]
    operators = next((s for s in stocks if s.source.kind is Kind.OPERATORS), None)
    with collector_paused():
        for part in parts:
            match part:
                case Stock():
                    concerned |= stock.write(part, registry_import, today, observer, operators)
                case Groupings():
                    concerned |= groupings.write(part, today)
                case _:
                    nomenclatures.write(part)
    sites = [s for s in stocks if s is not operators]
    if len(concerned) + sum(part.comparison.new for part in sites) > most:
        return None
    return concerned.union(*(part.comparison.numbers() for part in sites))
