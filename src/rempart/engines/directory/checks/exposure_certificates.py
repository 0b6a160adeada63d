"""Abuses of certificate services, ESC1 to ESC17, one check each: the rules are in `adcs`."""

from collections.abc import Iterable, Iterator

import numpy as np

from rempart.engines.directory.adcs.escalations import Analysis, Escalation, escalations
from rempart.engines.directory.adcs.reading import Authority, Template
from rempart.engines.directory.checks.acl import Offence, describe, offenders
from rempart.engines.directory.checks.common import accounts, enabled, in_collection
from rempart.engines.directory.model import Fact, Kind, Relation
from rempart.engines.directory.registry import (
    Context,
    Findings,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
    check,
)
from rempart.engines.directory.rights import Right
from rempart.kernel.french import counted

_SHOWN = 4


def _analysis(ctx: Context) -> Analysis:
    """The certificate services. Raises NotApplicable without an enterprise authority."""
    if not len(ctx.directory.rows(Kind.ENTERPRISE_CA)):
        raise NotApplicable("L’annuaire n’a pas d’autorité de certification d’entreprise.")
    return Analysis(ctx.directory, ctx.groups)


def _ways(ctx: Context, *kinds: str) -> list[Escalation]:
    _analysis(ctx)
    return [e for e in escalations(ctx.directory, ctx.groups) if e.kind in kinds]


def _names(ctx: Context, rows: Iterable[int]) -> str:
    unique = sorted(set(rows))
    text = ", ".join(ctx.directory.labels(unique[:_SHOWN]))
    return text + (f" et {len(unique) - _SHOWN} autres" if len(unique) > _SHOWN else "")


def _by(ctx: Context, ways: list[Escalation], which: str, verb: str) -> Iterator[Hit]:
    """One hit for each template or authority, with those who profit from it."""
    found: dict[int, list[int]] = {}
    for way in ways:
        found.setdefault(getattr(way, which), []).append(way.principal)
    for row, principals in found.items():
        yield Hit(row, f"{verb} {_names(ctx, principals)}")


@check("extra_esc1", Fact.PKI, Fact.ACL_PKI)
def esc1(ctx: Context) -> Iterator[Hit]:
    """The requester writes the name."""
    yield from _by(ctx, _ways(ctx, "ADCSESC1"), "template", "ouvert à")


@check("extra_esc2", Fact.PKI, Fact.ACL_PKI)
def esc2(ctx: Context) -> Iterator[Hit]:
    """Certificates for any purpose."""
    yield from _by(ctx, _ways(ctx, "ADCSESC2"), "template", "ouvert à")


@check("extra_esc3", Fact.PKI, Fact.ACL_PKI)
def esc3(ctx: Context) -> Iterator[Hit]:
    """Enrolment agents."""
    yield from _by(ctx, _ways(ctx, "ADCSESC3"), "template", "fait des agents d’inscription de")


@check("extra_esc4", Fact.PKI, Fact.ACL_PKI)
def esc4(ctx: Context) -> Iterator[Hit]:
    """Control of a published template."""
    yield from _by(ctx, _ways(ctx, "ADCSESC4"), "template", "peut être réécrit par")


@check("extra_esc5", Fact.PKI, Fact.ACL_PKI)
def esc5(ctx: Context) -> Iterator[Hit]:
    """Control of the stores that make an authority believed."""
    for way in _ways(ctx, "ADCSESC5"):
        yield Hit(way.principal, way.explanation)


def _authorities(ctx: Context) -> list[Authority]:
    return list(_analysis(ctx).pki.authorities.values())


def _stated(
    ctx: Context, values: dict[int, bool | None], detail: str, missing: str
) -> Iterator[Hit | Unmeasured]:
    """Hits where the value is True; Unmeasured where nobody read it."""
    for row, value in values.items():
        if value:
            yield Hit(row, detail)
    unread = sum(value is None for value in values.values())
    if unread:
        yield Unmeasured(f"{missing} : non lu sur {counted(unread, 'autorité')} de certification.")


@check("extra_esc6", Fact.PKI, Fact.CA_REGISTRY)
def esc6(ctx: Context) -> Findings:
    """The authority copies the name asked for."""
    values = {a.row: a.requester_names_subject for a in _authorities(ctx)}
    detail = "EDITF_ATTRIBUTESUBJECTALTNAME2 est activé"
    yield from _stated(ctx, values, detail, "Réglage EDITF_ATTRIBUTESUBJECTALTNAME2")


@check("extra_esc7", Fact.PKI, Fact.CA_REGISTRY)
def esc7(ctx: Context) -> Findings:
    """Who runs the authority."""
    yield from _by(ctx, _ways(ctx, "ADCSESC7"), "authority", "administrée par")
    unread = sum(not a.officers_read for a in _authorities(ctx))
    if unread:
        yield Unmeasured(
            f"Droits propres à l’autorité : non lus sur {counted(unread, 'autorité')}."
        )


@check("extra_esc8", Fact.PKI, Fact.CA_REGISTRY)
def esc8(ctx: Context) -> Findings:
    """Web enrolment that takes a replayed session."""
    values = {a.row: a.web_enrolment_relayable for a in _authorities(ctx)}
    detail = "l’inscription par le web accepte NTLM sans liaison de canal"
    yield from _stated(ctx, values, detail, "Points d’inscription par le web")


def _published(ctx: Context) -> Iterator[tuple[Template, Authority, list[int]]]:
    analysis = _analysis(ctx)
    for template, authority in analysis.issued():
        yield template, authority, analysis.requesters(template, authority)


@check("extra_esc9", Fact.PKI, Fact.ACL_PKI)
def esc9(ctx: Context) -> Iterator[Hit]:
    """Templates that leave out the identity of the requester, open to ordinary accounts."""
    for template, _, requesters in _published(ctx):
        loose = template.no_security_extension and template.client_auth and template.unattended
        if loose and requesters:
            yield Hit(
                template.row,
                f"sans lien avec son titulaire, ouvert à {_names(ctx, requesters)}",
            )


@check("extra_esc10", Fact.ACCOUNTS)
def esc10(ctx: Context) -> Findings:
    """Controllers known to accept a name as the only proof of identity."""
    d = ctx.directory
    rows = np.flatnonzero(ctx.groups.domain_controllers & in_collection(d)).tolist()
    blind = 0
    for row in rows:
        binding = d.integer(row, "strongcertificatebindingenforcement")
        mapping = d.integer(row, "certificatemappingmethods")
        blind += binding is None or mapping is None
        if binding is not None and 0 <= binding < 2:
            yield Hit(row, f"StrongCertificateBindingEnforcement vaut {binding}")
        if mapping is not None and mapping > 0 and mapping & 0x4:
            yield Hit(row, f"CertificateMappingMethods vaut {mapping:#x} : le nom suffit")
    if blind or not rows:
        whose = f"de {counted(blind, 'contrôleur')} de domaine" if blind else "des contrôleurs"
        yield Unmeasured(f"Le registre {whose} n’a pas été lu.")


@check("extra_esc11", Fact.PKI, Fact.CA_REGISTRY)
def esc11(ctx: Context) -> Findings:
    """RPC enrolment without encryption."""
    values = {
        a.row: None if a.rpc_encryption_enforced is None else not a.rpc_encryption_enforced
        for a in _authorities(ctx)
    }
    detail = "les demandes par RPC n’exigent pas le chiffrement"
    yield from _stated(ctx, values, detail, "Réglage IF_ENFORCEENCRYPTICERTREQUEST")


_SHELLS = (
    (Relation.LOCAL_ADMIN, "administre la machine de l’autorité"),
    (Relation.LOCAL_RDP, "peut ouvrir une session à distance sur la machine de l’autorité"),
    (Relation.LOCAL_PSREMOTE, "peut commander à distance la machine de l’autorité"),
    (Relation.LOCAL_DCOM, "peut lancer des programmes sur la machine de l’autorité"),
)


@check("extra_esc12", Fact.PKI, Fact.LOCAL_GROUPS)
def esc12(ctx: Context) -> Findings:
    """Who may work on the host of an authority, where its key is at hand."""
    d = ctx.directory
    analysis = _analysis(ctx)
    hosts = {a.host for a in analysis.pki.authorities.values()}
    seen: set[int] = set()
    for relation, verb in _SHELLS:
        for principal, computer in d.pairs(relation):
            if computer in hosts:
                seen.add(computer)
                if analysis.ordinary([principal]):
                    yield Hit(computer, f"{d.label(principal)} {verb}")
    blind = hosts - seen
    if blind:
        yield Unmeasured(
            f"Les groupes locaux de {counted(len(blind), 'machine')} d’autorité n’ont pas été lus."
        )


@check("extra_esc13", Fact.PKI, Fact.ACL_PKI)
def esc13(ctx: Context) -> Iterator[Hit]:
    """Certificates that stand for membership of a group."""
    if not len(ctx.directory.rows(Kind.ISSUANCE_POLICY)) and not ctx.directory.has(
        Fact.CONFIGURATION
    ):
        raise NotMeasured("La collecte ne donne pas les stratégies d’émission des certificats.")
    for way in _ways(ctx, "ADCSESC13"):
        group, who = ctx.directory.label(way.target), ctx.directory.label(way.principal)
        yield Hit(way.template, f"donne à {who} les droits du groupe {group}")


@check("extra_esc14", Fact.ACCOUNTS, Fact.ALT_SECURITY_IDENTITIES)
def esc14(ctx: Context) -> Findings:
    """Certificates mapped by hand in a way that can be forged, and who may write a mapping on an administrator."""
    d = ctx.directory
    mine = enabled(ctx) & accounts(ctx)
    for row, values in d.attributes.get("altsecurityidentities", {}).items():
        weak = [value for value in values if weak_mapping(value)]
        if weak and mine[row]:
            yield Hit(row, f"association de certificat falsifiable : {_form(weak[0])}")
    if d.has(Fact.ACL):
        found: dict[tuple[int, int], list[Offence]] = {}
        rights = {Right.WriteAltSecurityIdentities, Right.WritePublicInformation}
        for offence in offenders(ctx, ctx.groups.privileged_accounts, rights):
            found.setdefault((offence.row, offence.principal), []).append(offence)
        for (row, principal), given in found.items():
            yield Hit(row, describe(ctx, principal, given))
    if not d.has(Fact.DESCRIPTORS):
        yield Unmeasured("La collecte ne dit pas qui peut écrire ces associations.")


def _form(value: str) -> str:
    return "".join(part for part in ("<I>", "<S>", "<RFC822>") if part in value.upper())


def weak_mapping(value: str) -> bool:
    """Whether an explicit mapping rests on names only (KB5014754): subject, issuer and subject, or mail address."""
    text = value.upper()
    if not text.startswith("X509:"):
        return False
    strong = ("<SR>", "<SKI>", "<SHA1-PUKEY>", "<SID>")
    return not any(mark in text for mark in strong)


@check("extra_esc15", Fact.PKI, Fact.ACL_PKI)
def esc15(ctx: Context) -> Iterator[Hit]:
    """Version 1 templates whose requester writes the name."""
    yield from _by(ctx, _ways(ctx, "ADCSESC15"), "template", "ouvert à")


@check("extra_esc16", Fact.PKI, Fact.CA_REGISTRY)
def esc16(ctx: Context) -> Findings:
    """Authorities that leave the identity of the requester out of every certificate."""
    values = {a.row: a.security_extension_disabled for a in _authorities(ctx)}
    detail = "l’extension de sécurité est retirée de tous les certificats"
    yield from _stated(ctx, values, detail, "Liste des extensions désactivées")


@check("extra_esc17", Fact.PKI, Fact.ACL_PKI)
def esc17(ctx: Context) -> Iterator[Hit]:
    """Server certificates in any name."""
    yield from _by(ctx, _ways(ctx, "ADCSESC17"), "template", "ouvert à")
