"""What the text of identifiers tells: RID and domain of many at once."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.model import UNKNOWN


def rids_and_domains(
    ids: Sequence[str], domains: Mapping[str, int], by_name: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """RID and domain row of each id, UNKNOWN where its text does not tell.

    `domains` gives the row of a domain SID, `by_name` that of a DNS name in upper case, for the prefixed well-known
    SIDs.
    """
    prefixes = _Prefixes(domains, by_name)
    cut = [identifier.rpartition("-") for identifier in ids]
    told = [prefixes[head] for head, _, _ in cut]
    tails = [int(t) if t.isdigit() and len(t) < 12 else UNKNOWN for _, _, t in cut]
    rid, domain = np.array(tails, np.int64), np.array(told, np.int32)
    rid[domain == _NO_SID] = UNKNOWN
    domain[domain == _NO_SID] = UNKNOWN
    for identifier, row in domains.items():
        if identifier.startswith("S-1-5-21-"):
            domain[row] = row
    return rid, domain


_NO_SID = -2


class _Prefixes(dict[str, int]):
    """All but the last part of an identifier → row of its domain, each looked at once; _NO_SID when it is no SID."""

    def __init__(self, domains: Mapping[str, int], by_name: Mapping[str, int]) -> None:
        super().__init__()
        self._domains, self._by_name = domains, by_name

    def __missing__(self, head: str) -> int:
        found = self[head] = self._of(head + "-")
        return found

    def _of(self, start: str) -> int:
        if start.startswith("S-1-5-21-"):
            return self._domains.get(start[:-1], UNKNOWN)
        if start.startswith("S-1-"):
            # A collector that leaves out the prefix can only mean the one domain that it read.
            return next(iter(self._domains.values())) if len(self._domains) == 1 else UNKNOWN
        if "-S-1-" in start:
            return self._by_name.get(start.partition("-S-1-")[0], UNKNOWN)
        return UNKNOWN if "S-1-" in start else _NO_SID
