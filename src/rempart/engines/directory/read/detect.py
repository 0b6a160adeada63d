"""Recognising, by their content, the collections in what a user gives, and handing each to its reader."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.collect.collection_file import is_collection
from rempart.engines.directory.entries.attributes import READ
from rempart.engines.directory.entries.reader import EntryReader
from rempart.engines.directory.model import Source
from rempart.engines.directory.policy_folders import is_wanted
from rempart.engines.directory.read import (
    collection,
    ldapdomaindump,
    ldif,
    oradad_sysvol,
    oradad_tables,
    sysvol,
)
from rempart.engines.directory.read.archives import (
    GZIP_MAGIC,
    ZIP_MAGIC,
    Container,
    Form,
    Member,
    open_container,
)
from rempart.engines.directory.read.oradad import OradadReader
from rempart.engines.directory.read.sharphound import SharpHoundReader
from rempart.engines.directory.read.sharphound_members import read_members
from rempart.engines.directory.read.strangers import is_known_stranger, nothing_in, refused
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer, Silent


class Format(StrEnum):
    """The formats that are read, with the label that reports show."""

    SHARPHOUND = "SharpHound"
    LDIF = "LDIF"
    ORADAD = "ORADAD"
    LDAPDOMAINDUMP = "ldapdomaindump"
    COLLECTION = "Collecte Rempart"
    SYSVOL = "SYSVOL"


@dataclass(slots=True, frozen=True)
class FoundSource:
    """One collection that was recognised: the members to read, and the folder of the container they are in."""

    format: Format
    container: Container
    members: tuple[Member, ...]
    root: str = ""

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.container.path.name}/{self.root}".rstrip("/")


_HEAD: Final = 4096
_LDIF_NAMES: Final = (".ldf", ".ldif", ".txt", ".ldif.gz", ".ldf.gz")
_SHARPHOUND_HEAD: Final = re.compile(
    r'\{\s*"(data|meta|graph|metadata|users|computers|groups|domains|ous|gpos|containers|sessions'
    r'|aiacas|rootcas|enterprisecas|ntauthstores|certtemplates|issuancepolicies)"'
)
_STAMP: Final = re.compile(r"(?:^|/)(\d{14})_[^/]*\.json$")


def sources_of(path: Path) -> list[FoundSource]:
    """Every collection found at `path` (file, folder or archive), at least one.

    The JSON files of one folder make one source; each LDIF file is one, because a folder may hold several hospitals
    (`together` joins those of one forest). Raises UnreadableSource, saying what was found, when nothing is recognised.
    """
    if path.is_file() and _is_collection(path):
        return [FoundSource(Format.COLLECTION, Container(path, Form.FILE, ()), ())]
    container = open_container(path)
    if container.form in (Form.FILE, Form.GZIP):
        return [_single(container, container.members[0])]
    sources = _in_members(container)
    if container.form is Form.FOLDER:
        sources += _in_archives(container)
    if not sources:
        raise _nothing(container)
    return sources


def read_into(
    source: FoundSource,
    builder: Builder,
    observer: Observer,
    *,
    passphrase: str = "",
    identity: str = "",
) -> None:
    """Read one source into `builder`, its facts and its `Source` included.

    `passphrase` and `identity` open an encrypted collection file. Raises UnreadableSource.
    """
    if source.format is Format.COLLECTION:
        collection.read(source.container.path, builder, observer, passphrase, identity)
        return
    if source.format is Format.SYSVOL:
        sysvol.read(source.container.path, builder, observer)
        return
    reader = _READERS[source.format]
    collector, collected_at = reader(source, builder, observer)
    names = frozenset(member.name for member in source.members)
    builder.sources.append(
        Source(source.format.value, source.container.source_files(names), collector, collected_at)
    )


_Stated = tuple[str, int | None]  # collector and date, as the source states them


def _read_sharphound(source: FoundSource, builder: Builder, observer: Observer) -> _Stated:
    reader = SharpHoundReader(builder, observer)
    read_members(source.container.path, source.members, reader, builder, observer)
    reader.finish()
    stamps = [found[1] for m in source.members if (found := _STAMP.search("/" + m.name))]
    return "SharpHound", _instant(min(stamps, default=""))


def together(sources: list[FoundSource]) -> list[list[FoundSource]]:
    """The sources to read into one builder: LDIF files of one forest, exported partition by partition or domain by
    domain, resolve each other's names; every other source stands alone. The order is that of the first of each."""
    suffixes = [_suffix(s) if s.format is Format.LDIF else "" for s in sources]
    groups: dict[str, list[int]] = {}
    # The shortest suffix is that of the root of the forest.
    for place in sorted(range(len(sources)), key=lambda i: len(suffixes[i])):
        suffix = suffixes[place]
        forest = next((root for root in groups if suffix.endswith(root)), suffix)
        groups.setdefault(forest or f"alone {place}", []).append(place)
    return [
        [sources[place] for place in sorted(group)] for group in sorted(groups.values(), key=min)
    ]


def read_together(sources: list[FoundSource], builder: Builder, observer: Observer) -> None:
    """Read several LDIF sources of one forest into `builder`. Raises UnreadableSource."""
    reader = EntryReader(builder, complete=False, observer=observer)
    for source in sources:
        _add_ldif(source, reader, observer)
        names = frozenset(member.name for member in source.members)
        files = source.container.source_files(names)
        builder.sources.append(Source(source.format.value, files, "", None))
    reader.finish()


def _suffix(source: FoundSource) -> str:
    """The DC components that end the first name of an LDIF source, lower case; "" when it has none."""
    for member in source.members:
        with member.open() as stream:
            for dn, _ in ldif.entries(stream, member.name, Silent()):
                parts = [p.strip() for p in dn.lower().split(",")]
                found = ",".join(p for p in parts if p.startswith("dc="))
                if found:
                    return "," + found
                break
    return ""


def _read_ldif(source: FoundSource, builder: Builder, observer: Observer) -> _Stated:
    reader = EntryReader(builder, complete=False, observer=observer)
    _add_ldif(source, reader, observer)
    reader.finish()
    return "", None


def _add_ldif(source: FoundSource, reader: EntryReader, observer: Observer) -> None:
    for member in source.members:
        observer.stage(f"Lecture de {member.name}", member.size or None)
        with member.open() as stream:
            for dn, attributes in ldif.entries(stream, member.name, observer, READ):
                reader.add(dn, attributes)


def _read_oradad(source: FoundSource, builder: Builder, observer: Observer) -> _Stated:
    found = oradad_tables.open_collection(source.container, source.root)
    tables = OradadReader(found, observer)
    reader = EntryReader(builder, complete=tables.asked(), observer=observer)
    for dn, attributes in tables.entries():
        reader.add(dn, attributes)
    reader.finish()
    oradad_sysvol.read_policies(found, builder, observer)
    return found.collector(), found.collected_at()


def _read_ldapdomaindump(source: FoundSource, builder: Builder, observer: Observer) -> _Stated:
    ldapdomaindump.read_files(list(source.members), builder, observer)
    return "ldapdomaindump", None


_READERS: Final[dict[Format, Callable[[FoundSource, Builder, Observer], _Stated]]] = {
    Format.SHARPHOUND: _read_sharphound,
    Format.LDIF: _read_ldif,
    Format.ORADAD: _read_oradad,
    Format.LDAPDOMAINDUMP: _read_ldapdomaindump,
}


def _instant(stamp: str) -> int | None:
    try:
        return int(datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _is_collection(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_collection(file.read(_HEAD))
    except OSError:
        return False


def _single(container: Container, member: Member) -> FoundSource:
    head = member.head(_HEAD)
    if member.basename in ldapdomaindump.FILES:
        return FoundSource(Format.LDAPDOMAINDUMP, container, (member,))
    if _is_sharphound(head):
        return FoundSource(Format.SHARPHOUND, container, (member,))
    if ldif.looks_like_ldif(head):
        return FoundSource(Format.LDIF, container, (member,))
    if member.basename == "tables.tsv":
        raise UnreadableSource(
            f"« {member.name} » décrit une sortie d’ORADAD, mais n’en contient pas les données.",
            todo="Donnez le dossier qui contient ce fichier, en entier.",
        )
    raise refused(container.path.name, head)


def _is_sharphound(head: bytes) -> bool:
    for encoding in ("utf-8-sig", "utf-16"):
        text = head.decode(encoding, "replace").lstrip()
        if _SHARPHOUND_HEAD.match(text):
            return True
    return False


def _in_members(container: Container) -> list[FoundSource]:
    roots = oradad_tables.roots(container)
    _check_one_date(container, roots)
    sources = [
        FoundSource(Format.ORADAD, container, _under(container, root), root) for root in roots
    ]
    taken = {member.name for source in sources for member in source.members}
    rest = [m for m in container if m.name not in taken]
    if any(is_wanted(member.name) for member in rest):
        sources.append(FoundSource(Format.SYSVOL, container, ()))
    for folder, members in _by_folder(rest).items():
        sources += _in_folder(container, folder, members)
    return sources


def _under(container: Container, root: str) -> tuple[Member, ...]:
    # ORADAD writes the files of SYSVOL beside the tables.
    places = (root, oradad_sysvol.beside(root)) if root else ("",)
    return tuple(member for member in container if member.name.startswith(places))


def _check_one_date(container: Container, roots: list[str]) -> None:
    parents = [root.rstrip("/").rpartition("/")[0] for root in roots]
    for parent in set(parents):
        if parents.count(parent) > 1:
            dates = sorted(r.rstrip("/").rpartition("/")[2] for r in roots if r.startswith(parent))
            raise UnreadableSource(
                f"« {container.path.name} » contient plusieurs collectes ORADAD de la même forêt :"
                f" {', '.join(dates)}.",
                todo="Donnez le dossier de celle qu’il faut auditer.",
            )


def _by_folder(members: Iterable[Member]) -> dict[str, list[Member]]:
    folders: dict[str, list[Member]] = {}
    for member in members:
        folders.setdefault(member.name.rpartition("/")[0], []).append(member)
    return folders


def _in_folder(container: Container, folder: str, members: list[Member]) -> list[FoundSource]:
    found: dict[Format, list[Member]] = {}
    for member in members:
        name = member.basename.lower()
        if name in ldapdomaindump.FILES:
            found.setdefault(Format.LDAPDOMAINDUMP, []).append(member)
        elif name.endswith(".json") and _is_sharphound(member.head(_HEAD)):
            found.setdefault(Format.SHARPHOUND, []).append(member)
        elif name.endswith(_LDIF_NAMES) and ldif.looks_like_ldif(_clear_head(container, member)):
            found.setdefault(Format.LDIF, []).append(_clear(container, member))
    exports = found.pop(Format.LDIF, [])
    return [
        *(FoundSource(form, container, tuple(kept), folder) for form, kept in found.items()),
        *(FoundSource(Format.LDIF, container, (export,), folder) for export in exports),
    ]


def _clear(container: Container, member: Member) -> Member:
    """The member inflated, when it is a gzip file of a folder."""
    if container.form is Form.FOLDER and member.head(2) == GZIP_MAGIC:
        inner = open_container(container.path / member.name).members[0]
        return Member(member.name, inner.size, inner.open)
    return member


def _clear_head(container: Container, member: Member) -> bytes:
    return _clear(container, member).head(_HEAD)


def _in_archives(container: Container) -> list[FoundSource]:
    """The collections in the zips and collection files of a folder: a folder of several hospitals."""
    sources: list[FoundSource] = []
    for member in container:
        path = container.path / member.name
        if member.head(4) in ZIP_MAGIC:
            sources += _in_members(open_container(path))
        elif member.basename.endswith(".rempart-dir") and _is_collection(path):
            sources.append(FoundSource(Format.COLLECTION, Container(path, Form.FILE, ()), ()))
    return sources


def _nothing(container: Container) -> UnreadableSource:
    for member in container.members[:500]:
        head = member.head(_HEAD)
        if is_known_stranger(member.name, head):
            return refused(member.name, head)
    what = "Le dossier" if container.form is Form.FOLDER else "L’archive"
    return nothing_in(container.path.name, what, len(container.members))
