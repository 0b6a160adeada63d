"""Rules on templates: ESC1, ESC2, ESC3, ESC4, ESC9, ESC10, ESC13, ESC15, ESC17 (and ESC16, which widens ESC9)."""

from collections.abc import Iterator
from typing import Final

from rempart.engines.directory.adcs.access import ACCOUNT_NAME_CONTROL, Analysis, Escalation
from rempart.engines.directory.adcs.reading import (
    REQUEST_AGENT,
    SERVER_AUTHENTICATION,
    Authority,
    Template,
    holders,
)
from rempart.engines.directory.model import Kind, Relation
from rempart.engines.directory.rights import Right

TEMPLATE_CONTROL: Final = frozenset(
    {Right.Owns, Right.GenericAll, Right.WriteDacl, Right.WriteOwner}
)


def _towards_domains(
    a: Analysis,
    kind: str,
    principals: list[int],
    pair: tuple[Template, Authority],
    explanation: str,
) -> Iterator[Escalation]:
    template, authority = pair
    text = explanation.format(template=a.label(template.row), authority=a.label(authority.row))
    for domain in a.domains(authority):
        for who in principals:
            yield Escalation(kind, who, domain, template.row, authority.row, text)


def supplied_subject(a: Analysis) -> Iterator[Escalation]:
    """ESC1: the holder writes the name himself, and the certificate opens a session."""
    for pair in a.issued():
        t = pair[0]
        if t.enrollee_supplies_subject and t.unattended and t.client_auth:
            yield from _towards_domains(
                a,
                "ADCSESC1",
                a.requesters(*pair),
                pair,
                "le modèle « {template} », délivré par « {authority} », laisse le demandeur écrire le nom porté "
                "par le certificat : il ouvre une session au nom d’un administrateur",
            )


def any_purpose(a: Analysis) -> Iterator[Escalation]:
    """ESC2: the certificate may serve for anything, signing for others included."""
    for pair in a.issued():
        t = pair[0]
        if t.any_purpose and t.unattended and not t.enrollee_supplies_subject:
            yield from _towards_domains(
                a,
                "ADCSESC2",
                a.requesters(*pair),
                pair,
                "le modèle « {template} », délivré par « {authority} », donne un certificat bon à tout usage, "
                "y compris demander des certificats au nom d’autrui",
            )


def enrollment_agent(a: Analysis) -> Iterator[Escalation]:
    """ESC3: an agent's certificate from one template, then a logon certificate in someone else's name."""
    agents = [(t, ca) for t, ca in a.issued() if t.enrollment_agent and t.unattended]
    targets = [(t, ca) for t, ca in a.issued() if _on_behalf(t)]
    for pair in agents:
        first = a.requesters(*pair)
        for template, authority in targets:
            able = a.common(first, a.common(template.enrollers, authority.enrollers))
            both = a.ordinary(a.agents(able, template, authority))
            second = a.label(template.row)
            yield from _towards_domains(
                a,
                "ADCSESC3",
                both,
                pair,
                "le modèle « {template} », délivré par « {authority} », fait un agent d’inscription, qui demande "
                f"ensuite « {second} » au nom d’un administrateur",
            )


def _on_behalf(t: Template) -> bool:
    if not t.client_auth or t.manager_approval:
        return False
    return t.schema_version == 1 or (t.signatures == 1 and REQUEST_AGENT in t.agent_policies)


def template_control(a: Analysis) -> Iterator[Escalation]:
    """ESC4: whoever rewrites a published template gives it the faults of ESC1."""
    text = (
        "les droits sur le modèle « {template} », délivré par « {authority} », permettent de le réécrire, puis "
        "d’obtenir un certificat au nom d’un administrateur"
    )
    for pair in a.issued():
        yield from _towards_domains(a, "ADCSESC4", _rewriters(a, *pair), pair, text)


def _rewriters(a: Analysis, t: Template, ca: Authority) -> list[int]:
    d = a.directory
    owners = a.common(holders(d, t.row, TEMPLATE_CONTROL), ca.enrollers)
    writers = set(a.common(holders(d, t.row, {Right.GenericWrite}), None))
    names = a.common(holders(d, t.row, {Right.WritePKINameFlag}), None)
    flags = a.common(holders(d, t.row, {Right.WritePKIEnrollmentFlag}), None)
    signed = t.schema_version != 1 and t.signatures > 0
    if t.client_auth and not signed:
        writers |= set(a.common(names, flags) if t.manager_approval else names)
        if t.enrollee_supplies_subject:
            writers |= set(flags)
    enrolled = a.common(a.common(writers, t.enrollers), ca.enrollers)
    return a.ordinary(sorted({*owners, *enrolled}))


def _renamed(
    a: Analysis, kind: str, pair: tuple[Template, Authority], domains: list[int], text: str
) -> Iterator[Escalation]:
    """Those who rename an account that may enrol, a user's (kind a) or a computer's (kind b)."""
    template, authority = pair
    for letter, named, what in (
        ("a", template.names_account, Kind.USER),
        ("b", template.names_host, Kind.COMPUTER),
    ):
        if not named or not domains:
            continue
        rights = ACCOUNT_NAME_CONTROL
        masters = a.masters(a.candidates(template, authority, what), rights)
        name = kind if kind == "ADCSESC16" else kind + letter
        story = text.format(template=a.label(template.row), authority=a.label(authority.row))
        for domain in domains:
            for who in masters:
                yield Escalation(name, who, domain, template.row, authority.row, story)


def unbound_certificate(a: Analysis) -> Iterator[Escalation]:
    """ESC9, and ESC16 when the authority itself leaves the identity of the requester out."""
    for pair in a.issued():
        t, ca = pair
        if not (t.client_auth and t.unattended):
            continue
        domains = a.weak_domains(ca, upto=1)
        if t.no_security_extension:
            yield from _renamed(
                a,
                "ADCSESC9",
                pair,
                domains,
                "le modèle « {template} » ne lie pas le certificat à son titulaire : renommer un compte qui "
                "l’obtient suffit à prendre l’identité d’un administrateur",
            )
        if ca.security_extension_disabled:
            yield from _renamed(
                a,
                "ADCSESC16",
                pair,
                domains,
                "l’autorité « {authority} » ne lie aucun certificat à son titulaire : renommer un compte qui "
                "obtient « {template} » suffit à prendre l’identité d’un administrateur",
            )


def weak_mapping(a: Analysis) -> Iterator[Escalation]:
    """ESC10: a domain controller accepts a name as the only proof of identity."""
    for pair in a.issued():
        t, ca = pair
        if t.client_auth and t.unattended:
            domains = {*a.weak_domains(ca, upto=0), *a.upn_mapping_domains(ca)}
            yield from _renamed(
                a,
                "ADCSESC10",
                pair,
                sorted(domains),
                "un contrôleur de domaine se fie au seul nom porté par un certificat : renommer un compte qui "
                "obtient « {template} » suffit à prendre l’identité d’un administrateur",
            )


def linked_group(a: Analysis) -> Iterator[Escalation]:
    """ESC13: the certificate carries an issuance policy that stands for membership of a group."""
    d = a.directory
    links = d.pairs(Relation.OID_GROUP_LINK)
    by_oid = {
        oid: links.of(policy)
        for policy in {src for src, _ in links}
        for name in ("mspki-cert-template-oid", "certtemplateoid")
        for oid in d.values(policy, name)
    }
    for template, authority in a.issued():
        if not (template.client_auth and template.unattended):
            continue
        groups = {g for oid in template.issuance_policies for g in by_oid.get(oid, [])}
        for group in sorted(groups):
            text = (
                f"un certificat « {a.label(template.row)} » vaut appartenance au groupe "
                f"« {a.label(group)} » le temps de la session"
            )
            for who in a.requesters(template, authority):
                yield Escalation("ADCSESC13", who, group, template.row, authority.row, text)


def version_one(a: Analysis) -> Iterator[Escalation]:
    """ESC15 (CVE-2024-49019): on an authority without the patch of November 2024, the requester adds purposes."""
    for pair in a.issued():
        t = pair[0]
        old = t.schema_version == 1 and t.enrollee_supplies_subject
        if old and t.unattended and not t.client_auth:
            yield from _towards_domains(
                a,
                "ADCSESC15",
                a.requesters(*pair),
                pair,
                "le modèle de version 1 « {template} » laisse écrire le nom : sans le correctif de novembre 2024 "
                "sur « {authority} », le demandeur y ajoute l’ouverture de session",
            )


def server_identity(a: Analysis) -> Iterator[Escalation]:
    """ESC17: the requester names the server he pretends to be."""
    for pair in a.issued():
        t = pair[0]
        if t.enrollee_supplies_subject and t.unattended and SERVER_AUTHENTICATION in t.ekus:
            yield from _towards_domains(
                a,
                "ADCSESC17",
                a.requesters(*pair),
                pair,
                "le modèle « {template} », délivré par « {authority} », donne un certificat de serveur au nom de "
                "n’importe quelle machine, serveur de mises à jour compris",
            )
