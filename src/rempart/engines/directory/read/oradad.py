"""ORADAD's clear output, read as a stream of entries: the rows that several tables give to one object, merged.

`top.tsv` brings the class, descriptor and GUID of every object, the other tables the attributes of each class.
What `top` says is held in a compact form, then the large tables are streamed past it, so that a million
objects fit in memory whatever the order of the files.
"""

from collections.abc import Iterator
from typing import Final

from rempart.engines.directory.entries.attributes import READ
from rempart.engines.directory.read.entry import Entry
from rempart.engines.directory.read.oradad_tables import (
    Collection,
    Convert,
    Converter,
    Table,
    refusal,
    rows,
)
from rempart.kernel.french import counted, plural
from rempart.kernel.progress import Observer

_LARGE: Final = frozenset({"user", "computer", "group"})
# Tables that bring nothing to the model, and may be long.
_UNUSED: Final = frozenset({"rootDSE", "dnsNode", "sysvol", "metadata", "top"})
FIELD_LIMIT: Final = 1 << 19
"""Characters that ORADAD writes at most in one field; the values beyond are emptied, their separators kept."""

_REPEATED: Final = frozenset({"ntsecuritydescriptor", "objectclass", "objectcategory"})
_Attributes = dict[str, list[bytes]]
_Repeated = tuple[str, tuple[bytes, ...]]


class _Plan:
    """How the rows of one table become attributes."""

    def __init__(self, table: Table, converter: Converter) -> None:
        self.table = table
        self.columns: list[tuple[int, str, Convert]] = [
            (c.place, c.attribute, converter.of(c))
            for c in table.columns
            # memberOf repeats the `member` of the groups.
            if c.attribute in READ and c.attribute != "memberof"
        ]
        self.password_set = any(c.attribute == "pwdlastset" for c in table.columns)

    def attributes(self, row: list[str]) -> _Attributes:
        found = {
            name: values
            for place, name, convert in self.columns
            if (text := row[place]) and (values := convert(text))
        }
        # ORADAD leaves the column empty for 0: the password has to be changed, or was never set.
        if self.password_set and "pwdlastset" not in found:
            found["pwdlastset"] = [b"0"]
        return found


class OradadReader:
    """Reads one collection; `entries()` gives its objects once each."""

    def __init__(self, collection: Collection, observer: Observer) -> None:
        self.collection = collection
        self.observer = observer
        self._converter = Converter()
        self._top: dict[str, tuple[bytes, tuple[_Repeated, ...]]] = {}
        self._repeated: dict[_Repeated, _Repeated] = {}
        self._plans: list[_Plan] = []
        self._extra: dict[str, _Attributes] = {}
        self._cut: dict[str, list[bytes]] = {}
        self._present = [t for t in collection.tables if collection.member(t) is not None]
        if not any(t.name == "top" for t in self._present):
            raise refusal(f"{collection.root}top.tsv", "la table de tous les objets est absente")

    def asked(self) -> frozenset[str]:
        """The attributes that the collection asked for: those of the tables that are there."""
        return frozenset(c.attribute for t in self._present for c in t.columns)

    def entries(self) -> Iterator[Entry]:
        """Every object of the collection, deleted ones included, attributes of all its tables merged."""
        self._tell_missing()
        self._find_cut_groups()
        for table in self._present:
            if table.name == "top":
                self._read_top(table)
            elif table.name not in _LARGE | _UNUSED and not table.name.startswith("exchange_"):
                self._read_small(table)
        for table in self._present:
            if table.name in _LARGE:
                yield from self._stream(table)
        yield from self._leftovers()

    def _tell_missing(self) -> None:
        missing = [t.path for t in self.collection.tables if t not in self._present]
        if missing:
            absent = plural(len(missing), "est absente", "sont absentes")
            self.observer.note(
                f"{counted(len(missing), 'table annoncée', 'tables annoncées')} par tables.tsv {absent} : "
                f"{', '.join(missing[:5])}."
            )

    def _rows(self, table: Table, tell: bool = True) -> Iterator[list[str]]:
        member = self.collection.member(table)
        if member is not None:
            if tell:
                self.observer.stage(f"Lecture de {member.name}", member.size or None)
            yield from rows(member, table, self.observer, tell)

    def _find_cut_groups(self) -> None:
        """Groups whose `member` field was cut at its limit: completed from memberOf."""
        for table in self._present:
            places = [c.place for c in table.columns if c.attribute == "member"]
            member = self.collection.member(table)
            if not places or member is None or 0 < member.size < 2 * FIELD_LIMIT:
                continue
            for row in self._rows(table, tell=False):
                text = row[places[0]]
                if len(text) - text.count(";") >= FIELD_LIMIT:
                    self._cut[row[0].casefold()] = []
        if self._cut:
            self.observer.note(
                f"{counted(len(self._cut), 'groupe a', 'groupes ont')} plus de membres qu’ORADAD n’en écrit : "
                "la liste est complétée par l’attribut memberOf."
            )

    def _read_top(self, table: Table) -> None:
        plan = _Plan(table, self._converter)
        plan.columns, heavy = (
            [c for c in plan.columns if c[1] not in _REPEATED],
            [c for c in plan.columns if c[1] in _REPEATED],
        )
        number = len(self._plans)
        self._plans.append(plan)
        member_of = next((c.place for c in table.columns if c.attribute == "memberof"), None)
        for row in self._rows(table):
            dn = row[0]
            if member_of is not None and self._cut and row[member_of]:
                self._note_membership(dn, row[member_of])
            repeated = [
                (name, tuple(convert(row[place]))) for place, name, convert in heavy if row[place]
            ]
            kept = [str(number), *[f"{p}={row[p]}" for p, _, _ in plan.columns if row[p]]]
            self._top[dn] = (
                "\t".join(kept).encode(),
                tuple([self._repeated.setdefault(cell, cell) for cell in repeated]),
            )

    def _note_membership(self, dn: str, text: str) -> None:
        for value in text.split(";"):
            members = self._cut.get(value.casefold())
            if members is not None:
                members.append(dn.encode())

    def _from_top(self, dn: str) -> _Attributes:
        found = self._top.pop(dn, None)
        if found is None:
            return {}
        packed, repeated = found
        number, *cells = packed.decode().split("\t")
        plan = self._plans[int(number)]
        row = [""] * plan.table.width
        for cell in cells:
            place, _, text = cell.partition("=")
            row[int(place)] = text
        return {name: list(values) for name, values in repeated} | plan.attributes(row)

    def _read_small(self, table: Table) -> None:
        plan = _Plan(table, self._converter)
        for row in self._rows(table):
            self._extra[row[0]] = self._extra.get(row[0], {}) | plan.attributes(row)

    def _stream(self, table: Table) -> Iterator[Entry]:
        plan = _Plan(table, self._converter)
        for row in self._rows(table):
            dn = row[0]
            attributes = self._from_top(dn) | plan.attributes(row)
            extra = self._extra.pop(dn, None)
            if extra is not None:
                attributes |= extra
            cut = self._cut.get(dn.casefold()) if self._cut else None
            if cut is not None:
                attributes["member"] = _completed(attributes.get("member", []), cut)
            yield dn, attributes

    def _leftovers(self) -> Iterator[Entry]:
        for dn in list(self._extra):
            yield dn, self._from_top(dn) | self._extra.pop(dn)
        for dn in list(self._top):
            yield dn, self._from_top(dn)


def _completed(written: list[bytes], found: list[bytes]) -> list[bytes]:
    """The members written in full (the last one is cut) and those that say they are."""
    return list(dict.fromkeys([*written[:-1], *found]))
