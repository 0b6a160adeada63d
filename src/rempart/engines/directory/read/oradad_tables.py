"""The tables of a clear ORADAD output: UTF-16LE rows whose columns are described by `tables.tsv`.

Source: what ANSSI's ORADAD 3 writes (LDAP.cpp, Buffer.cpp, Sysvol.cpp, Util.cpp). `tables.tsv` gives SQL types,
not those of the LDAP request: `nvarchar` is text, one value or several joined by `;` without any escaping;
`varchar` is a SID, an SDDL text or hexadecimal; `x` followed by `x_int` is one number, worded then raw.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rempart.engines.directory.read.archives import Container, Member
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.french import counted, grouped
from rempart.kernel.progress import Observer


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set: how this format's lists of attributes are written."""
    return frozenset(text.split())


BLOCK: Final = 4 << 20
LINE_LIMIT: Final = 256 << 20
NEVER: Final = "2999-12-12 23:59:59"
_NEVER_FILETIME: Final = [b"9223372036854775807"]
_SHARED_VALUES: Final = 50_000
_MANY_BAD_ROWS: Final = 100  # one row in a hundred
# Attributes of several values that the model reads; the text of any other one is kept whole.
_SEVERAL: Final = words(
    """
    objectclass serviceprincipalname msds-allowedtodelegateto altsecurityidentities certificatetemplates
    pkiextendedkeyusage mspki-certificate-application-policy mspki-certificate-policy
    mspki-ra-application-policies mspki-ra-policies mspki-enrollment-servers pkicriticalextensions
    dnsroot msds-enabledfeature keywords admincontextmenu contextmenu shellcontextmenu adminpropertypages
    shellpropertypages adminmultiselectpropertypages createwizardext
    systemposssuperiors posssuperiors systemmaycontain maycontain systemmustcontain mustcontain
    systemauxiliaryclass auxiliaryclass msds-alloweddnssuffixes servicebindinginformation
    """
)
_NAMES: Final = words(
    """
    member memberof msds-revealedlist msds-revealondemandgroup msds-neverrevealgroup msds-psoappliesto
    hasmasterncs msds-hasmasterncs msds-hasdomainncs msds-hasfullreplicancs msds-hostserviceaccount
    msds-authnpolicysilomembers msds-oidtogrouplinkbl msds-krbtgtlinkbl serverreferencebl
    msds-nonmembers managedobjects msds-supersededmanagedaccountlink msds-managedaccountprecededbylink
    wellknownobjects otherwellknownobjects msds-membersforazrole
    """
)
_DN_END = re.compile(r"(?<!\\);(?=[A-Za-z][A-Za-z0-9-]*=|B:\d+:|\d[0-9.]*=)")

Values = list[bytes]
Convert = Callable[[str], Values]


@dataclass(slots=True, frozen=True)
class Column:
    """One column worth reading: its place in the rows, its lower-case LDAP attribute, its SQL type."""

    place: int
    attribute: str
    sql_type: str


@dataclass(slots=True, frozen=True)
class Table:
    """One file of the collection: `name` is the ORADAD request (user, top…), `width` its number of columns."""

    path: str
    name: str
    width: int
    columns: tuple[Column, ...]


@dataclass(slots=True, frozen=True)
class Collection:
    """An ORADAD output: the folder of its `tables.tsv` inside the container, its tables, its metadata."""

    container: Container
    root: str
    tables: tuple[Table, ...]
    metadata: dict[str, str]

    def member(self, table: Table) -> Member | None:
        """The file of a table, which may be missing."""
        return self.container.member(self.root + table.path)

    def collector(self) -> str:
        """The collector as shown in reports."""
        return f"ORADAD {self.metadata.get('oradad_version', '')}".strip()

    def collected_at(self) -> int | None:
        """The date of the collection (Unix seconds), from the metadata."""
        text = self.metadata.get("forest|systemtime", "")
        try:
            return int(datetime.strptime(text, "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp())
        except ValueError:
            return None


def roots(container: Container) -> list[str]:
    """The folders of the container ("" or ending with `/`) that hold a `tables.tsv`."""
    return [m.name[: -len("tables.tsv")] for m in container if m.basename == "tables.tsv"]


def open_collection(container: Container, root: str) -> Collection:
    """Read what describes an ORADAD output; raises UnreadableSource when its tables do not hold together."""
    member = container.member(root + "tables.tsv")
    if member is None:
        raise refusal(root + "tables.tsv", "le fichier est absent")
    with member.open() as stream:
        text = stream.read(64 << 20).decode("utf-8", "replace")
    tables = [_table(line, member.name) for line in text.splitlines()[1:] if line]
    if not any(t.name == "top" for t in tables):
        raise refusal(member.name, "il ne décrit aucune table « top »")
    if not any(t.name == "user" for t in tables):
        # ORADAD describes the domains last, once every request has been answered.
        raise refusal(member.name, "il ne décrit aucun domaine, car la collecte a été interrompue")
    metadata = container.member(root + "metadata.tsv")
    pairs: dict[str, str] = {}
    if metadata is not None:
        pairs = {row[0]: row[1] for row in _rows_of(metadata) if len(row) == 2}
    return Collection(container, root, tuple(tables), pairs)


def refusal(name: str, reason: str) -> UnreadableSource:
    """The error for a file of an ORADAD output that cannot be read."""
    return UnreadableSource(
        f"« {name} » : {reason}.",
        expected="Rempart attend le dossier qu’ORADAD écrit en clair, entier (tables.tsv et les dossiers voisins).",
        todo="Recopiez le dossier depuis le poste de collecte, ou relancez ORADAD.",
    )


def _table(line: str, where: str) -> Table:
    fields = line.rstrip("\r\n").rstrip("\t").split("\t")
    if len(fields) < 6 or not fields[3].isdigit() or len(fields) != 4 + 2 * int(fields[3]):
        raise refusal(where, f"la description de « {fields[0][:80]} » est incomplète")
    path = fields[0].replace("\\", "/")
    names, types = fields[4::2], fields[5::2]
    lowered = [name.lower() for name in names]
    columns: list[Column] = []
    for place, (name, sql_type) in enumerate(zip(lowered, types, strict=True)):
        if place == 0 or (place + 1 < len(names) and lowered[place + 1] == f"{name}_int"):
            continue
        if name.endswith("_int") and lowered[place - 1] == name[:-4]:
            name = name[:-4]
        columns.append(Column(place, name, sql_type.partition("(")[0]))
    return Table(path, path.rpartition("/")[2].removesuffix(".tsv"), len(names), tuple(columns))


def rows(
    member: Member, table: Table, observer: Observer, tell: bool = True
) -> Iterator[list[str]]:
    """The rows of a table, as wide as it says; raises UnreadableSource when the file is cut short.

    A row of another width is left out and counted; the number is told, or refused when it is not rare.
    """
    good = bad = 0
    for row in _rows_of(member, observer if tell else None):
        if len(row) == table.width:
            if good or row[0] not in ("dn", "server", "forest"):
                yield row
            good += 1
        else:
            bad += 1
    if bad * _MANY_BAD_ROWS > good:
        raise refusal(
            member.name,
            f"{counted(bad, 'ligne n’a', 'lignes n’ont')} pas les {table.width} colonnes annoncées",
        )
    if bad and tell:
        observer.note(
            f"« {member.name} » : {counted(bad, 'ligne mal formée laissée', 'lignes mal formées laissées')} de "
            f"côté sur {grouped(good + bad)}."
        )


def _rows_of(member: Member, observer: Observer | None = None) -> Iterator[list[str]]:
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    rest, first = "", True
    with member.open() as stream:
        while block := stream.read(BLOCK):
            if observer is not None:
                observer.advance(len(block))
            text = rest + decoder.decode(block)
            if first:
                if not text.startswith("\ufeff"):
                    raise refusal(member.name, "il n’est pas en UTF-16")
                text, first = text[1:], False
            lines = text.split("\r\n")
            rest = lines.pop()
            if len(rest) > LINE_LIMIT:
                raise refusal(member.name, "une ligne n’en finit pas")
            for line in lines:
                yield line.split("\t")
    if rest.strip("\ufeff"):
        raise refusal(member.name, "le fichier est tronqué (sa dernière ligne n’est pas finie)")


class Converter:
    """Turns the text of the columns back into values as LDAP gives them."""

    def __init__(self) -> None:
        self._shared: dict[str, Values] = {}

    def of(self, column: Column) -> Convert:
        """The conversion of one column."""
        name, sql_type = column.attribute, column.sql_type
        if name in _NAMES:
            return _distinguished_names
        if name in _SEVERAL:
            return _several
        by_type: dict[str, Convert] = {
            "varchar": self._varchar,
            "uniqueidentifier": _guid,
            "datetime2": _date,
            "tinyint": _boolean,
        }
        return by_type.get(sql_type, _text)

    def _varchar(self, text: str) -> Values:
        known = self._shared.get(text)
        if known is None:
            known = _binary(text)
            if len(self._shared) >= _SHARED_VALUES:
                self._shared.clear()
            self._shared[text] = known
        return known


def _binary(text: str) -> Values:
    if text.startswith("S-1-"):
        return _several(text)
    try:
        return [bytes.fromhex(part) for part in text.split(";")]
    except ValueError:  # SDDL
        return [text.encode()]


def _text(text: str) -> Values:
    return [text.encode()]


def _several(text: str) -> Values:
    return [part.encode() for part in text.split(";") if part]


def _distinguished_names(text: str) -> Values:
    return [part.encode() for part in _DN_END.split(text) if part.strip(";")]


def _guid(text: str) -> Values:
    compact = text.strip("{}").replace("-", "")
    try:
        raw = bytes.fromhex(compact)
    except ValueError:
        return []
    return [raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]] if len(raw) == 16 else []


def _date(text: str) -> Values:
    return _NEVER_FILETIME if text == NEVER else [text.encode()]


def _boolean(text: str) -> Values:
    return [b"TRUE" if text == "1" else b"FALSE"]
