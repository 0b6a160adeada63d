"""Reading access lists for checks: who, outside the trusted, may do what to these objects.

Trusted principals are `Groups.trusted` and those that are protected like AdminSDHolder (see `adminsdholder`).
An orphan is a SID of a collected domain that no object carries any more: nobody can log on with it, so its
entries count as a danger to clean up (second point of a control), never as an immediate one.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.engines.directory.checks.adminsdholder import accepted
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind
from rempart.engines.directory.registry import Context, Hit, NotMeasured, Unmeasured
from rempart.engines.directory.rights import Right
from rempart.kernel.french import counted, grouped

RIGHT_LABELS: Final[Mapping[Right, str]] = {
    Right.Owns: "en est propriétaire",
    Right.GenericAll: "en a le contrôle total",
    Right.GenericWrite: "peut en modifier tous les attributs",
    Right.WriteDacl: "peut en changer les permissions",
    Right.WriteOwner: "peut s’en rendre propriétaire",
    Right.AllExtendedRights: "en a tous les droits étendus",
    Right.ForceChangePassword: "peut en réinitialiser le mot de passe",
    Right.AddMember: "peut y ajouter des membres",
    Right.AddSelf: "peut s’y ajouter",
    Right.GetChanges: "peut lire les modifications répliquées",
    Right.GetChangesAll: "peut répliquer les secrets",
    Right.GetChangesInFilteredSet: "peut répliquer les attributs confidentiels",
    Right.AddAllowedToAct: "peut y autoriser une délégation Kerberos",
    Right.AddKeyCredentialLink: "peut y ajouter une clé d’authentification",
    Right.WriteSPN: "peut y écrire un nom de service (SPN)",
    Right.WriteAccountRestrictions: "peut en modifier les restrictions de compte",
    Right.WriteGPLink: "peut y lier une stratégie de groupe",
    Right.ReadLAPSPassword: "peut en lire le mot de passe LAPS",
    Right.ReadGMSAPassword: "peut en lire le mot de passe géré",
    Right.SQLAdmin: "en administre la base SQL",
    Right.ManageCA: "peut en administrer l’autorité de certification",
    Right.ManageCertificates: "peut en approuver les certificats",
    Right.Enroll: "peut y demander un certificat",
    Right.WritePKIEnrollmentFlag: "peut en modifier les règles d’inscription",
    Right.WritePKINameFlag: "peut en modifier les règles de nom",
    Right.OwnsRaw: "en est propriétaire",
    Right.WriteOwnerRaw: "peut s’en rendre propriétaire",
    Right.SyncLAPSPassword: "peut en répliquer le mot de passe LAPS",
    Right.WriteAltSecurityIdentities: "peut y associer un certificat",
    Right.WritePublicInformation: "peut en modifier les informations publiques, dont le SPN",
    Right.WriteUserAccountControl: "peut en modifier les indicateurs de compte",
    Right.WriteLogonScript: "peut en changer le script d’ouverture de session",
    Right.WriteManagedBy: "peut en changer le gestionnaire",
    Right.WriteAllowedToDelegateTo: "peut en changer la délégation Kerberos",
    Right.WriteGMSAMembership: "peut choisir qui lit son mot de passe géré",
    Right.CreateChild: "peut y créer tout objet",
    Right.CreateComputer: "peut y créer des ordinateurs",
    Right.CreateUser: "peut y créer des utilisateurs",
    Right.CreateGroup: "peut y créer des groupes",
    Right.CreateDMSA: "peut y créer un compte de service géré délégué",
    Right.DeleteChild: "peut en supprimer le contenu",
    Right.Delete: "peut le supprimer",
    Right.AutoEnroll: "peut y obtenir un certificat automatiquement",
    Right.ReadSecret: "peut en lire le secret",
}
"""What a right allows, after the name of the principal."""


class Offence(NamedTuple):
    """A right that a principal outside the trusted has on an object; `row` and `principal` are rows."""

    row: int
    principal: int
    right: Right
    inherited: bool


def offenders(
    ctx: Context,
    rows: Iterable[int] | NDArray[np.integer],
    rights: Collection[Right],
    *,
    extra_trusted: Iterable[int] = (),
    orphans: bool = True,
) -> list[Offence]:
    """Every (object, principal, right, inherited) where a principal that is not trusted has one of `rights`.

    `rows` are the objects to look at, `extra_trusted` principals expected there besides the trusted ones.
    The owner counts as `Right.Owns`. `orphans` False leaves out the SIDs that no object carries. What is left out
    because its principal is protected like AdminSDHolder is added to `ctx.tolerated`.
    """
    d = ctx.directory
    expected = ctx.groups.trusted.copy()
    expected[list(extra_trusted)] = True
    if not orphans:
        expected |= orphan_mask(d)
    found = _suspects(d, np.asarray(list(rows), np.int64), frozenset(rights), expected)
    tolerated = accepted(ctx, {o.principal for o in found})
    for (row, principal), given in _by_pair(o for o in found if o.principal in tolerated).items():
        ctx.tolerated.append(Hit(row, describe(ctx, principal, given)))
    return [o for o in found if o.principal not in tolerated]


def _by_pair(offences: Iterable[Offence]) -> dict[tuple[int, int], list[Offence]]:
    out: dict[tuple[int, int], list[Offence]] = {}
    for offence in offences:
        out.setdefault((offence.row, offence.principal), []).append(offence)
    return out


def _suspects(
    d: Directory, rows: NDArray[np.int64], rights: frozenset[Right], expected: Mask
) -> list[Offence]:
    if not len(rows):
        return []
    acls = d.acls
    wanted = np.isin(acls.right, np.array(sorted(rights), np.uint8))
    bad = wanted & ~expected[acls.principal] if len(wanted) else wanted
    before = np.concatenate([[0], np.cumsum(bad)])
    of_list = before[acls.start[1:]] > before[acls.start[:-1]]
    lists = acls.of[rows]
    concerned = lists >= 0
    concerned[concerned] = of_list[lists[concerned]]
    out = []
    for row in rows[concerned].tolist():
        k = int(acls.of[row])
        span = slice(int(acls.start[k]), int(acls.start[k + 1]))
        at = np.flatnonzero(bad[span]) + span.start
        for principal, right, inherited in zip(
            acls.principal[at].tolist(),
            acls.right[at].tolist(),
            acls.inherited[at].tolist(),
            strict=True,
        ):
            out.append(Offence(row, principal, Right(right), inherited))
    return out + _owned(d, rows, rights, expected, out)


def _owned(
    d: Directory,
    rows: NDArray[np.int64],
    rights: frozenset[Right],
    expected: Mask,
    seen: list[Offence],
) -> list[Offence]:
    """Owners that the access lists do not state as an entry."""
    if Right.Owns not in rights:
        return []
    stated = {o.row for o in seen if o.right == Right.Owns}
    owner = d.owner[rows]
    known = owner != UNKNOWN
    known[known] = ~expected[owner[known]]
    return [
        Offence(row, int(d.owner[row]), Right.Owns, False)
        for row in rows[known].tolist()
        if row not in stated
    ]


def orphan_mask(directory: Directory) -> Mask:
    """Mask of the SIDs of collected domains that no object carries (RIDs of 1000 and more)."""
    mask: Mask = (
        (directory.kind == Kind.UNKNOWN)
        & (directory.domain != UNKNOWN)
        & (directory.rid >= 1000)
        & directory.has(Fact.ACCOUNTS)
    )
    return mask


def rights_of(ctx: Context, level: int | None = None, name: str = "rights") -> frozenset[Right]:
    """The rights that a content file names. Raises KeyError when it names none, or one that does not exist."""
    return frozenset(Right[text] for text in ctx.param(name, level))


def describe(ctx: Context, principal: int, offences: Iterable[Offence]) -> str:
    """« GG_SUPPORT@CHU.TEST peut en changer les permissions (droit hérité) », for one principal and object."""
    said: dict[str, bool] = {}
    for offence in sorted(offences, key=lambda o: o.right):
        label = RIGHT_LABELS[offence.right]
        said[label] = said.get(label, True) and offence.inherited
    text = ", ".join(f"{label} (droit hérité)" if got else label for label, got in said.items())
    return f"{ctx.directory.label(principal)} {text}"


def graded(
    ctx: Context,
    rows: Iterable[int] | NDArray[np.integer],
    *,
    extra_trusted: Iterable[int] = (),
    unless: Callable[[Offence], bool] | None = None,
    certain: bool = True,
) -> Iterator[Hit | Unmeasured]:
    """Judge access lists against the `rights` of each point of a control: one hit per object and principal.

    `unless` says which offences are expected. Lists that were not read, or a source that does not give every
    right (`certain` False), leave the points without hit unmeasured. Raises NotMeasured when there is no object to look at.
    """
    targets = np.asarray(list(rows), np.int64)
    if not len(targets):
        raise NotMeasured("La collecte ne contient aucun des objets dont il faut lire les droits.")
    per_level = {level: rights_of(ctx, level) for level in ctx.points}
    wanted = frozenset[Right]().union(*per_level.values())
    found = offenders(ctx, targets, wanted, extra_trusted=extra_trusted)
    if unless is not None:
        found = [offence for offence in found if not unless(offence)]
    yield from _hits(ctx, _replication_needs_both(found), per_level)
    yield from _gaps(ctx, targets, certain)


def _replication_needs_both(offences: list[Offence]) -> list[tuple[Offence, bool]]:
    """Pairs (offence, immediate): the replication of secrets needs the plain replication right as well."""
    plain = {o.row for o in offences if o.right == Right.GetChanges}
    secret = (Right.GetChangesAll, Right.GetChangesInFilteredSet)
    return [(o, o.right not in secret or o.row in plain) for o in offences]


def _hits(
    ctx: Context, offences: list[tuple[Offence, bool]], per_level: Mapping[int, frozenset[Right]]
) -> Iterator[Hit]:
    orphan = orphan_mask(ctx.directory)
    grouped: dict[tuple[int, int], list[tuple[Offence, bool]]] = {}
    for offence, immediate in offences:
        grouped.setdefault((offence.row, offence.principal), []).append((offence, immediate))
    for (row, principal), found in grouped.items():
        text = describe(ctx, principal, (o for o, _ in found))
        if orphan[principal]:
            text += " (identifiant sans compte)"
        failing = [
            level
            for level, rights in per_level.items()
            if any(
                o.right in rights and (level > 1 or (now and not orphan[principal]))
                for o, now in found
            )
        ]
        if len(failing) == len(per_level):
            yield Hit(row, text)
        else:
            yield from (Hit(row, text, level) for level in failing)


def _gaps(ctx: Context, targets: NDArray[np.int64], certain: bool) -> Iterator[Unmeasured]:
    unread = int((ctx.directory.acls.of[targets] < 0).sum())
    if unread:
        yield Unmeasured(
            f"La liste d’accès de {counted(unread, 'objet')} sur {grouped(len(targets))} n’a pas été lue."
        )
    elif not certain:
        yield Unmeasured("La collecte ne donne qu’une partie de ces objets ou de leurs droits.")
