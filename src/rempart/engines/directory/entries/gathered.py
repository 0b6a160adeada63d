"""What a stream of entries leaves behind until its end: references between objects, and descriptors."""

from array import array
from dataclasses import dataclass, field

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.entries.values import split_dn
from rempart.engines.directory.model import UNKNOWN

DOMAIN = "domain"
CONFIGURATION = "configuration"
SCHEMA = "schema"
DOMAIN_DNS = "domaindnszones"
FOREST_DNS = "forestdnszones"


_ROOTS = ("dc=", "cn=configuration,dc=", "cn=schema,cn=configuration,dc=")
"""Beginnings of the DN of a root, which is in its own partition and not in that of its parent."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Where an object lives: DNS name of its domain (of the forest for the configuration), and which partition."""

    dns: str
    name: str


@dataclass(slots=True)
class Gathered:
    """References are kept as pairs of integers, because a million members do not fit as texts."""

    builder: Builder
    dn_ids: dict[str, int] = field(default_factory=dict)  # lower-case DN → id
    dn_rows: "array[int]" = field(default_factory=lambda: array("i"))  # id → row, or UNKNOWN
    parents: "tuple[array[int], array[int]]" = field(
        default_factory=lambda: (array("i"), array("i"))
    )
    account_control: "tuple[array[int], array[int]]" = field(
        default_factory=lambda: (array("i"), array("i"))
    )
    links: "dict[str, tuple[array[int], array[int]]]" = field(default_factory=dict)
    partitions: dict[str, Partition] = field(default_factory=dict)  # by lower-case parent DN
    numbers: dict[Partition, int] = field(default_factory=dict)
    partition_of: "array[int]" = field(
        default_factory=lambda: array("h")
    )  # row → number, or UNKNOWN
    class_of: "array[int]" = field(default_factory=lambda: array("h"))  # row → number, or UNKNOWN
    class_numbers: dict[str, int] = field(default_factory=dict)
    descriptor_ids: dict[bytes, int] = field(default_factory=dict)
    descriptor_of: dict[int, int] = field(default_factory=dict)  # row → id
    listed: set[int] = field(default_factory=set)  # rows whose access list was read
    owned: int = 0  # how many rows have a known owner
    laps: set[int] = field(default_factory=set)
    readers: dict[int, bytes] = field(default_factory=dict)  # row → msDS-GroupMSAMembership
    delegates: dict[int, bytes] = field(default_factory=dict)  # row → RBCD descriptor
    attributes_seen: set[str] = field(default_factory=set)
    domain_rows: dict[str, int] = field(default_factory=dict)  # DNS name → row of the domain
    domain_sids: dict[str, str] = field(default_factory=dict)  # DNS name → SID seen on its accounts
    roots: set[Partition] = field(default_factory=set)  # partitions whose root was read
    entries: int = 0

    def dn_id(self, lower: str) -> int:
        """Number of a lower-case DN, whether the object was met or only named."""
        found = self.dn_ids.get(lower)
        if found is None:
            found = self.dn_ids[lower] = len(self.dn_ids)
            self.dn_rows.append(UNKNOWN)
        return found

    def row_of_dn(self, dn: str) -> int:
        """Row of a DN, or UNKNOWN."""
        found = self.dn_ids.get(dn.lower())
        return UNKNOWN if found is None else self.dn_rows[found]

    def link(self, attribute: str, row: int, dn: str) -> None:
        """Keep that `attribute` of `row` names `dn`."""
        pair = self.links.get(attribute)
        if pair is None:
            pair = self.links[attribute] = (array("i"), array("i"))
        pair[0].append(row)
        pair[1].append(self.dn_id(dn.lower()))

    def place(self, row: int, partition: Partition, object_class: str) -> None:
        """Keep where a row lives and its class."""
        while len(self.partition_of) <= row:
            self.partition_of.append(UNKNOWN)
            self.class_of.append(UNKNOWN)
        self.partition_of[row] = self.numbers.setdefault(partition, len(self.numbers))
        self.class_of[row] = self.class_numbers.setdefault(object_class, len(self.class_numbers))

    def partition(self, lower_dn: str) -> Partition:
        """The partition of a DN, from its end."""
        parent = split_dn(lower_dn)[1]
        key = lower_dn if lower_dn.startswith(_ROOTS) or not parent else parent
        found = self.partitions.get(key)
        if found is None:
            found = self.partitions[key] = _partition(key)
        return found

    def partition_of_row(self, row: int) -> Partition | None:
        """The partition of a row, None for one never described."""
        if row >= len(self.partition_of) or self.partition_of[row] < 0:
            return None
        return list(self.numbers)[self.partition_of[row]]

    def forest_root(self) -> str:
        """DNS name of the forest, when its configuration or schema was met; "" otherwise."""
        for partition in self.numbers:
            if partition.name in (CONFIGURATION, SCHEMA):
                return partition.dns
        return ""


def _partition(lower_dn: str) -> Partition:
    parts = [part.strip() for part in lower_dn.split(",")]
    at = len(parts)
    while at and parts[at - 1].startswith("dc="):
        at -= 1
    labels = [part[3:] for part in parts[at:]]
    if labels and labels[0] in (DOMAIN_DNS, FOREST_DNS):
        return Partition(".".join(labels[1:]), labels[0])
    name = DOMAIN
    if at and parts[at - 1] == "cn=configuration":
        name = SCHEMA if at > 1 and parts[at - 2] == "cn=schema" else CONFIGURATION
    return Partition(".".join(labels), name)
