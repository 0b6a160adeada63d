"""The files of SYSVOL that ORADAD copies beside its tables, named by a hash that `sysvol.tsv` explains.

Source: ORADAD 3, Sysvol.cpp: `<date>_SYSVOL\\<domain>\\{GUID}\\<hash>_<file name>`, and the columns of `sysvol.tsv`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.read import sysvol
from rempart.engines.directory.read.archives import Container, Form, Member, open_container
from rempart.engines.directory.read.oradad_tables import Collection, Table, rows
from rempart.kernel.progress import Observer

_COLUMNS: Final = ("domain", "guid", "path", "archivename", "take")


def read_policies(collection: Collection, builder: Builder, observer: Observer) -> None:
    """Read the copied policies into `builder`; without the copies, SYSVOL stays unknown and the user is told."""
    tables = [t for t in collection.tables if t.name == "sysvol" and collection.member(t)]
    if not tables:
        return
    copies = _copies(collection)
    if not copies:
        observer.note(
            "Les copies de SYSVOL (dossier dont le nom finit par _SYSVOL, à côté des tables d’ORADAD) sont absentes :"
            " les fichiers des stratégies de groupe ne sont pas évalués."
        )
        return
    reading = _Reading(collection, tables, copies, observer)
    policies = sysvol.policies_of(reading.files(), known=reading.folders)
    sysvol.fill(builder, policies)
    if reading.missing:
        observer.note(
            f"{reading.missing} fichier(s) de SYSVOL annoncés par ORADAD n’ont pas été copiés."
        )


def beside(root: str) -> str:
    """The folder of the copies of a collection, ending with `/`."""
    return f"{root.rstrip('/')}_SYSVOL/" if root else ""


def _copies(collection: Collection) -> dict[tuple[str, str], Member]:
    """The copied files, by domain and hash."""
    container, folder = collection.container, beside(collection.root)
    if not folder:
        found = _neighbour(container)
        if found is None:
            return {}
        container = found
    copies = {}
    for member in container:
        if member.name.startswith(folder):
            domain, _, rest = member.name[len(folder) :].partition("/")
            copies[domain.lower(), rest.rpartition("/")[2].partition("_")[0]] = member
    return copies


def _neighbour(container: Container) -> Container | None:
    """The copies, when the user gave the folder of the tables itself: they are next to it."""
    if container.form is not Form.FOLDER:
        return None
    # The folder may have been given as "." or as a link.
    real = Path(container.path).resolve()
    path = real.with_name(f"{real.name}_SYSVOL")
    return open_container(path) if path.is_dir() else None


class _Reading:
    def __init__(
        self,
        collection: Collection,
        tables: list[Table],
        copies: dict[tuple[str, str], Member],
        observer: Observer,
    ) -> None:
        self.collection, self.tables, self.copies = collection, tables, copies
        self.observer = observer
        self.missing = 0
        self.folders: set[str] = set()
        self._wanted: list[tuple[str, Member]] = []
        for table in tables:
            self._read_table(table)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The path of each policy file, with its content."""
        self.observer.stage("Lecture de SYSVOL", len(self._wanted))
        for path, member in self._wanted:
            with member.open() as stream:
                yield path, stream.read(sysvol.MAX_FILE + 1)
            self.observer.advance()

    def _read_table(self, table: Table) -> None:
        member = self.collection.member(table)
        places = {c.attribute: c.place for c in table.columns}
        if member is None or not places.keys() >= set(_COLUMNS):
            return
        for row in rows(member, table, self.observer, tell=False):
            domain, guid, inside, name, taken = (row[places[column]] for column in _COLUMNS)
            path = f"{domain}/{inside}".replace("\\", "/")
            if guid:
                self.folders.add(f"{domain}/Policies/{guid}")
            if taken != "1" or not sysvol.is_wanted(path):
                continue
            copy = self.copies.get((domain.lower(), name))
            if copy is None:
                self.missing += 1
            else:
                self._wanted.append((path, copy))
