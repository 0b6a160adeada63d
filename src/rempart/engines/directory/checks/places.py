"""Finding objects by their place in the tree, for checks on the infrastructure of a directory."""

from collections.abc import Iterable, Iterator

import numpy as np

from rempart.engines.directory.model import UNKNOWN, Directory, Kind


def infrastructure(directory: Directory) -> list[int]:
    """Rows of everything that was described and is neither user, computer nor group."""
    return [int(row) for row in np.flatnonzero(directory.kind > Kind.GROUP)]


def placed(directory: Directory, *prefixes: str, inside: bool = False) -> list[int]:
    """Rows of the infrastructure whose DN begins with one of these lower-case RDNs.

    `inside` True adds what lies below: `cn=public key services,` then finds the whole branch.
    """
    out = []
    for row in infrastructure(directory):
        dn = directory.dns[row].lower()
        if dn.startswith(prefixes) or (inside and any(f",{prefix}" in dn for prefix in prefixes)):
            out.append(row)
    return out


def below(directory: Directory, roots: Iterable[int], rows: Iterable[int]) -> list[int]:
    """The rows whose DN lies under the DN of one of the roots."""
    ends = tuple("," + directory.dns[root].lower() for root in roots if directory.dns[root])
    return [row for row in rows if directory.dns[row].lower().endswith(ends)] if ends else []


class Tree:
    """The containers above objects, by the stated parent, else by distinguished name."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        containers = directory.rows(Kind.DOMAIN, Kind.OU, Kind.CONTAINER).tolist()
        self._by_dn = {
            directory.dns[row].lower(): int(row) for row in containers if directory.dns[row]
        }

    def parent(self, row: int) -> int:
        """Row of the nearest container that was read, or UNKNOWN."""
        d = self._directory
        stated = int(d.parent[row])
        if stated != UNKNOWN:
            return stated
        above = d.dns[row].lower()
        while above:
            above = above.partition(",")[2]
            if above in self._by_dn:
                return self._by_dn[above]
        return UNKNOWN

    def above(self, row: int) -> Iterator[int]:
        """Containers from the nearest to the root of the domain; a cycle in bad data ends the walk."""
        seen = {row}
        current = self.parent(row)
        while current != UNKNOWN and current not in seen:
            yield current
            seen.add(current)
            current = self.parent(current)
