"""Making a bundle from a folder of public files, as they are published."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.engines.exposure.feeds.bundle import Contents, Origin
from rempart.engines.exposure.feeds.cve_records import Holes
from rempart.engines.exposure.feeds.exchange import builds_of
from rempart.engines.exposure.feeds.life import lives_of
from rempart.engines.exposure.feeds.sources import (
    bounded_json,
    exploited_of,
    kind_of_json,
    libraries_of,
    lines_of,
    netscaler_of,
    open_plain,
    records_in_zip,
    scores_of,
    takeovers_of,
)
from rempart.kernel.errors import UnreadableSource

# Below, a score says no more than that nothing is foreseen: it is kept only for the holes that the bundle names.
_TOLD_SCORE: Final = 0.01
_MOST_FIELD: Final = 1 << 17  # characters in a cell of a table
# What a document that is not of the expected shape makes its reader raise.
_MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError)

_SECTIONS: Final = {
    "kev": (
        "Failles dont l’exploitation est connue",
        "CISA, Known Exploited Vulnerabilities",
        "CC0-1.0",
    ),
    "epss": ("Probabilité d’exploitation (EPSS)", "FIRST, EPSS", "usage libre, source à citer"),
    "holes": (
        "Versions touchées par les failles",
        "CVE List et CISA Vulnrichment",
        "CC0-1.0 et conditions du programme CVE",
    ),
    "life": ("Fins de vie", "endoflife.date", "MIT"),
    "exchange": ("Compilations d’Exchange", "righel/ms-exchange-version-nse", "Apache-2.0"),
    "netscaler": ("Compilations de NetScaler", "fox-it/citrix-netscaler-triage", "Apache-2.0"),
    "libraries": ("Bibliothèques de scripts", "RetireJS/retire.js", "Apache-2.0"),
    "takeovers": ("Noms abandonnés", "EdOverflow/can-i-take-over-xyz", "CC-BY-4.0"),
}


@dataclass(slots=True)
class Read:
    """What was read of the folder: the sections, their day, and the files that nothing recognised."""

    contents: Contents
    origins: list[Origin]
    ignored: list[str]


@dataclass(slots=True)
class _Work:
    raw: dict[str, Any] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    holes: Holes = field(default_factory=Holes)
    ignored: list[str] = field(default_factory=list)

    def keep(self, section: str, rows: Any, day: str) -> None:
        if section in self.raw:
            raise UnreadableSource(
                f"Deux fichiers du dossier donnent la même chose : {_SECTIONS[section][0].lower()}.",
                todo="N’en laissez qu’un, le plus récent.",
            )
        self.raw[section], self.days[section] = rows, _real_day(day)


def read_folder(folder: Path, on_file: Callable[[str], None] = lambda name: None) -> Read:
    """Every file of a folder, deep; hidden files are passed over. Raises UnreadableSource on one that is damaged, and
    when nothing in the folder is known."""
    work = _Work()
    for path in _files(folder):
        on_file(path.name)
        _read_file(path, work)
    if work.holes.affected:
        work.keep("holes", work.holes, work.holes.newest)
    _join_exchange(work)
    if not work.days:
        raise UnreadableSource(
            f"Rien de connu dans « {folder} ».",
            expected="Attendu : les fichiers publics tels qu’ils sont publiés (KEV, EPSS, fins de vie, CVE…).",
        )
    contents = _contents(work)
    return Read(contents, _origins(work, contents), work.ignored)


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise UnreadableSource(
            f"« {folder} » n’est pas un dossier.",
            expected="Attendu : le dossier des fichiers publics à réunir.",
        )
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path


def _read_file(path: Path, work: _Work) -> None:
    name = path.name.lower().removesuffix(".gz")
    changed_on = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    if name.endswith(".zip"):
        for _, data in records_in_zip(path):
            _keep_json(data, path.name, changed_on, work)
    elif name.endswith((".json", ".jsonl", ".ndjson", ".csv")):
        with open_plain(path) as file:
            if name.endswith(".json"):
                _keep_json(bounded_json(file, path.name), path.name, changed_on, work)
            elif name.endswith(".csv"):
                _keep_csv(lines_of(file, path.name), path.name, work)
            else:
                _keep_lines(lines_of(file, path.name), path.name, work)
    else:
        work.ignored.append(path.name)


def _real_day(text: str) -> str:
    """A day, "" when it is none: what a source says of its own day is shown, and compared."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _keep_json(data: Any, name: str, changed_on: str, work: _Work) -> None:
    kind = kind_of_json(data)
    try:
        if kind == "cve":
            work.holes.add_record(data)
        elif kind == "kev":
            work.keep("kev", *exploited_of(data))
        elif kind == "life":
            work.keep("life", *lives_of(data))
        elif kind == "libraries":
            work.keep("libraries", libraries_of(data), changed_on)
        elif kind == "takeovers":
            work.keep("takeovers", takeovers_of(data), changed_on)
        elif kind:
            work.raw[kind] = data
        else:
            work.ignored.append(name)
    except _MALFORMED as fault:
        raise UnreadableSource(
            f"« {name} » n’a pas la forme attendue ({kind}).",
            todo="Téléchargez-le de nouveau ; si sa forme a changé, mettez Rempart à jour.",
        ) from fault


def _keep_csv(lines: Iterator[str], name: str, work: _Work) -> None:
    first = next(lines, "")
    whole = (line for part in ([first], lines) for line in part)
    # The limit is the process's own: whoever read a table before may have moved it.
    csv.field_size_limit(_MOST_FIELD)
    try:
        if first.startswith("#") or "epss" in first:
            work.keep("epss", *scores_of(whole))
        elif "rdx_en_stamp" in first:
            work.keep("netscaler", *netscaler_of(whole))
        else:
            work.ignored.append(name)
    except (csv.Error, *_MALFORMED) as fault:
        raise UnreadableSource(
            f"« {name} » n’est pas un tableau lisible.",
            todo="Téléchargez-le de nouveau, ou retirez-le du dossier.",
        ) from fault


def _keep_lines(lines: Iterator[str], name: str, work: _Work) -> None:
    for number, line in enumerate(lines, 1):
        try:
            record = msgspec.json.decode(line)
            if "aff" in record:
                work.holes.add_condensed(record)
            elif kind_of_json(record) == "cve":
                work.holes.add_record(record)
        except (msgspec.DecodeError, RecursionError, *_MALFORMED) as fault:
            raise UnreadableSource(
                f"« {name} », ligne {number} : ce n’est pas une fiche de faille lisible.",
                todo="Téléchargez ce fichier de nouveau, ou retirez-le du dossier.",
            ) from fault


def _join_exchange(work: _Work) -> None:
    names = work.raw.pop("exchange_names", None)
    known = work.raw.pop("exchange_known", {})
    mends = work.raw.pop("exchange_mends", {})
    if names is not None:
        try:
            builds = builds_of(names, known, mends)
        except _MALFORMED as fault:
            raise UnreadableSource(
                "Les tables d’Exchange n’ont pas la forme attendue.",
                todo="Téléchargez-les de nouveau ; si leur forme a changé, mettez Rempart à jour.",
            ) from fault
        work.keep("exchange", builds, max((b.released_on for b in builds.values()), default=""))


def _contents(work: _Work) -> Contents:
    raw = work.raw
    kev, exchange = raw.get("kev", {}), raw.get("exchange", {})
    libraries = raw.get("libraries", {})
    named = {*kev, *work.holes.holes}
    named.update(hole for build in exchange.values() for hole in build.holes)
    named.update(
        name for library in libraries.values() for hole in library.holes for name in hole.holes
    )
    return Contents(
        kev=kev,
        epss={h: s for h, s in raw.get("epss", {}).items() if s >= _TOLD_SCORE or h in named},
        holes=work.holes.holes,
        affected=work.holes.affected,
        life=raw.get("life", {}),
        exchange=exchange,
        netscaler=raw.get("netscaler", []),
        libraries=libraries,
        takeovers=raw.get("takeovers", []),
    )


def _origins(work: _Work, contents: Contents) -> list[Origin]:
    return [
        Origin(section, title, origin, licence, work.days[section], len(getattr(contents, section)))
        for section, (title, origin, licence) in _SECTIONS.items()
        if section in work.days
    ]


def latest_day(origins: list[Origin]) -> date | None:
    """The newest day of the data: a bundle is never made before it."""
    days = [date.fromisoformat(o.as_of) for o in origins if o.as_of]
    return max(days, default=None)
