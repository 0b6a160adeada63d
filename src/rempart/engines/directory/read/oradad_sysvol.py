"""The files of SYSVOL that ORADAD copies beside its tables, named by a hash that `sysvol.tsv` explains.

Source: ORADAD 3, Sysvol.cpp: `<date>_SYSVOL\\<domain>\\{GUID}\\<hash>_<file name>`, and the columns of `sysvol.tsv`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.descriptors import UnreadableDescriptor, read_descriptor
from rempart.engines.directory.entries.values import instant
from rempart.engines.directory.model import Fact
from rempart.engines.directory.policies import PolicyFiles, merged, policy_key
from rempart.engines.directory.policy_folders import MAX_FILE, is_wanted, place_of, policies_of
from rempart.engines.directory.read import sysvol
from rempart.engines.directory.read.archives import Container, Form, Member, open_container
from rempart.engines.directory.read.oradad_tables import Collection, Table, rows
from rempart.engines.directory.rights import AceFlag
from rempart.kernel.french import counted, plural
from rempart.kernel.progress import Observer

_COLUMNS: Final = ("domain", "guid", "path", "archivename", "take")
_CHANGED: Final = "ftcreaftlastwritetimetiontime"  # sic: so is the column called
_DESCRIBED: Final[tuple[str, ...]] = ("fileattributes", "securitydescriptor", _CHANGED)
_DIRECTORY: Final = 0x10  # FILE_ATTRIBUTE_DIRECTORY


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
    policies = policies_of(reading.files(), known=reading.folders)
    sysvol.fill(builder, policies)
    described = [policy for policy in reading.about.values() if policy.domain]
    sysvol.fill(builder, {policy_key(p.domain, p.guid): p for p in described})
    if any(policy.folder_protected is not None for policy in described):
        builder.facts.add(Fact.SYSVOL_DESCRIPTORS)
    if reading.missing:
        observer.note(
            f"{counted(reading.missing, 'fichier')} de SYSVOL "
            + plural(
                reading.missing,
                "annoncé par ORADAD n’a pas été copié.",
                "annoncés par ORADAD n’ont pas été copiés.",
            )
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
        self.about: dict[str, PolicyFiles] = {}
        self._rights: dict[str, tuple[bool, bool] | None] = {}
        self._wanted: list[tuple[str, Member]] = []
        for table in tables:
            self._read_table(table)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The path of each policy file, with its content."""
        self.observer.stage("Lecture de SYSVOL", len(self._wanted))
        for path, member in self._wanted:
            with member.open() as stream:
                yield path, stream.read(MAX_FILE + 1)
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
                found = {name: row[places[name]] for name in _DESCRIBED if name in places}
                self._describe(path, found)
            if taken != "1" or not is_wanted(path):
                continue
            copy = self.copies.get((domain.lower(), name))
            if copy is None:
                self.missing += 1
            else:
                self._wanted.append((path, copy))

    def _describe(self, path: str, found: dict[str, str]) -> None:
        """What a line says of a file or folder of a policy: when it changed, and its rights."""
        place = place_of(f"{path}/.")
        if place is None:
            return
        domain, guid, name = place[0], place[1], place[2].removesuffix("/.").removesuffix(".")
        attributes = found.get("fileattributes", "")
        folder = attributes.isdigit() and bool(int(attributes) & _DIRECTORY)
        rights = self._rights_of(found.get("securitydescriptor", ""))
        explicit, protected = rights if rights and name and not folder else (False, False)
        changed = instant(found.get(_CHANGED, "").encode())
        said = PolicyFiles(
            domain,
            guid,
            changed_at=changed if changed > 0 and not folder else None,
            explicit_rights=(name,) if explicit else (),
            protected_files=(name,) if protected else (),
            folder_protected=rights[1] if rights and not name else None,
        )
        key = policy_key(domain, guid)
        self.about[key] = merged(self.about[key], said) if key in self.about else said

    def _rights_of(self, text: str) -> tuple[bool, bool] | None:
        """(has entries of its own, does not inherit), or None for a descriptor that was not read."""
        if text not in self._rights:
            self._rights[text] = _rights(text)
        return self._rights[text]


def _rights(text: str) -> tuple[bool, bool] | None:
    try:
        descriptor = read_descriptor(bytes.fromhex(text))
    except (UnreadableDescriptor, ValueError):
        return None
    own = any(not ace.flags & AceFlag.INHERITED for ace in descriptor.aces or ())
    return own, descriptor.protected
