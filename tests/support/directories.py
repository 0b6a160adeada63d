"""Small directories for tests of checks: what a builder is told, and nothing else, is known."""

from collections.abc import Mapping
from typing import Any

from rempart.engines.directory import checks as registered_checks
from rempart.engines.directory.builder import Builder
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UAC_ALL, Directory, Fact, Kind, Relation
from rempart.engines.directory.registry import CHECKS, Context, Hit, Unmeasured

REGISTERED = registered_checks.__name__  # importing the package registers every check
TODAY = 1_795_219_200  # 2026-11-21
DAY = 86400
SID = "S-1-5-21-1-2-3"
OTHER_SID = "S-1-5-21-4-5-6"


class Small:
    """A builder with one domain, and short ways to add accounts and groups."""

    def __init__(self, *, domain: bool = True) -> None:
        self.builder = Builder()
        self.builder.facts |= set(Fact)
        if domain:
            self.domain()

    def domain(self, sid: str = SID, name: str = "CHU.TEST") -> int:
        row = self.builder.row(sid)
        dn = ",".join(f"DC={part.lower()}" for part in name.split("."))
        self.builder.describe(row, Kind.DOMAIN, name=name, dn=dn)
        return row

    def account(
        self,
        rid: int,
        *,
        kind: Kind = Kind.USER,
        sid: str = SID,
        uac: int | None = 512,
        **more: Any,
    ) -> int:
        """An account called A<rid>; `uac` None leaves its indicators unknown."""
        row = self.builder.row(f"{sid}-{rid}")
        known = more.pop("uac_known", UAC_ALL)
        name = more.pop("name", f"A{rid}@CHU.TEST")
        self.builder.describe(row, kind, name=name, uac=uac, uac_known=known, **more)
        return row

    def group(self, rid: int, *members: int, sid: str = SID) -> int:
        row = self.builder.row(f"{sid}-{rid}")
        self.builder.describe(row, Kind.GROUP, name=f"G{rid}@CHU.TEST")
        for member in members:
            self.builder.relate(Relation.MEMBER, member, row)
        return row

    def foreign_controller(self) -> int:
        """A controller of a domain that was not read, named in passing."""
        self.domain(OTHER_SID, "AUTRE.TEST")
        row = self.builder.row(f"{OTHER_SID}-1001")
        self.builder.describe(row, Kind.COMPUTER, name="DC.AUTRE.TEST")
        self.builder.attribute(row, "isdc", ["TRUE"])
        return row

    def build(self) -> Directory:
        return self.builder.build()


def said(
    identifier: str, directory: Directory, points: Mapping[int, Mapping[str, Any]]
) -> tuple[list[Hit], list[Unmeasured]]:
    """What a check says of a directory: objects at fault, and points not measured."""
    context = Context(directory, Groups(directory), TODAY, points)
    found = list(CHECKS[identifier].function(context))
    return (
        [one for one in found if isinstance(one, Hit)],
        [one for one in found if isinstance(one, Unmeasured)],
    )
