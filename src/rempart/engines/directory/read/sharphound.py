"""Reading SharpHound and BloodHound collections (JSON files of versions 3 to 6, and OpenGraph) into the model.

Source of the formats: SharpHoundCommon's output types and BloodHound's ingest models. A BloodHound file has no
raw descriptor and few attributes of the configuration: the facts that it gives are those really seen in it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact
from rempart.engines.directory.read.json_stream import ArrayFile, Readable
from rempart.engines.directory.read.sharphound_accounts import Accounts
from rempart.engines.directory.read.sharphound_acl import AceTable
from rempart.engines.directory.read.sharphound_graph import read_open_graph
from rempart.engines.directory.read.sharphound_mend import without_faults
from rempart.engines.directory.read.sharphound_others import Others
from rempart.engines.directory.read.sharphound_pending import Pending
from rempart.engines.directory.read.sharphound_structs import COMPUTERS, GROUPS, OBJECTS, USERS
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

# SharpHound names the container of the built-in groups by its SID, and never describes it.
_BUILTIN: Final = "S-1-5-32"
_WORD: Final = re.compile(r"[a-z]+")
_AZURE: Final = re.compile(r"^az", re.IGNORECASE)
TYPES: Final = frozenset(
    [
        "users",
        "computers",
        "groups",
        "domains",
        "ous",
        "gpos",
        "containers",
        "aiacas",
        "rootcas",
        "enterprisecas",
        "ntauthstores",
        "certtemplates",
        "issuancepolicies",
    ]
)

# Bits of `methods`, in the header of SharpHound's files → facts that only this collection method proves. Other
# collectors write 0 there. Source: CollectionMethod of SharpHoundCommon.
_PROVEN_BY: Final = (
    (1 << 0, frozenset({Fact.MEMBERS})),
    (1 << 5, frozenset({Fact.TRUSTS, Fact.TRUST_TGT_DELEGATION})),
    (1 << 6, frozenset({Fact.ACL, Fact.OWNERS, Fact.ACL_PKI})),
    (1 << 7, frozenset({Fact.GPO_LINKS})),
    (1 << 9, frozenset({Fact.DELEGATION})),
)

# The first key found decides; keys of the object, then keys of its properties.
_SHOWN_BY_KEY: Final = (
    ("Members", "groups"),
    ("LocalGroups", "computers"),
    ("LocalAdmins", "computers"),
    ("AllowedToAct", "computers"),
    ("Trusts", "domains"),
    ("EnabledCertTemplates", "enterprisecas"),
    ("CARegistryData", "enterprisecas"),
    ("SPNTargets", "users"),
    ("GroupLink", "issuancepolicies"),
    ("GPOChanges", "ous"),
    ("Links", "ous"),
)
_SHOWN_BY_PROPERTY: Final = (
    ("gpcpath", "gpos"),
    ("effectiveekus", "certtemplates"),
    ("certificatenameflag", "certtemplates"),
    ("certthumbprints", "ntauthstores"),
    ("hascrosscertificatepair", "aiacas"),
)


def shown_type(first: dict[str, Any]) -> str:
    """The type that the keys of an object show, or "" when they do not tell it apart."""
    properties = first.get("Properties")
    inside = properties if isinstance(properties, dict) else {}
    for keys, table in ((first, _SHOWN_BY_KEY), (inside, _SHOWN_BY_PROPERTY)):
        for key, kind in table:
            if key in keys:
                return "domains" if kind == "ous" and _is_domain(first) else kind
    return ""


def _is_domain(first: dict[str, Any]) -> bool:
    """A domain has links as an OU has, and a SID, which an OU has not."""
    return str(first.get("ObjectIdentifier")).upper().startswith("S-1-5-21-")


@dataclass(slots=True)
class OpenFile:
    """A file that is being read: its type, and the number of its objects so far."""

    file: ArrayFile
    kind: str
    count: int = 0


class SharpHoundReader:
    """Reads the files of one collection into a builder; call `finish` after the last."""

    def __init__(self, builder: Builder, observer: Observer) -> None:
        self._builder = builder
        self._observer = observer
        self.pending = Pending()
        self._aces = AceTable(builder, self.pending)
        self._accounts = Accounts(builder, self._aces, self.pending)
        self._others = Others(builder, self._aces, self.pending)
        self._stranger: UnreadableSource | None = None

    def read(self, name: str, stream: Readable) -> None:
        """Read one JSON file. One that is not SharpHound's is left out and told; raises UnreadableSource when it is no
        JSON, or is truncated."""
        opened = self.open(name, stream)
        if opened is not None:
            self.go_on(opened)
            self.close(opened)

    def open(self, name: str, stream: Readable) -> OpenFile | None:
        """Begin to read one JSON file; None when nothing more of it is to be read. Raises as `read`."""
        file = ArrayFile(name, stream)
        if not file.open():
            self._read_without_array(file)
            return None
        kind = self._type_of(file)
        if _AZURE.match(kind) or kind == "azure":
            self._observer.note(
                f"{name} : données Azure ignorées (l’audit porte sur l’annuaire local)."
            )
            return None
        if kind not in TYPES:
            self._leave_out(
                UnreadableSource(
                    f"{name} : type d’objets « {kind} » inconnu.",
                    expected="Les types de SharpHound : users, computers, groups, domains, ous, gpos…",
                    todo="Donnez le zip d’origine.",
                )
            )
            return None
        self.pending.types_seen.add(kind)
        return OpenFile(file, kind)

    def go_on(self, opened: OpenFile, until: int | None = None) -> bool:
        """Read the objects of a file, up to this offset of their array when it is given; False when some are left."""
        for objects in opened.file.pieces(self._decoder(opened.kind), until):
            try:
                self._take(opened.kind, objects)
            except UnicodeDecodeError as fault:
                # Of what was left raw.
                raise opened.file.not_utf8() from fault
            opened.count += len(objects)
            self._observer.advance(len(objects))
        return not opened.file.halted

    def close(self, opened: OpenFile) -> None:
        """Compare with what was read what the file says of itself."""
        self._check_meta(opened.file, opened.kind, opened.count)

    def finish(self) -> None:
        """Resolve what refers to objects read later, and state the facts that the files gave."""
        if not self.pending.types_seen:
            raise self._stranger or UnreadableSource(
                "La collecte ne contient aucun objet d’annuaire.",
                expected="Au moins les fichiers users, computers, groups et domains.",
                todo="Relancez SharpHound avec la collecte par défaut, puis donnez le zip entier.",
            )
        self._aces.finish()
        if (builtin := self._builder.index.get(_BUILTIN)) is not None:
            self._builder.names.setdefault(builtin, "BUILTIN")
        self._accounts.finish()
        self._others.finish()
        if not {"users", "computers", "groups"} <= self.pending.types_seen:
            # A check on one kind of account must not pass because its file is missing.
            self._builder.facts -= {Fact.ACCOUNTS, Fact.DELEGATION, Fact.SPN, Fact.SID_HISTORY}
        if "domains" not in self.pending.types_seen:
            self._builder.facts.discard(Fact.LAPS)
        if self._builder.has_acls():
            self._builder.facts |= {Fact.ACL, Fact.OWNERS}
            if {"certtemplates", "enterprisecas"} & self.pending.types_seen:
                self._builder.facts.add(Fact.ACL_PKI)
        self._forget_uncollected()
        missing = {"users", "computers", "groups", "domains"} - self.pending.types_seen
        if missing:
            self._observer.note(
                "La collecte n’a pas de fichier "
                + ", ".join(sorted(missing))
                + " : l’audit est partiel."
            )
        if self.pending.refused:
            one = self.pending.refused == 1
            said = "objet illisible a été laissé" if one else "objets illisibles ont été laissés"
            self._observer.note(f"{self.pending.refused} {said} de côté.")
        if self.pending.unknown_rights:
            self._observer.note(
                "Droits inconnus laissés de côté : "
                + ", ".join(sorted(self.pending.unknown_rights))
                + "."
            )

    def _forget_uncollected(self) -> None:
        """Take back the facts that the collector did not look for: it writes an empty list then too."""
        if not self.pending.methods:
            return
        for method, facts in _PROVEN_BY:
            if not self.pending.methods & method:
                self._builder.facts -= facts

    def _take(self, kind: str, objects: Sequence[Any]) -> None:
        if kind in ("users", "computers", "groups"):
            self._accounts.take(kind, objects)
        else:
            self._others.take(kind, objects)

    def _decoder(self, kind: str) -> Callable[[bytes], Sequence[Any]]:
        decoders: dict[str, Any] = {"users": USERS, "computers": COMPUTERS, "groups": GROUPS}
        typed = decoders.get(kind)
        if typed is None:
            return OBJECTS.decode

        def decode(piece: bytes) -> Sequence[Any]:
            try:
                return list(typed.decode(piece))
            except msgspec.ValidationError:
                # One object of an unexpected shape must not cost the others.
                return self._one_by_one(piece, typed)

        return decode

    def _one_by_one(self, piece: bytes, decoder: Any) -> list[Any]:
        kept = []
        for raw in msgspec.json.decode(piece, type=list[msgspec.Raw]):
            try:
                kept.extend(decoder.decode(b"[" + bytes(raw) + b"]"))
            except msgspec.ValidationError:
                mended = without_faults(bytes(raw), decoder)
                self.pending.refused += not mended
                kept.extend(mended)
        return kept

    def _type_of(self, file: ArrayFile) -> str:
        """The type of a file: what its first object shows, since names and `meta` may lie; else its name, else `meta`."""
        if file.array_key != "data":
            return file.array_key.lower()
        shown = shown_type(file.first_object())
        if shown:
            return shown
        words: list[str] = _WORD.findall(file.name.rpartition("/")[2].lower())
        called = [word for word in words[:-1] if word in TYPES or _AZURE.match(word)]
        return called[-1] if called else file.stated_type() or "?"

    def _check_meta(self, file: ArrayFile, kind: str, count: int) -> None:
        meta = file.around.get("meta")
        if not isinstance(meta, dict):
            self._observer.note(f"{file.name} : pas d’en-tête « meta » ; lu comme « {kind} ».")
            return
        methods = meta.get("methods")
        if type(methods) is int and methods >= 0:
            self.pending.methods |= methods
            # SharpHound wrote none up to its version 3, and never 0 since.
            self.pending.by_another |= methods == 0
        if meta.get("count") not in (count, None):
            self._observer.note(
                f"{file.name} : nombre d’objets annoncé par l’en-tête {meta['count']}, lu {count}."
            )

    def _read_without_array(self, file: ArrayFile) -> None:
        if "graph" in file.around or "metadata" in file.around:
            graph = file.around.get("graph")
            if isinstance(graph, dict):
                read_open_graph(graph, self._builder)
                return
        self._leave_out(
            UnreadableSource(
                f"{file.name} : ce JSON n’est pas une collecte de SharpHound.",
                expected='Un fichier {"data":[…],"meta":{…}}.',
                todo="Donnez le zip produit par SharpHound, bloodhound.py ou RustHound.",
            )
        )

    def _leave_out(self, stranger: UnreadableSource) -> None:
        """A file that another program put among the others costs nothing but itself, unless it is alone."""
        self._stranger = self._stranger or stranger
        self._observer.note(f"Fichier ignoré. {stranger.found}")
