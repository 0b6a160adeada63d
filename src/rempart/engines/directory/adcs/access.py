"""What the rules on certificate services share: who may really obtain a certificate, and who changes whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.adcs.reading import (
    Authority,
    Pki,
    Template,
    forest_domains,
    is_everyone,
    read_pki,
)
from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind
from rempart.engines.directory.rights import Right

OBJECT_CONTROL: Final = frozenset(
    {Right.Owns, Right.GenericAll, Right.WriteDacl, Right.WriteOwner, Right.GenericWrite}
)
ACCOUNT_NAME_CONTROL: Final = OBJECT_CONTROL | {Right.WritePublicInformation}
_UPN_MAPPING: Final = 0x4  # bit of CertificateMappingMethods


@dataclass(frozen=True, slots=True)
class Escalation:
    """One way: the principal (row) ends in control of the target (row of a domain, or of a group for ESC13)."""

    kind: str
    principal: int
    target: int
    template: int  # row, or UNKNOWN
    authority: int  # row, or UNKNOWN
    explanation: str  # French


class Analysis:
    """One directory, its certificate services, and the questions that every rule asks of them."""

    def __init__(self, directory: Directory, groups: Groups) -> None:
        self.directory = directory
        self.groups = groups
        self.pki: Pki = read_pki(directory)
        self._expanded: dict[int, NDArray[np.int64]] = {}
        self._domains: dict[int, list[int]] = {}

    def label(self, row: int) -> str:
        """What a person calls the row, without the name of its domain."""
        return self.directory.label(row).partition("@")[0]

    def issued(self) -> Iterable[tuple[Template, Authority]]:
        """Templates with each authority that publishes them and whose certificates open sessions."""
        for template in self.pki.templates.values():
            for authority in self.pki.issuers(template):
                yield template, authority

    def domains(self, authority: Authority) -> list[int]:
        """Rows of the domains that believe an authority."""
        return self.domains_of(authority.row)

    def domains_of(self, row: int) -> list[int]:
        """Rows of the domains of the forest that holds an object of the configuration partition."""
        if row not in self._domains:
            self._domains[row] = forest_domains(self.directory, self.groups, row)
        return self._domains[row]

    def weak_domains(self, authority: Authority, *, upto: int) -> list[int]:
        """Domains with a controller known to bind certificates to accounts at most at this level (0 or 1)."""
        return [row for row in self.domains(authority) if self._binding.get(row, 2) <= upto]

    def upn_mapping_domains(self, authority: Authority) -> list[int]:
        """Domains with a controller known to accept, over TLS, the UPN alone as proof of identity."""
        return [row for row in self.domains(authority) if row in self._upn_mapping]

    @cached_property
    def _binding(self) -> dict[int, int]:
        weakest: dict[int, int] = {}
        for row, value in self._registry("strongcertificatebindingenforcement"):
            if value >= 0:
                domain = int(self.directory.domain[row])
                weakest[domain] = min(value, weakest.get(domain, 2))
        return weakest

    @cached_property
    def _upn_mapping(self) -> frozenset[int]:
        found = self._registry("certificatemappingmethods")
        return frozenset(
            int(self.directory.domain[row])
            for row, value in found
            if value > 0 and value & _UPN_MAPPING
        )

    def _registry(self, attribute: str) -> list[tuple[int, int]]:
        d = self.directory
        rows = d.attributes.get(attribute, {})
        values = ((row, d.integer(row, attribute)) for row in rows)
        return [
            (row, value)
            for row, value in values
            if value is not None and self.groups.domain_controllers[row]
        ]

    def ordinary(self, rows: Iterable[int]) -> list[int]:
        """Those whose rights are not expected: what is privileged already gains nothing, and the local groups of
        a machine are not principals of the domain."""
        trusted = self.groups.trusted
        return [row for row in rows if not trusted[row] and not self._local_group(row)]

    def _local_group(self, row: int) -> bool:
        d = self.directory
        host = d.index.get(d.ids[row].rpartition("-")[0])
        return host is not None and d.kind[host] == Kind.COMPUTER

    def requesters(self, template: Template, authority: Authority) -> list[int]:
        """Ordinary principals that the template and the authority both let enrol."""
        return self.ordinary(self.common(template.enrollers, authority.enrollers))

    def agents(self, principals: list[int], template: Template, authority: Authority) -> list[int]:
        """Of these principals, those whom the authority lets ask for a template in someone else's name. Whose name is
        not looked at: an agent for a few accounts is still shown."""
        rules = [r for r in authority.agents if r.template in (UNKNOWN, template.row)]
        if not authority.agents:
            return principals
        denied = [self._inside(r.agent) for r in rules if not r.allowed and r.agent != UNKNOWN]
        allowed = [r.agent for r in rules if r.allowed and r.agent != UNKNOWN]
        found = self.common(principals, allowed)
        return [
            row
            for row in found
            if not any(_holds(inside, row) or self._everybody(inside) for inside in denied)
        ]

    def common(self, left: Iterable[int], right: Iterable[int] | None) -> list[int]:
        """The fewest rows that stand for the principals in both lists, groups seen through; None is everybody."""
        if right is None:
            return sorted(set(left))
        found: set[int] = set()
        right = tuple(right)
        for a in set(left):
            for b in right:
                found |= self._meet(a, b)
        return sorted(found)

    def _meet(self, a: int, b: int) -> set[int]:
        if a == b:
            return {a}
        inside_b = self._inside(b)
        if _holds(inside_b, a) or self._everybody(inside_b):
            return {a}
        inside_a = self._inside(a)
        if _holds(inside_a, b) or self._everybody(inside_a):
            return {b}
        shared = np.intersect1d(inside_a, inside_b, assume_unique=True)
        kind = self.directory.kind[shared]
        return set(shared[(kind == Kind.USER) | (kind == Kind.COMPUTER)].tolist())

    def _inside(self, row: int) -> NDArray[np.int64]:
        """Sorted rows of a principal and of its members at any depth."""
        if row not in self._expanded:
            self._expanded[row] = np.union1d(self.groups.members([row]), [row])
        return self._expanded[row]

    def _everybody(self, rows: NDArray[np.int64]) -> bool:
        return any(_holds(rows, row) for row in self._everyone_rows)

    @cached_property
    def _everyone_rows(self) -> frozenset[int]:
        d = self.directory
        found = np.flatnonzero(np.isin(d.rid, np.array([0, 11]))).tolist()
        return frozenset(row for row in found if is_everyone(d, row))

    def candidates(self, template: Template, authority: Authority, kind: Kind) -> NDArray[np.bool_]:
        """Mask of the enabled accounts of a kind that may enrol, privileged or not."""
        d = self.directory
        mask = np.zeros(len(d), np.bool_)
        for row in self.common(template.enrollers, authority.enrollers):
            inside = self._inside(row)
            if self._everybody(inside):
                mask[:] = True
                break
            mask[inside] = True
        wanted: NDArray[np.bool_] = mask & d.enabled() & (d.kind == kind)
        return wanted

    def masters(self, victims: NDArray[np.bool_], rights: frozenset[Right]) -> list[int]:
        """Ordinary principals that have one of these rights on one of the victims."""
        acls = self.directory.acls
        lists = acls.of[victims]
        used = np.zeros(len(acls.start), np.bool_)
        used[lists[lists >= 0]] = True
        sizes = np.diff(acls.start)
        chosen = np.repeat(used[: len(sizes)], sizes)
        chosen &= np.isin(acls.right, np.array([int(r) for r in rights], np.uint8))
        return self.ordinary(np.unique(acls.principal[chosen]).tolist())

    def anyone(self, domain: int) -> int:
        """The row that stands for any account of a domain: Authenticated Users, else Domain Users."""
        d = self.directory
        users = self.groups.well_known(513, domain=domain)
        for row in sorted(self._everyone_rows):
            if sid_of(d.ids[row]) == "S-1-5-11" and d.domain[row] in (domain, UNKNOWN):
                return row
        return users[0] if users else UNKNOWN


def _holds(rows: NDArray[np.int64], row: int) -> bool:
    at = int(np.searchsorted(rows, row))
    return at < len(rows) and int(rows[at]) == row
