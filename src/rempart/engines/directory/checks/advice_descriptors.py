"""Unscored items of the ANSSI list on security descriptors, on the schema and on what the collection could not read."""

from collections.abc import Iterable, Iterator

import numpy as np

from rempart.engines.directory.checks.acl import (
    Offence,
    describe,
    offenders,
    orphan_mask,
    rights_of,
)
from rempart.engines.directory.checks.adminsdholder import holders
from rempart.engines.directory.checks.common import in_collection, privileged
from rempart.engines.directory.descriptors import UnreadableDescriptor
from rempart.engines.directory.descriptors_rights import rights_of as rights_of_descriptor
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.model import UNKNOWN, Fact, Kind
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.engines.directory.rights import CONTROL_RIGHTS, REPLICATION_RIGHTS, Right
from rempart.engines.directory.sddl import read_sddl
from rempart.kernel.french import counted

# Guests, anonymous sessions, and everybody, who includes them when the directory is so configured.
_ANONYMOUS = frozenset({"S-1-1-0", "S-1-5-7", "S-1-5-32-546"})


def _all_rows(ctx: Context) -> list[int]:
    return [int(row) for row in np.flatnonzero(ctx.directory.acls.of >= 0)]


def _grouped(ctx: Context, offences: Iterable[Offence]) -> Iterator[Hit]:
    """One hit for each object and principal."""
    found: dict[tuple[int, int], list[Offence]] = {}
    for offence in offences:
        found.setdefault((offence.row, offence.principal), []).append(offence)
    for (row, principal), rights in found.items():
        yield Hit(row, describe(ctx, principal, rights))


def _anonymous(ctx: Context) -> Mask:
    d = ctx.directory
    mask = np.zeros(len(d), np.bool_)
    mask[ctx.groups.special(_ANONYMOUS)] = True
    mask[ctx.groups.well_known(501)] = True
    return mask


def _held(
    ctx: Context, holders_: Mask, rights: frozenset[Right], *, inherited: bool = True
) -> Iterator[Offence]:
    """Every (object, principal, right) of these principals. Lists are searched first, then the objects that have
    them: an offender is rare here, and a directory has millions of entries."""
    acls = ctx.directory.acls
    wanted = holders_[acls.principal] & np.isin(acls.right, np.array(sorted(rights), np.uint8))
    if not inherited:
        wanted &= ~acls.inherited
    at = np.flatnonzero(wanted)
    of_list = np.searchsorted(acls.start, at, side="right") - 1
    concerned = np.zeros(len(acls.start), np.bool_)
    concerned[of_list] = True
    # A list that was not read is -1: the last cell, which stands for no list.
    for row in np.flatnonzero(concerned[acls.of]).tolist():
        k = acls.of[row]
        for entry in at[np.searchsorted(of_list, k) : np.searchsorted(of_list, k, "right")]:
            right, passed = Right(int(acls.right[entry])), bool(acls.inherited[entry])
            yield Offence(row, int(acls.principal[entry]), right, passed)


def _rights_of_anonymous(ctx: Context, rights: frozenset[Right]) -> Findings:
    yield from _grouped(ctx, _held(ctx, _anonymous(ctx), rights))
    yield from _partial(ctx, Fact.DESCRIPTORS, Fact.ACL_CONFIGURATION)


def _partial(ctx: Context, *facts: Fact) -> Iterator[Unmeasured]:
    """What to add where a source gives only some rights, or the rights of some objects."""
    if not ctx.directory.has(*facts):
        yield Unmeasured("La collecte ne donne qu’une partie des droits.")


@check("warning_sd_anonymous_control", Fact.ACL)
def control_by_anyone(ctx: Context) -> Findings:
    """Objects that an anonymous principal controls."""
    yield from _rights_of_anonymous(ctx, CONTROL_RIGHTS | REPLICATION_RIGHTS)


@check("info_sd", Fact.ACL)
def rights_of_anyone(ctx: Context) -> Findings:
    """Objects on which an anonymous principal has any right that is kept, control or not."""
    # Everybody may ask to change a password of which he knows the old one: that is no right to speak of.
    yield from _rights_of_anonymous(ctx, frozenset(Right))


@check("warning_sd_adminsdholder_protec", Fact.DESCRIPTORS)
def model_that_inherits(ctx: Context) -> Findings:
    """AdminSDHolder gives its access list to administrators: it must not take any from its container."""
    d = ctx.directory
    found = holders(d)
    if not found:
        raise NotMeasured("La collecte ne contient pas le conteneur AdminSDHolder.")
    for row in found.values():
        if d.acls.protected[row] == 0:
            yield Hit(row, "hérite des droits de son conteneur")
        elif d.acls.protected[row] == UNKNOWN:
            yield Unmeasured("Le descripteur d’AdminSDHolder n’a pas été lu.")


@check("warning_sd_repl_perm", Fact.ACL)
def replication_by_others(ctx: Context) -> Findings:
    """Replication rights given to a principal outside the privileged ones, on any object."""
    yield from _grouped(ctx, offenders(ctx, _all_rows(ctx), REPLICATION_RIGHTS))
    yield from _partial(ctx, Fact.ACL_CONFIGURATION)


@check("warning_sd_unknown_sid", Fact.ACL, Fact.ACCOUNTS)
def rights_of_nobody(ctx: Context) -> Findings:
    """Rights and ownership of identifiers that no object carries any more."""
    rights = CONTROL_RIGHTS | REPLICATION_RIGHTS
    orphans = orphan_mask(ctx.directory)
    yield from _grouped(ctx, _held(ctx, orphans, rights, inherited=False))
    yield from _partial(ctx, Fact.DESCRIPTORS)


def _named_in(ctx: Context, attribute: str, text: str) -> Iterator[Hit]:
    """Objects whose descriptor was found odd as it was read: principals by their SIDs."""
    d = ctx.directory
    for row, sids in d.attributes.get(attribute, {}).items():
        names = [_principal(ctx, sid, int(d.domain[row])) for sid in sids]
        yield Hit(row, text.format(names=", ".join(names)))


def _principal(ctx: Context, sid: str, domain: int) -> str:
    d = ctx.directory
    if sid in d.index:
        return d.label(d.index[sid])
    row = d.index.get(f"{d.names[domain].upper()}-{sid}") if domain != UNKNOWN else None
    return d.label(row) if row is not None else sid


@check("warning_sd_deny_read", Fact.DESCRIPTORS)
def hidden_objects(ctx: Context) -> Iterator[Hit]:
    """Objects that a deny entry hides from somebody, and so perhaps from the collection."""
    yield from _named_in(ctx, "descriptor-denies-read", "lecture refusée à {names}")


@check("warning_sd_generic_perm", Fact.DESCRIPTORS)
def generic_rights(ctx: Context) -> Iterator[Hit]:
    """Entries written with generic rights, which a directory never keeps as such: written by a tool, or damaged."""
    yield from _named_in(ctx, "descriptor-generic", "droits génériques donnés à {names}")


@check("info_sd_missing_au_lc", Fact.DESCRIPTORS)
def units_that_hide(ctx: Context) -> Iterator[Hit]:
    """Organizational units whose content users cannot list."""
    for row in ctx.directory.attributes.get("descriptor-hides-content", {}):
        yield Hit(row, "contenu non visible des utilisateurs authentifiés")


@check("info_sd_protected_ou", Fact.DESCRIPTORS)
def units_that_inherit_nothing(ctx: Context) -> Iterator[Hit]:
    """Organizational units that stop the propagation of rights; the one of controllers is one by default."""
    d = ctx.directory
    for row in d.rows(Kind.OU).tolist():
        default = d.dns[row].lower().startswith("ou=domain controllers,")
        if d.acls.protected[row] == 1 and not default:
            yield Hit(row, "n’hérite pas des droits de son conteneur")


@check("warning_sd_failed_sd_read", Fact.ACL)
def unread_descriptors(ctx: Context) -> Iterator[Hit]:
    """Described objects whose access list could not be read."""
    d = ctx.directory
    kinds = (d.kind >= Kind.USER) & (d.kind <= Kind.GPO)
    for row in np.flatnonzero(kinds & in_collection(d) & (d.acls.of < 0)).tolist():
        # What was only named, and never described, has no descriptor to read.
        if d.dns[row]:
            yield Hit(row, "descripteur de sécurité non lu")


def _unread(ctx: Context, rows: Mask) -> Iterator[Hit]:
    d = ctx.directory
    account = d.kind != Kind.GROUP
    nowhere = np.zeros(len(d), np.bool_)
    missing = {
        "userAccountControl": account & (d.uac_known == 0),
        "pwdLastSet": account & (d.password_set == UNKNOWN)
        if d.has(Fact.PASSWORD_DATES)
        else nowhere,
        "whenCreated": d.created == UNKNOWN,
    }
    for row in np.flatnonzero(rows & np.logical_or.reduce(list(missing.values()))).tolist():
        names = [name for name, mask in missing.items() if mask[row]]
        yield Hit(row, "attributs non lus : " + ", ".join(names))


def _readable(ctx: Context) -> Mask:
    d = ctx.directory
    kinds = (d.kind == Kind.USER) | (d.kind == Kind.COMPUTER) | (d.kind == Kind.GROUP)
    named = np.fromiter(map(bool, d.dns), np.bool_, len(d))
    readable: Mask = kinds & named & in_collection(d)
    return readable


@check("warning_dump_error_rp", Fact.ACCOUNTS, Fact.CREATION_DATES)
def unread_attributes(ctx: Context) -> Iterator[Hit]:
    """Accounts and groups whose ordinary attributes the collection could not read."""
    yield from _unread(ctx, _readable(ctx))


@check("warning_dump_error_vuln_rp", Fact.ACCOUNTS, Fact.MEMBERS, Fact.CREATION_DATES)
def unread_attributes_of_administrators(ctx: Context) -> Iterator[Hit]:
    """The same on privileged accounts, privileged groups and controllers, on which controls rest."""
    wanted = ctx.groups.privileged | ctx.groups.domain_controllers
    wanted[ctx.groups.privileged_groups] = True
    wanted[privileged(ctx)] = True
    yield from _unread(ctx, _readable(ctx) & wanted)


@check("warning_permissions_specific_containers", Fact.ACL)
def sensitive_containers(ctx: Context) -> Findings:
    """Control of the containers of the domain that hold accounts, policies and settings."""
    d = ctx.directory
    starts = tuple(str(name).lower() for name in ctx.param("containers"))
    rows = [
        row
        for row in d.rows(Kind.CONTAINER, Kind.OU, Kind.OTHER).tolist()
        if d.dns[row].lower().startswith(starts)
    ]
    if not rows:
        raise NotMeasured("La collecte ne contient aucun de ces conteneurs.")
    yield from _grouped(ctx, offenders(ctx, rows, rights_of(ctx)))
    unread = int((d.acls.of[rows] < 0).sum())
    if unread:
        yield Unmeasured(
            f"Les droits de {counted(unread, 'conteneur')} sur {len(rows)} n’ont pas été lus."
        )
    yield from _partial(ctx, Fact.DESCRIPTORS)


@check("warning_schema_default_sd", Fact.SCHEMA)
def dangerous_defaults(ctx: Context) -> Findings:
    """Classes whose default descriptor gives every new object to somebody else than administrators."""
    d = ctx.directory
    classes = d.attributes.get("defaultsecuritydescriptor", {})
    if not classes:
        raise NotMeasured("La collecte ne donne pas les descripteurs par défaut des classes.")
    expected = {str(sid) for sid in ctx.param("trustees")}
    domain = next((d.ids[row] for row in d.rows(Kind.DOMAIN).tolist()), "S-1-5-21-0-0-0")
    wanted = rights_of(ctx)
    for row, texts in classes.items():
        name = (d.value(row, "ldapdisplayname") or "").lower()
        try:
            given = rights_of_descriptor(read_sddl(texts[0], domain), name)
        except (UnreadableDescriptor, ValueError):
            yield Unmeasured(f"Le descripteur par défaut de la classe {name} est illisible.")
            continue
        for sid in sorted({sid for sid, right, _ in given if right in wanted}):
            if sid not in expected and sid.replace(domain, "domaine") not in expected:
                yield Hit(
                    row, f"tout objet {name} créé est donné à {_principal(ctx, sid, UNKNOWN)}"
                )


@check("warning_schema_posssuperiors", Fact.SCHEMA)
def dangerous_superiors(ctx: Context) -> Iterator[Hit]:
    """Classes that accounts may contain and that may themselves contain accounts: their owner creates accounts."""
    d = ctx.directory
    holders_, created = set(ctx.param("holders")), set(ctx.param("created"))
    inside: dict[str, set[str]] = {}
    names = d.attributes.get("ldapdisplayname", {})
    above = {}
    for row, values in names.items():
        own = [*d.values(row, "posssuperiors"), *d.values(row, "systemposssuperiors")]
        inside[values[0].lower()] = {value.lower() for value in own}
        above[values[0].lower()] = (d.value(row, "subclassof") or "").lower()
    if not inside:
        raise NotMeasured("La collecte ne donne pas les classes du schéma.")

    def lineage(name: str) -> set[str]:
        seen: set[str] = set()
        while name and name not in seen:
            seen.add(name)
            name = above.get(name, "")
        return seen

    for row, values in names.items():
        name = values[0].lower()
        line = lineage(name)
        within = {s for cls in line for s in inside.get(cls, ())} & holders_
        makes = {child for child in created if inside.get(child, set()) & line}
        if within and makes and name not in created:
            yield Hit(
                row, f"sous {', '.join(sorted(within))}, permet de créer {', '.join(sorted(makes))}"
            )
