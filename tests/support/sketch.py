"""A directory drawn by hand, for tests of the graph: names become rows, and only what the test says exists."""

from rempart.content.loader import directory_actions, directory_relations
from rempart.engines.directory.assemble import control_graph
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.exposure import Searched, search
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory, Fact, Kind, Relation, Uac
from rempart.engines.directory.plan.section import Planned, plan
from rempart.engines.directory.rights import Right
from rempart.engines.directory.tier0 import Adjustment, tier0

DOMAIN = "S-1-5-21-1-2-3"
WELL_KNOWN = {
    "Domain Admins": f"{DOMAIN}-512",
    "Domain Users": f"{DOMAIN}-513",
    "Domain Computers": f"{DOMAIN}-515",
    "Administrators": "CHU.TEST-S-1-5-32-544",
    "Authenticated Users": "CHU.TEST-S-1-5-11",
    "Everyone": "CHU.TEST-S-1-1-0",
}


class Sketch:
    """Builds one domain, `chu.test`, with Domain Admins inside Administrators."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.rows: dict[str, int] = {}
        self._rid = 1100
        self._aces: dict[str, list[tuple[str, Right, bool]]] = {}
        self._add("chu.test", DOMAIN, Kind.DOMAIN, "DC=chu,DC=test")
        for name in WELL_KNOWN:
            self._add(name, WELL_KNOWN[name], Kind.GROUP, f"CN={name},CN=Users,DC=chu,DC=test")
        self.member("Domain Admins", "Administrators")
        self.builder.facts |= {Fact.ACCOUNTS, Fact.MEMBERS, Fact.ACL, Fact.PRIMARY_GROUP}

    def _add(self, name: str, identifier: str, kind: Kind, dn: str, **more: int) -> int:
        row = self.rows[name] = self.builder.row(identifier)
        self.builder.describe(row, kind, name=name.upper(), dn=dn, **more)  # type: ignore[arg-type]
        return row

    def _sid(self) -> str:
        self._rid += 1
        return f"{DOMAIN}-{self._rid}"

    def user(self, name: str, *, uac: int = Uac.NORMAL_ACCOUNT, parent: str = "") -> int:
        """An enabled user, whose primary group is Domain Users."""
        row = self._add(
            name,
            self._sid(),
            Kind.USER,
            f"CN={name},DC=chu,DC=test",
            uac=uac,
            primary_group_rid=513,
        )
        self.builder.attribute(row, "samaccountname", [name])
        self._place(row, parent)
        return row

    def computer(self, name: str, *, uac: int = Uac.WORKSTATION_ACCOUNT, parent: str = "") -> int:
        """An enabled computer, whose primary group is Domain Computers."""
        row = self._add(
            name,
            self._sid(),
            Kind.COMPUTER,
            f"CN={name},DC=chu,DC=test",
            uac=uac,
            primary_group_rid=515,
        )
        self._place(row, parent)
        return row

    def group(self, name: str, *members: str) -> int:
        """A group with members."""
        row = self._add(name, self._sid(), Kind.GROUP, f"CN={name},DC=chu,DC=test")
        for member in members:
            self.member(member, name)
        return row

    def thing(self, name: str, kind: Kind, *, parent: str = "", dn: str = "") -> int:
        """An OU, a container, a policy, identified by a GUID."""
        row = self._add(name, f"GUID-{name.upper()}", kind, dn or f"OU={name},DC=chu,DC=test")
        self._place(row, parent)
        return row

    def _place(self, row: int, parent: str) -> None:
        if parent:
            self.builder.set("parent", row, self.rows[parent])

    def member(self, member: str, group: str) -> None:
        """`member` is in `group`."""
        self.relate(Relation.MEMBER, member, group)

    def relate(self, relation: Relation, src: str, dst: str) -> None:
        """Any plain relation, by names."""
        self.builder.relate(relation, self.rows[src], self.rows[dst])

    def ace(self, who: str, right: Right, on: str, *, inherited: bool = False) -> None:
        """`who` has `right` on `on`."""
        self._aces.setdefault(on, []).append((who, right, inherited))

    def build(self) -> Directory:
        """The directory."""
        for on, entries in self._aces.items():
            resolved = [(self.rows[w], int(r), i) for w, r, i in entries]
            self.builder.set("acl", self.rows[on], self.builder.acl(on, resolved))
        return self.builder.build()

    def searched(self, adjustment: Adjustment | None = None) -> tuple[Directory, Searched]:
        """The directory and its searched control graph."""
        directory = self.build()
        groups = Groups(directory)
        core = tier0(directory, groups, adjustment)
        return directory, search(control_graph(directory, groups, core, directory_relations()))

    def planned(self) -> tuple[Directory, Searched, Planned]:
        """The directory, its searched graph and its plan."""
        directory, found = self.searched()
        return directory, found, plan(directory, found, directory_actions())

    def exposed(self, found: Searched) -> set[str]:
        """Names of the exposed principals."""
        by_row = {row: name for name, row in self.rows.items()}
        return {by_row[int(row)] for row in found.exposed.nonzero()[0]}
