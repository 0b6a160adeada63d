"""What a feed bundle holds: known holes, ends of life, tables of builds, libraries, each with its origin and its day."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import msgspec
from msgspec import Struct

SCHEMA: Final = "rempart/exposure-feeds/1"


class Origin(Struct, frozen=True):
    """Where one section comes from; `as_of` is the day of the data (ISO), not of the bundle."""

    section: str  # kev, epss, life, holes, exchange, netscaler, libraries, takeovers
    title: str
    origin: str
    licence: str
    as_of: str
    rows: int


class Exploited(Struct, frozen=True, array_like=True, gc=False):
    """A hole on the list of those known to be exploited."""

    added_on: str
    key: str  # « vendor:product », as the list names them
    name: str
    is_ransomware: bool = False


class Span(Struct, frozen=True, array_like=True, gc=False):
    """A range of versions that a hole touches. `fixed` are versions inside that a branch was mended in."""

    low: str  # "" : from the first
    high: str
    is_high_in: bool = False
    is_low_out: bool = False
    fixed: list[str] = []


class Affected(Struct, frozen=True, array_like=True, gc=False):
    """The versions of one product that one hole touches: ranges, and versions named one by one."""

    hole: str  # CVE
    spans: list[Span]
    exact: list[str] = []


class Hole(Struct, frozen=True, array_like=True, gc=False):
    """A known hole; `cvss` is the base score of its highest version of CVSS, None when nobody gave one."""

    title: str = ""
    cvss: float | None = None
    is_automatable: bool = False


class Cycle(Struct, frozen=True, array_like=True, gc=False):
    """A branch of a product. `ends_on` is "" when no end is announced; `is_ended` when it is over without a day."""

    name: str
    ends_on: str = ""
    is_ended: bool = False
    latest: str = ""
    paid_until: str = ""
    codename: str = ""


class Life(Struct, frozen=True, array_like=True, gc=False):
    """The branches of one product, with the keys « vendor:product » that it is known by."""

    title: str
    keys: list[str]
    cycles: list[Cycle]


class ExchangeBuild(Struct, frozen=True, array_like=True, gc=False):
    """A build of Exchange: its name, the day that it came out, the holes that it still has. `inferred` are those that
    were mended later on a later cumulative update of the same product: nobody lists an update that is no longer mended."""

    name: str
    released_on: str
    holes: list[str]
    inferred: list[str] = []


class NetscalerBuild(Struct, frozen=True, array_like=True, gc=False):
    """A build of NetScaler, told by the Unix stamp of its `rdx_en.json.gz` or by the `v=` hash of its pages."""

    stamp: int
    page_hash: str
    version: str


class LibraryHole(Struct, frozen=True, array_like=True, gc=False):
    """A range of versions of a script that has a known hole."""

    span: Span
    severity: str
    summary: str
    holes: list[str] = []
    excludes: list[str] = []


class Library(Struct, frozen=True, array_like=True, gc=False):
    """A script library. The patterns are regular expressions where « §§version§§ » stands for the version."""

    name: str
    holes: list[LibraryHole]
    file_names: list[str] = []
    addresses: list[str] = []
    contents: list[str] = []


class Takeover(Struct, frozen=True, array_like=True, gc=False):
    """A host that lets anyone claim a name that nobody holds any more; the mark is a text of its page, or NXDOMAIN."""

    service: str
    suffixes: list[str]
    mark: str
    is_vulnerable: bool
    is_nxdomain: bool = False
    status: int | None = None


class Contents(Struct, frozen=True, kw_only=True):
    """All sections, as they are written in the file."""

    kev: dict[str, Exploited] = {}
    epss: dict[str, float] = {}
    holes: dict[str, Hole] = {}
    affected: dict[str, list[Affected]] = {}  # « vendor:product » → holes
    life: dict[str, Life] = {}
    exchange: dict[str, ExchangeBuild] = {}
    netscaler: list[NetscalerBuild] = []
    libraries: dict[str, Library] = {}
    takeovers: list[Takeover] = []


class Bundle:
    """A verified bundle, with the indexes that matching asks for. `made_on` is a day (ISO)."""

    def __init__(
        self, contents: Contents, origins: list[Origin], *, made_on: str, signer: str = ""
    ) -> None:
        self.contents = contents
        self.origins = origins
        self.made_on = made_on
        self.signer = signer
        self.matched: dict[object, object] = {}  # what `match` found already, by product

    def as_of(self, *sections: str) -> str:
        """The oldest day among these sections (all without argument), "" when none of them is there."""
        days = [
            o.as_of for o in self.origins if o.as_of and (not sections or o.section in sections)
        ]
        return min(days, default="")

    def has(self, section: str) -> bool:
        """Whether the bundle has this section."""
        return any(o.section == section for o in self.origins)

    def is_exploited(self, holes: Iterable[str]) -> bool:
        """Whether one of these holes is known to be exploited."""
        return any(hole in self.contents.kev for hole in holes)

    def highest_epss(self, holes: Iterable[str]) -> float | None:
        """The highest probability of being exploited soon, None when none of these holes has one."""
        known = self.contents.epss
        return max((known[hole] for hole in holes if hole in known), default=None)

    @cached_property
    def coverage(self) -> float | None:
        """The share of the exploited holes whose ranges of versions the bundle has; None without their list."""
        if not self.contents.kev:
            return None
        return sum(h in self.contents.holes for h in self.contents.kev) / len(self.contents.kev)

    @cached_property
    def life_by_key(self) -> dict[str, Life]:
        """« vendor:product » and the product's own id → its branches."""
        found = {key: life for life in self.contents.life.values() for key in life.keys}
        return {**found, **self.contents.life}

    @cached_property
    def exploited_by_key(self) -> dict[str, list[str]]:
        """« vendor:product » → the holes of the list of exploited ones that name it."""
        found: dict[str, list[str]] = {}
        for hole, entry in self.contents.kev.items():
            found.setdefault(entry.key, []).append(hole)
        return found


def bundle_of(sections: dict[str, Any], as_of: str) -> Bundle:
    """A bundle from plain data, every section of the same day. Raises ValueError (msgspec.ValidationError)."""
    contents = msgspec.convert(sections, Contents)
    unknown = sorted(set(sections) - set(Contents.__struct_fields__))
    if unknown:
        raise ValueError(f"unknown sections: {', '.join(unknown)}")
    origins = [Origin(name, name, "", "", as_of, len(rows)) for name, rows in sections.items()]
    return Bundle(contents, origins, made_on=as_of)
