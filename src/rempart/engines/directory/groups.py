"""Who is in which group, whatever the depth, and who is privileged (sense of the ANSSI list)."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Relation, Uac

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

DOMAIN_PRIVILEGED_RIDS: Final = (512, 516, 518, 519, 526, 527)
BUILTIN_PRIVILEGED_RIDS: Final = (544, 548, 549, 550, 551)
DOMAIN_CONTROLLER_RIDS: Final = (516, 521, 498)
SYSTEM_SIDS: Final = frozenset(
    {"S-1-5-18", "S-1-5-9", "S-1-3-0", "S-1-3-4", "S-1-5-10"}
)  # SYSTEM, Enterprise DCs, Creator Owner, Owner Rights, Self

# Groups that an account is in without anybody placing it there.
DEFAULT_GROUP_RIDS: Final = (513, 514, 515)
DEFAULT_IDENTITIES: Final = frozenset(
    {
        "S-1-5-11",
        "S-1-1-0",
        "S-1-5-32-545",
        "S-1-5-32-546",
        "S-1-5-2",
        "S-1-5-4",
        "S-1-5-15",
        "S-1-5-7",
    }
)


class Groups:
    """Membership of a directory, computed once and shared by checks and graph."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    @cached_property
    def edges(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(member, group) rows: explicit members and primary groups."""
        d = self.directory
        pairs = d.pairs(Relation.MEMBER)
        member, group = self._primary_edges()
        return np.concatenate([pairs.src, member]), np.concatenate([pairs.dst, group])

    def _primary_edges(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        d = self.directory
        stated = d.primary_group_rid > 0
        rows = np.flatnonzero(stated & (d.domain != UNKNOWN))
        key = d.domain[rows].astype(np.int64) << 32 | d.primary_group_rid[rows]
        distinct, which = np.unique(key, return_inverse=True)
        target = [
            d.index.get(f"{d.ids[k >> 32]}-{k & 0xFFFFFFFF}", UNKNOWN) for k in distinct.tolist()
        ]
        group = np.array(target, np.int64)[which].tolist()
        # Accounts whose domain object was not collected: their SID names it as well.
        lost = np.flatnonzero(stated & (d.domain == UNKNOWN))
        for row in lost.tolist():
            domain = d.ids[row].rpartition("-")[0]
            group.append(d.index.get(f"{domain}-{d.primary_group_rid[row]}", UNKNOWN))
        member = np.concatenate([rows, lost]).astype(np.int32)
        groups = np.array(group, np.int32)
        known = groups != UNKNOWN
        return member[known], groups[known]

    @cached_property
    def _members_csr(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        member, group = self.edges
        n = len(self.directory)
        # A matrix by rows is a sort that counts: linear.
        by_group = coo_array((np.ones(len(group), np.int8), (group, member)), shape=(n, n))
        by_group.has_canonical_format = True
        found = by_group.tocsr()
        return found.indices.astype(np.int32), found.indptr.astype(np.int64)

    def members(
        self, groups: Iterable[int], *, recursive: bool = True, barred: Iterable[int] = ()
    ) -> Rows:
        """Rows of the members of these groups (accounts and groups), cycles included, without the groups given
        unless one is a member of another. Groups in `barred` are neither returned nor entered."""
        member, start = self._members_csr
        seen = np.zeros(len(self.directory), np.bool_)
        shut = np.array(list(barred), np.int64)
        seen[shut] = True
        frontier = np.array(list(groups), np.int64)
        while len(frontier):
            count = start[frontier + 1] - start[frontier]
            offset = np.repeat(
                start[frontier] - np.concatenate(([0], np.cumsum(count)[:-1])), count
            )
            found = member[offset + np.arange(int(count.sum()))]
            fresh = np.unique(found[~seen[found]]).astype(np.int64)
            seen[fresh] = True
            if not recursive:
                break
            frontier = fresh[start[fresh + 1] > start[fresh]]
        seen[shut] = False
        return np.flatnonzero(seen)

    @cached_property
    def default_groups(self) -> list[int]:
        """Rows of the groups that accounts are in by default: Domain Users, Authenticated Users, Everyone…"""
        d = self.directory
        issued = np.flatnonzero(np.isin(d.rid, np.array(DEFAULT_GROUP_RIDS))).tolist()
        named = [row for row in issued if d.ids[row].startswith("S-1-5-21-")]
        return named + self.special(DEFAULT_IDENTITIES)

    def well_known(self, *rids: int, domain: int | None = None) -> list[int]:
        """Rows of the groups or accounts with these RIDs: domain ones (< 1000 after the domain SID) and built-in
        ones (S-1-5-32-rid), in every domain of the directory or in one."""
        d = self.directory
        wanted = np.flatnonzero(np.isin(d.rid, np.array(rids)))
        return [
            row
            for row in wanted.tolist()
            if _is_well_known(sid_of(d.ids[row])) and (domain is None or d.domain[row] == domain)
        ]

    @cached_property
    def privileged_groups(self) -> list[int]:
        """Rows of the privileged groups of the ANSSI list, in every domain."""
        return self.well_known(*DOMAIN_PRIVILEGED_RIDS, *BUILTIN_PRIVILEGED_RIDS)

    @cached_property
    def domain_controllers(self) -> Mask:
        """Mask of the DC and RODC computers."""
        d = self.directory
        mask = d.flag(Uac.SERVER_TRUST_ACCOUNT) | d.flag(Uac.PARTIAL_SECRETS_ACCOUNT)
        mask |= np.isin(d.primary_group_rid, np.array([516, 521]))
        stated = d.attributes.get("isdc", {})
        mask[[row for row, values in stated.items() if values == ["TRUE"]]] = True
        mask[self.members(self.well_known(*DOMAIN_CONTROLLER_RIDS), recursive=False)] = True
        mask &= d.kind == Kind.COMPUTER
        return mask

    @cached_property
    def privileged(self) -> Mask:
        """Mask of everything inside the privileged groups, at any depth (accounts and groups), with RID 500."""
        mask = np.zeros(len(self.directory), np.bool_)
        mask[self.members(self.privileged_groups)] = True
        mask[self.well_known(500)] = True
        return mask

    @cached_property
    def privileged_accounts(self) -> Rows:
        """Rows of the privileged users and computers, DCs and RODCs left out."""
        d = self.directory
        account = (d.kind == Kind.USER) | (d.kind == Kind.COMPUTER)
        return np.flatnonzero(self.privileged & account & ~self.domain_controllers)

    @cached_property
    def trusted(self) -> Mask:
        """Mask of the principals whose rights are expected: privileged groups and what they hold, DCs, SYSTEM."""
        mask = self.privileged | self.domain_controllers
        mask[self.privileged_groups] = True
        mask[self.well_known(*DOMAIN_CONTROLLER_RIDS)] = True
        mask[self.special(SYSTEM_SIDS)] = True
        mask[self.host_administrators] = True
        return mask

    @cached_property
    def host_administrators(self) -> list[int]:
        """Rows of the local Administrators of the controllers and of the hosts of authorities, which a collector numbers
        after the account of the host: the host is trusted already, and who administers it is said elsewhere."""
        d = self.directory
        hosts = self.domain_controllers.copy()
        hosts[d.pairs(Relation.HOSTS_CA).src] = True
        return [
            row
            for row in np.flatnonzero(d.rid == 544).tolist()
            if hosts[d.index.get(d.ids[row].rpartition("-")[0], row)]
        ]

    def special(self, sids: Iterable[str]) -> list[int]:
        """Rows of identities that no domain issues (SYSTEM, Everyone…), prefixed by a domain or not."""
        d, wanted = self.directory, frozenset(sids)
        rids = np.array([int(sid.rpartition("-")[2]) for sid in wanted])
        return [
            row
            for row in np.flatnonzero(np.isin(d.rid, rids)).tolist()
            if not d.ids[row].startswith("S-1-5-21-") and sid_of(d.ids[row]) in wanted
        ]


def _is_well_known(sid: str) -> bool:
    """Whether a SID is built-in, or of a domain: a collector numbers the local groups of a host after its account."""
    return sid.startswith("S-1-5-32-") or (sid.startswith("S-1-5-21-") and sid.count("-") == 7)
