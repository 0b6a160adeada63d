"""What attackers use on accounts and the ANSSI list lacks, or lists for administrators only."""

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.checks.acl import Offence, describe, offenders
from rempart.engines.directory.checks.common import (
    accounts,
    ago,
    carriers,
    days_text,
    enabled,
    flagged,
    in_collection,
    judged,
    last_activity,
    last_password_change,
    managed,
    older_than,
    support,
)
from rempart.engines.directory.checks.policy import AES
from rempart.engines.directory.groups import Mask
from rempart.engines.directory.logins import called
from rempart.engines.directory.model import NEVER, UNKNOWN, Directory, Fact, Kind, Uac
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.engines.directory.rights import CONTROL_RIGHTS, Right


@check("extra_password_in_description", Fact.ACCOUNTS, Fact.DESCRIPTION)
def written_passwords(ctx: Context) -> Iterator[Hit]:
    """Free text that everybody reads and that looks like it holds a password; the text itself is not repeated."""
    d = ctx.directory
    patterns = [re.compile(str(text), re.IGNORECASE) for text in ctx.param("patterns")]
    mine = accounts(ctx, Kind.USER, Kind.COMPUTER, Kind.GROUP)
    for attribute in ctx.param("attributes"):
        for row, texts in d.attributes.get(attribute, {}).items():
            if mine[row] and any(p.search(text) for p in patterns for text in texts):
                yield Hit(
                    row, f"l’attribut {attribute} semble contenir un mot de passe (non repris ici)"
                )


def _ordinary(ctx: Context) -> Mask:
    return ~ctx.groups.privileged


@check("extra_asrep_roastable", Fact.ACCOUNTS, Fact.UAC_COMMON)
def tickets_for_anybody(ctx: Context) -> Findings:
    """Ordinary enabled accounts whose encrypted ticket is given to whoever asks."""
    bad, known = flagged(ctx, Uac.DONT_REQUIRE_PREAUTH)
    rows = enabled(ctx) & _ordinary(ctx)
    detail = "pré-authentification Kerberos non exigée"
    yield from judged(rows, bad, known, detail, "la pré-authentification")


@check("extra_kerberoastable", Fact.ACCOUNTS, Fact.SPN, Fact.PASSWORD_DATES)
def crackable_services(ctx: Context) -> Findings:
    """Ordinary enabled users with a service name and a password that is old, or protected by RC4 only."""
    d = ctx.directory
    changed = last_password_change(ctx)
    old = older_than(ctx, changed, ctx.param("days"))
    # An unknown value has every bit: it is not weak.
    weak = (d.encryption_types & AES) == 0
    rows = enabled(ctx, Kind.USER) & _ordinary(ctx) & ~managed(d)
    rows &= carriers(d, "serviceprincipalname")

    def detail(row: int) -> str:
        reasons = []
        if old[row]:
            reasons.append(f"mot de passe de {days_text(ctx.days_since(int(changed[row])))}")
        if weak[row]:
            reasons.append("clés AES non déclarées, ticket chiffré en RC4")
        return ", ".join(reasons)

    known = old | weak | ((changed != UNKNOWN) & (d.encryption_types != UNKNOWN))
    yield from judged(rows, old | weak, known, detail, "la date du mot de passe ou les clés")


@check("extra_passwd_notreqd", Fact.ACCOUNTS, Fact.UAC_COMMON)
def empty_passwords_allowed(ctx: Context) -> Findings:
    """Enabled accounts that may have an empty password; accounts of trusts have the bit by design."""
    bad, known = flagged(ctx, Uac.PASSWORD_NOT_REQUIRED)
    rows = enabled(ctx) & ~ctx.directory.flag(Uac.INTERDOMAIN_TRUST_ACCOUNT)
    detail = "mot de passe facultatif : il peut être vide"
    yield from judged(rows, bad, known, detail, "l’obligation de mot de passe")


@check("extra_shadow_credentials", Fact.ACCOUNTS, Fact.KEY_CREDENTIALS)
def unexpected_keys(ctx: Context) -> Iterator[Hit]:
    """Keys on accounts that no person uses with Windows Hello: services, controllers, disabled or built-in ones."""
    d = ctx.directory
    service = carriers(d, "serviceprincipalname") & (d.kind == Kind.USER)
    reasons = (
        (ctx.groups.domain_controllers, "contrôleur de domaine"),
        (managed(d), "compte de service géré"),
        (service, "compte de service"),
        (d.flag(Uac.DISABLED), "compte désactivé"),
        (ctx.groups.privileged, "compte privilégié"),
    )
    for row in np.flatnonzero(carriers(d, "msds-keycredentiallink")).tolist():
        why = next((text for mask, text in reasons if mask[row]), None)
        if why:
            yield Hit(row, f"clé d’authentification sur un {why}")


@check("extra_inactive_computers", Fact.ACCOUNTS, Fact.LOGON_DATES)
def silent_computers(ctx: Context) -> Findings:
    """Enabled computers that no longer open sessions; controllers have a control."""
    activity = last_activity(ctx)
    rows = enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers

    def detail(row: int) -> str:
        when = ago(ctx, int(activity[row]))
        if ctx.directory.last_logon[row] == NEVER:
            return f"aucune session depuis sa création, {when}"
        return f"dernière session {when}"

    silent = older_than(ctx, activity, ctx.param("days"))
    missing = "la date de dernière session"
    yield from judged(rows, silent, activity != UNKNOWN, detail, missing)


@check("extra_obsolete_os", Fact.ACCOUNTS, Fact.OPERATING_SYSTEM)
def obsolete_systems(ctx: Context) -> Findings:
    """Enabled computers, controllers left out, whose system gets no security update any more."""
    d = ctx.directory
    rows = np.flatnonzero(enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers)
    known = np.zeros(len(d), np.bool_)
    bad = np.zeros(len(d), np.bool_)
    said: dict[int, str] = {}
    names = d.attributes.get("operatingsystem", {})
    versions = d.attributes.get("operatingsystemversion", {})
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in rows.tolist():
        alike[*names.get(row, ())[:1], *versions.get(row, ())[:1]].append(row)
    for same in alike.values():
        found = support(d, same[0])
        name = d.value(same[0], "operatingsystem")
        # What is not Windows has no date here, and is not ours to judge.
        known[same] = found is not None or (name is not None and "windows" not in name.lower())
        if found is not None and found.ends_at <= ctx.today:
            bad[same] = True
            text = f"{found.label}, sans correctif depuis le {found.ends_on}"
            said.update(dict.fromkeys(same, text))
    yield from judged(rows, bad, known, said.__getitem__, "un système reconnu")


_SAME_MOMENT = 60  # seconds: an account gets its first password as it is created


@check(
    "extra_precreated_computers",
    Fact.ACCOUNTS,
    Fact.LOGON_DATES,
    Fact.PASSWORD_DATES,
    Fact.CREATION_DATES,
)
def guessable_computers(ctx: Context) -> Findings:
    """Enabled computers that nobody ever joined: their first password may be their own name."""
    d = ctx.directory
    rows = enabled(ctx, Kind.COMPUTER) & ~ctx.groups.domain_controllers
    first = (d.password_set == NEVER) | (abs(d.password_set - d.created) <= _SAME_MOMENT)
    old = older_than(ctx, d.created, ctx.param("days"))
    bad = (d.last_logon == NEVER) & first & old
    known = (d.last_logon != UNKNOWN) & (d.password_set != UNKNOWN) & (d.created != UNKNOWN)

    def detail(row: int) -> str:
        return f"créé {ago(ctx, int(d.created[row]))}, jamais raccordé"

    missing = "les dates de création, de session et de mot de passe"
    yield from judged(rows, bad, known, detail, missing)


def _beginning(d: Directory, mask: Mask, starts: tuple[str, ...]) -> list[int]:
    """Rows of the mask whose login, or whose name where the login is not known, begins so (lower case)."""
    return [row for row in called(d, *starts) if mask[row]]


@check("extra_azureadssoacc", Fact.ACCOUNTS, Fact.PASSWORD_DATES)
def single_sign_on_key(ctx: Context) -> Findings:
    """The computer account whose key opens the cloud sessions of everybody: its key must be rolled over."""
    d = ctx.directory
    rows = _beginning(d, accounts(ctx, Kind.COMPUTER), ("azureadssoacc",))
    if not rows:
        raise NotApplicable("L’ouverture de session transparente d’Entra ID n’est pas installée.")
    changed = last_password_change(ctx)
    old = older_than(ctx, changed, ctx.param("days"))

    def detail(row: int) -> str:
        return f"clé inchangée depuis {days_text(ctx.days_since(int(changed[row])))}"

    yield from judged(rows, old, changed != UNKNOWN, detail, "la date de la clé")


@check("extra_msol_rights", Fact.ACCOUNTS, Fact.ACL)
def synchronization_accounts(ctx: Context) -> Iterator[Hit]:
    """Accounts of directory synchronization that can replicate secrets, and who controls them."""
    d = ctx.directory
    starts = tuple(str(text).lower() for text in ctx.param("prefixes"))
    rows = _beginning(d, enabled(ctx, Kind.USER), starts)
    if not rows:
        raise NotApplicable("Aucun compte de synchronisation d’annuaire n’a été reconnu.")
    replicating = {
        who
        for domain in d.rows(Kind.DOMAIN).tolist()
        for who, right, _ in d.acls.entries(domain)
        if right in (Right.GetChangesAll, Right.GenericAll, Right.AllExtendedRights)
    }
    for row in rows:
        groups = [g for g in replicating if row in ctx.groups.members([g])]
        if row in replicating or groups:
            yield Hit(row, "peut répliquer tous les secrets du domaine")
    found: dict[tuple[int, int], list[Offence]] = {}
    for offence in offenders(ctx, rows, CONTROL_RIGHTS):
        found.setdefault((offence.row, offence.principal), []).append(offence)
    for (row, principal), rights in found.items():
        yield Hit(row, describe(ctx, principal, rights))


@check("extra_badsuccessor", Fact.ACL, Fact.ACCOUNTS)
def successors(ctx: Context) -> Findings:
    """Who may create a delegated managed account, and so declare it the successor of an administrator."""
    d = ctx.directory
    _need_recent_controller(ctx)
    places = np.flatnonzero(np.isin(d.kind, (Kind.OU, Kind.CONTAINER, Kind.DOMAIN)))
    places = np.array([row for row in places.tolist() if _holds_accounts(d, row)], np.int64)
    rights = {Right[name] for name in ctx.param("rights")}
    found: dict[tuple[int, int], list[Offence]] = {}
    for offence in offenders(ctx, places, rights):
        found.setdefault((offence.row, offence.principal), []).append(offence)
    for (row, principal), given in found.items():
        yield Hit(row, describe(ctx, principal, given))
    if not found and not d.has(Fact.DESCRIPTORS):
        yield Unmeasured("La collecte ne donne pas le droit de créer des objets.")


def _holds_accounts(d: Directory, row: int) -> bool:
    return ",cn=system," not in d.dns[row].lower() and "cn=configuration," not in d.dns[row].lower()


def _need_recent_controller(ctx: Context) -> None:
    """The class only works with a controller of Windows Server 2025; the class may be there without one."""
    controllers = np.flatnonzero(ctx.groups.domain_controllers & in_collection(ctx.directory))
    systems = [ctx.directory.value(row, "operatingsystem") for row in controllers.tolist()]
    if any(name and "2025" in name for name in systems):
        return
    if systems and all(systems):
        raise NotApplicable("Aucun contrôleur de domaine n’est sous Windows Server 2025.")
    raise NotMeasured("La collecte ne donne pas le système de tous les contrôleurs de domaine.")
