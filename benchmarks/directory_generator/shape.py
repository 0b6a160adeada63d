"""How large, who is where, who is in which group: numbers only, so that a million objects weigh little."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

TODAY: Final = 1_795_219_200
"""2026-11-21 00:00 UTC: the day of the collection."""
DAY: Final = 86_400
DNS: Final = "hopital.test"
ROOT: Final = "DC=hopital,DC=test"
DOMAIN_SID: Final = "S-1-5-21-1004336348-1177238915-682003330"
_FIRST_RID: Final = 10_000
_PER_SITE: Final = 2_000
_GROUPS_OF_A_USER: Final = 12


@dataclass(frozen=True, slots=True)
class Who:
    """What another object needs to name one: SID, DN and SharpHound type."""

    sid: str
    dn: str
    kind: str


class Shape:
    """The ordinary objects of a directory of about `objects` objects, drawn from `seed`.

    Users come first, then computers, then groups: object i of a kind is named by formula and never stored.
    """

    def __init__(self, objects: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.sites = max(2, objects // _PER_SITE)
        rest = max(60, objects - 5 * self.sites - 120)
        self.users = int(rest * 0.62)
        self.computers = int(rest * 0.26)
        self.groups = max(10, rest - self.users - self.computers)

    def user(self, i: int) -> Who:
        """Ordinary user i."""
        dn = f"CN=Agent {i:07d},OU=Utilisateurs,OU=Site {i % self.sites:04d},OU=Hopital,{ROOT}"
        return Who(f"{DOMAIN_SID}-{_FIRST_RID + i}", dn, "User")

    def computer(self, i: int) -> Who:
        """Ordinary computer i."""
        dn = f"CN=PC{i:07d},OU=Postes,OU=Site {i % self.sites:04d},OU=Hopital,{ROOT}"
        return Who(f"{DOMAIN_SID}-{_FIRST_RID + self.users + i}", dn, "Computer")

    def group(self, i: int) -> Who:
        """Ordinary group i."""
        dn = f"CN=G-{i:06d},OU=Groupes,OU=Site {i % self.sites:04d},OU=Hopital,{ROOT}"
        rid = _FIRST_RID + self.users + self.computers + i
        return Who(f"{DOMAIN_SID}-{rid}", dn, "Group")

    @cached_property
    def groups_of_users(self) -> NDArray[np.int32]:
        """Groups of each user, one row a user; low numbers are large groups."""
        drawn = self.random.random((self.users, _GROUPS_OF_A_USER)) ** 2
        return np.sort((drawn * self.groups).astype(np.int32), axis=1)

    @cached_property
    def _by_group(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        flat = self.groups_of_users.ravel()
        order = np.argsort(flat, kind="stable")
        start = np.zeros(self.groups + 1, np.int64)
        np.cumsum(np.bincount(flat, minlength=self.groups), out=start[1:])
        return (order // _GROUPS_OF_A_USER).astype(np.int32), start

    def users_of_group(self, i: int) -> list[int]:
        """Users directly in group i, each once."""
        users, start = self._by_group
        return [int(u) for u in np.unique(users[start[i] : start[i + 1]])]

    @cached_property
    def group_above(self) -> NDArray[np.int32]:
        """The group that group i is nested in, or -1; the first three make a cycle."""
        above = (self.random.random(self.groups) * self.groups).astype(np.int32)
        nested = self.random.random(self.groups) < 0.3
        out = np.where(nested & (above != np.arange(self.groups)), above, -1).astype(np.int32)
        out[:3] = (1, 2, 0)
        return out

    @cached_property
    def groups_below(self) -> dict[int, list[int]]:
        """The groups nested in each group that has some."""
        out: dict[int, list[int]] = {}
        for i, above in enumerate(self.group_above.tolist()):
            if above >= 0:
                out.setdefault(above, []).append(i)
        return out

    @cached_property
    def guids(self) -> bytes:
        """Sixteen bytes for each ordinary object."""
        return self.random.bytes(16 * (self.users + self.computers + self.groups))

    @cached_property
    def ages(self) -> NDArray[np.int32]:
        """Days since each account was created, last changed its password and last logged on (0: never)."""
        n = self.users + self.computers
        created = self.random.integers(30, 5000, n)
        password = np.minimum(created, self.random.integers(1, 400, n))
        logon = np.where(self.random.random(n) < 0.1, 0, self.random.integers(1, 60, n))
        old = self.random.random(n) < 0.05
        logon = np.where(old, np.minimum(created, 1200), logon)
        return np.stack([created, password, logon], axis=1).astype(np.int32)

    @cached_property
    def disabled(self) -> NDArray[np.bool_]:
        """Which accounts are disabled: one in twelve."""
        mask: NDArray[np.bool_] = self.random.random(self.users + self.computers) < 1 / 12
        return mask

    @cached_property
    def singular(self) -> NDArray[np.int8]:
        """Accounts and groups whose access list is their own, one in fifty; the value varies it."""
        n = self.users + self.computers + self.groups
        drawn = self.random.integers(1, 100, n)
        return np.where(self.random.random(n) < 0.02, drawn, 0).astype(np.int8)
