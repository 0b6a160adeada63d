"""Where the edges of the control graph come from: one function a family of relations.

Each rule is named after the BloodHound CE relation that it gives; what we add or read otherwise is said there.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.graph import EdgeCollector, Mask
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind, Relation, Trust, Uac
from rempart.engines.directory.rights import Right

_ALL: Final = frozenset(Kind)
_ACCOUNTS: Final = frozenset({Kind.USER, Kind.COMPUTER})
_CONTAINERS: Final = frozenset({Kind.OU, Kind.DOMAIN, Kind.CONTAINER})

# On which kinds a right leads to control of the object.
EFFECTIVE_ON: Final[dict[Right, frozenset[Kind]]] = {
    Right.Owns: _ALL,
    Right.GenericAll: _ALL,
    Right.WriteDacl: _ALL,
    Right.WriteOwner: _ALL,
    Right.GenericWrite: _ALL - {Kind.CONTAINER},
    # On a computer, sources say it only where a local password is managed: it lets read it.
    Right.AllExtendedRights: frozenset({Kind.USER, Kind.DOMAIN, Kind.COMPUTER}),
    Right.ForceChangePassword: frozenset({Kind.USER}),
    Right.AddMember: frozenset({Kind.GROUP}),
    Right.AddSelf: frozenset({Kind.GROUP}),
    Right.AddAllowedToAct: frozenset({Kind.COMPUTER}),
    Right.WriteAccountRestrictions: frozenset({Kind.COMPUTER}),
    Right.AddKeyCredentialLink: _ACCOUNTS,
    Right.WriteSPN: frozenset({Kind.USER}),
    Right.WriteGPLink: frozenset({Kind.OU, Kind.DOMAIN, Kind.SITE}),
    Right.ReadLAPSPassword: frozenset({Kind.COMPUTER}),
    Right.ReadGMSAPassword: frozenset({Kind.USER}),
    Right.SyncLAPSPassword: frozenset({Kind.COMPUTER}),
    Right.SQLAdmin: frozenset({Kind.COMPUTER}),
    Right.ManageCA: frozenset({Kind.ENTERPRISE_CA}),
    Right.ManageCertificates: frozenset({Kind.ENTERPRISE_CA}),
    Right.WriteAltSecurityIdentities: _ACCOUNTS,
    Right.WritePublicInformation: _ACCOUNTS,
    Right.WriteUserAccountControl: frozenset({Kind.USER}),
    Right.WriteLogonScript: frozenset({Kind.USER}),
    Right.WriteAllowedToDelegateTo: _ACCOUNTS,
    Right.WriteGMSAMembership: frozenset({Kind.USER}),
}
_BY_LOCAL_PASSWORD: Final = (Right.ReadLAPSPassword, Right.AllExtendedRights)
_EVERYBODY: Final = ("S-1-5-11", "S-1-1-0")
_LOGON_KINDS: Final = ("S-1-5-2", "S-1-5-4", "S-1-5-15")  # Network, Interactive, This Organization
_PLAIN: Final = (
    (Relation.LOCAL_ADMIN, "AdminTo"),
    (Relation.LOCAL_RDP, "CanRDP"),
    (Relation.LOCAL_DCOM, "ExecuteDCOM"),
    (Relation.LOCAL_PSREMOTE, "CanPSRemote"),
    (Relation.SESSION, "HasSession"),
    (Relation.ALLOWED_TO_DELEGATE, "AllowedToDelegate"),
    (Relation.ALLOWED_TO_ACT, "AllowedToAct"),
    (Relation.SID_HISTORY, "HasSIDHistory"),
    (Relation.DUMP_SMSA, "DumpSMSAPassword"),
)


def plain_edges(d: Directory, out: EdgeCollector) -> None:
    """Relations that a source states as they are."""
    for relation, kind in _PLAIN:
        pairs = d.pairs(relation)
        out.add(kind, pairs.src, pairs.dst)
    for src, kind, dst in d.stated_edges:
        if out.knows(kind):
            out.add(kind, [src], [dst])


def membership_edges(d: Directory, groups: Groups, out: EdgeCollector) -> None:
    """MemberOf: explicit members, primary groups, and the identities that nobody lists.

    Every account is in Authenticated Users and Everyone of its domain, and of the domains that trust it.
    """
    member, group = groups.edges
    out.add("MemberOf", member, group)
    authenticated = _special(d, groups, "S-1-5-11")
    everyone = _special(d, groups, "S-1-1-0")
    accounts = np.flatnonzero((d.kind == Kind.USER) | (d.kind == Kind.COMPUTER))
    for special in (authenticated, everyone):
        for domain, rows in special.items():
            mine = accounts[d.domain[accounts] == domain]
            if special is authenticated:
                mine = mine[d.rid[mine] != 501]
            for row in rows:
                out.add("MemberOf", mine.astype(np.int32), np.full(len(mine), row, np.int32))
    # Whoever authenticates by the network, or in person, is also one of these.
    for sid in _LOGON_KINDS:
        for domain, rows in _special(d, groups, sid).items():
            for row in rows:
                known = authenticated.get(domain, [])
                out.add("MemberOf", known, [row] * len(known))
    for trust in d.trusts:
        partner = _partner(d, trust)
        # An outbound trust means that the partner's accounts are let in here.
        if partner != UNKNOWN and trust.outbound:
            for special in (authenticated, everyone):
                for theirs in special.get(partner, []):
                    ours = special.get(trust.domain, [])
                    out.add("ClaimSpecialIdentity", [theirs] * len(ours), ours)


def _special(d: Directory, groups: Groups, sid: str) -> dict[int, list[int]]:
    """Domain row → rows of a special identity of that domain; one without a prefix serves every domain, and UNKNOWN
    stands for the accounts whose domain was not collected."""
    found: dict[int, list[int]] = {}
    for row in groups.special((sid,)):
        alone = d.ids[row] == sid
        domains = [*d.rows(Kind.DOMAIN).tolist(), UNKNOWN] if alone else [int(d.domain[row])]
        for domain in domains:
            found.setdefault(domain, []).append(row)
    return found


def _partner(d: Directory, trust: Trust) -> int:
    """Row of the domain on the other side of a trust, by SID or by name; UNKNOWN when it was not collected."""
    row = d.index.get(trust.partner_sid, UNKNOWN)
    if row != UNKNOWN and d.kind[row] == Kind.DOMAIN:
        return row
    named = (r for r in d.rows(Kind.DOMAIN).tolist() if d.names[r].lower() == trust.partner.lower())
    return next(named, UNKNOWN) if trust.partner else UNKNOWN


def access_edges(d: Directory, tier0: Mask, out: EdgeCollector) -> None:
    """The rights of access lists that lead to control, one edge an object; lists are filtered before they are
    unrolled, and principals of Tier 0 never are, because their edges lead nowhere new."""
    a = d.acls
    useful = ~tier0[a.principal]
    lists = np.repeat(np.arange(len(a.start) - 1), np.diff(a.start))
    objects, first = _objects_by_list(d)
    for right, kinds in EFFECTIVE_ON.items():
        if not out.knows(right.name):
            continue
        entries = np.flatnonzero(useful & (a.right == right))
        if not len(entries):
            continue
        count = first[lists[entries] + 1] - first[lists[entries]]
        src = np.repeat(a.principal[entries], count)
        dst = objects[_ranges(first[lists[entries]], count)]
        keep = np.isin(d.kind[dst], np.array([int(k) for k in kinds], np.int8))
        if right in _BY_LOCAL_PASSWORD:
            keep &= _has_laps(d)[dst] | (d.kind[dst] != Kind.COMPUTER)
        out.add(right.name, src[keep], dst[keep])


def _objects_by_list(d: Directory) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rows sorted by access list, and where each list begins."""
    read = np.flatnonzero(d.acls.of >= 0)
    order = read[np.argsort(d.acls.of[read], kind="stable")].astype(np.int32)
    first = np.zeros(len(d.acls.start), np.int64)
    np.cumsum(np.bincount(d.acls.of[read], minlength=len(d.acls.start) - 1), out=first[1:])
    return order, first


def _ranges(start: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """start[i], start[i]+1, … count[i] times, end to end."""
    total = int(count.sum())
    offset = np.repeat(start - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    return offset + np.arange(total)


def _has_laps(d: Directory) -> Mask:
    """Computers whose local password is managed, as far as the source tells."""
    mask: Mask = d.kind == Kind.COMPUTER
    told = d.attributes.get("haslaps", {})
    mask[[row for row, values in told.items() if values[0] != "TRUE"]] = False
    return mask


def replication_edges(d: Directory, groups: Groups, tier0: Mask, out: EdgeCollector) -> None:
    """DCSync: both replication rights on a domain, even when they come through two groups."""
    for domain in d.rows(Kind.DOMAIN).tolist():
        holders: dict[Right, set[int]] = {}
        for principal, right, _ in d.acls.entries(domain):
            holders.setdefault(right, set()).add(principal)
        wide = holders.get(Right.GenericAll, set()) | holders.get(Right.AllExtendedRights, set())
        first = holders.get(Right.GetChanges, set()) | wide
        second = holders.get(Right.GetChangesAll, set()) | wide
        everybody = set(groups.special(_EVERYBODY))
        # What everybody may do adds to what one may.
        if everybody & first:
            first |= second
        if everybody & second:
            second |= first
        both = (first & second) - wide
        apart = _closure(groups, first) & _closure(groups, second)
        apart -= _closure(groups, first & second)
        both |= {p for p in apart if not set(_groups_of(groups, p)) & apart}
        rows = [p for p in both if not tier0[p]]
        out.add("DCSync", rows, [domain] * len(rows))
        filtered = holders.get(Right.GetChangesInFilteredSet, set()) & first - second
        laps = np.flatnonzero(_has_laps(d) & (d.domain == domain)).astype(np.int32)
        for principal in filtered:
            if not tier0[principal]:
                out.add("SyncLAPSPassword", np.full(len(laps), principal, np.int32), laps)


def _closure(groups: Groups, rows: set[int]) -> set[int]:
    return rows | set(groups.members(rows).tolist()) if rows else set()


def _groups_of(groups: Groups, row: int) -> list[int]:
    member, group = groups.edges
    return [int(g) for g in group[member == row]]


def delegation_edges(d: Directory, groups: Groups, out: EdgeCollector) -> None:
    """CoerceToTGT: a computer or account trusted for unconstrained delegation, towards its domain."""
    rows = np.flatnonzero(
        d.flag(Uac.TRUSTED_FOR_DELEGATION)
        & d.enabled()
        & ~groups.domain_controllers
        & (d.domain != UNKNOWN)
    )
    out.add("CoerceToTGT", rows.astype(np.int32), d.domain[rows])


def trust_edges(d: Directory, out: EdgeCollector) -> None:
    """From a domain to those that let it act there: same forest, unfiltered trust, delegated tickets, and the account
    of the trust, whose keys both sides hold."""
    accounts = _trust_accounts(d)
    for trust in d.trusts:
        partner = _partner(d, trust)
        if partner == UNKNOWN:
            continue
        account = accounts.get((trust.domain, trust.partner.partition(".")[0].upper()))
        if account is not None:
            out.add("HasTrustKeys", [partner], [account])
        if trust.bit(Trust.WITHIN_FOREST):
            out.add("SameForestTrust", [partner], [trust.domain])
            continue
        unfiltered = trust.bit(Trust.TREAT_AS_EXTERNAL) or (
            trust.bit(Trust.FOREST_TRANSITIVE) is False and trust.bit(Trust.QUARANTINED) is False
        )
        if trust.outbound and unfiltered:
            out.add("SpoofSIDHistory", [partner], [trust.domain])
        if trust.inbound and trust.bit(Trust.ENABLE_TGT_DELEGATION):
            out.add("AbuseTGTDelegation", [partner], [trust.domain])


def _trust_accounts(d: Directory) -> dict[tuple[int, str], int]:
    """(domain, NetBIOS name of the partner) → the account that the partner's domain controllers log on with."""
    names = d.attributes.get("samaccountname", {})
    rows = np.flatnonzero(d.flag(Uac.INTERDOMAIN_TRUST_ACCOUNT) & d.enabled()).tolist()
    return {
        (int(d.domain[row]), names[row][0].removesuffix("$").upper()): row
        for row in rows
        if row in names
    }
