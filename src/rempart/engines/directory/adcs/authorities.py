"""Rules on authorities and on the objects that make them believed: ESC5, ESC6, ESC7, ESC8, ESC11, GoldenCert."""

from collections.abc import Iterator

from rempart.engines.directory.adcs.access import OBJECT_CONTROL, Analysis, Escalation
from rempart.engines.directory.adcs.reading import Authority, Template, holders
from rempart.engines.directory.model import UNKNOWN, Kind
from rempart.engines.directory.rights import Right


def _from_authority(
    a: Analysis, kind: str, authority: Authority, principals: list[int], explanation: str
) -> Iterator[Escalation]:
    text = explanation.format(authority=a.label(authority.row))
    for domain in a.domains(authority):
        for who in principals:
            yield Escalation(kind, who, domain, UNKNOWN, authority.row, text)


def _believed(a: Analysis) -> Iterator[Authority]:
    for authority in a.pki.authorities.values():
        if authority.opens_sessions:
            yield authority


def golden_certificate(a: Analysis) -> Iterator[Escalation]:
    """GoldenCert: the machine that holds the key of the authority signs any certificate."""
    for authority in _believed(a):
        if authority.host != UNKNOWN:
            yield from _from_authority(
                a,
                "GoldenCert",
                authority,
                a.ordinary([authority.host]),
                "cette machine détient la clé de l’autorité « {authority} » : qui la tient signe un certificat au "
                "nom de n’importe qui",
            )


def trust_stores(a: Analysis) -> Iterator[Escalation]:
    """ESC5: writing both in NTAuth and among the roots makes an authority of one's own believed."""
    d = a.directory
    roots = [*d.rows(Kind.ROOT_CA).tolist(), *_pki_containers(a)]
    for store in d.rows(Kind.NTAUTH_STORE).tolist():
        home = d.dns[store].lower().partition("cn=configuration,")[2]
        near = [r for r in roots if d.dns[r].lower().endswith(home)]
        able = [who for r in near for who in holders(d, r, {*OBJECT_CONTROL, Right.CreateChild})]
        both = a.ordinary(a.common(holders(d, store, OBJECT_CONTROL), sorted(set(able))))
        for domain in a.domains_of(store):
            for who in both:
                yield Escalation(
                    "ADCSESC5",
                    who,
                    domain,
                    UNKNOWN,
                    UNKNOWN,
                    "les droits sur le magasin NTAuth et sur les autorités racines permettent d’y ajouter sa propre "
                    "autorité, dont tout le domaine acceptera les certificats",
                )


def _pki_containers(a: Analysis) -> list[int]:
    d = a.directory
    starts = ("cn=certification authorities,cn=public key services", "cn=public key services,")
    rows = d.rows(Kind.CONTAINER).tolist()
    return [r for r in rows if d.dns[r].lower().startswith(starts)]


def requester_attributes(a: Analysis) -> Iterator[Escalation]:
    """ESC6: the authority copies the name that the request asks for, whatever the template says."""
    for template, authority in a.issued():
        if not (authority.requester_names_subject and template.client_auth and template.unattended):
            continue
        unbound = template.no_security_extension or authority.security_extension_disabled
        kerberos = a.weak_domains(authority, upto=1 if unbound else 0)
        requesters = a.requesters(template, authority)
        text = (
            f"l’autorité « {a.label(authority.row)} » recopie le nom demandé, même pour le modèle "
            f"« {a.label(template.row)} » : il suffit de demander celui d’un administrateur"
        )
        for kind, domains in (
            ("ADCSESC6a", kerberos),
            ("ADCSESC6b", a.upn_mapping_domains(authority)),
        ):
            for domain in domains:
                for who in requesters:
                    yield Escalation(kind, who, domain, template.row, authority.row, text)


def authority_officers(a: Analysis) -> Iterator[Escalation]:
    """ESC7: those who run the authority, or approve its requests. Its own access list is in its registry."""
    for authority in _believed(a):
        for right, story in (
            (Right.ManageCA, "administre l’autorité « {authority} » : il en change les règles"),
            (
                Right.ManageCertificates,
                "approuve les demandes faites à « {authority} », y compris les siennes",
            ),
        ):
            named = holders(a.directory, authority.row, {right}) if authority.officers_read else ()
            officers = [who for who in a.ordinary(named) if who != authority.host]
            text = f"ce compte {story} et obtient un certificat d’administrateur"
            yield from _from_authority(a, "ADCSESC7", authority, officers, text)


def _for_machines(a: Analysis, authority: Authority) -> Template | None:
    """A template with which a machine, relayed, opens a session under its own name."""
    for row in authority.templates:
        template = a.pki.templates.get(row)
        opens = template is not None and template.client_auth and template.unattended
        if template and opens and a.candidates(template, authority, Kind.COMPUTER).any():
            return template
    return None


def relay(a: Analysis) -> Iterator[Escalation]:
    """ESC8 (web enrolment) and ESC11 (RPC): the session of a coerced domain controller is replayed there."""
    for authority in _believed(a):
        doors = (
            ("ADCSESC8", authority.web_enrolment_relayable is True, "par le web"),
            ("ADCSESC11", authority.rpc_encryption_enforced is False, "par RPC sans chiffrement"),
        )
        if not any(door[1] for door in doors) or _for_machines(a, authority) is None:
            continue
        for kind, is_open, way in doors:
            text = (
                f"l’autorité « {a.label(authority.row)} » accepte les demandes {way} : n’importe quel compte force "
                "un contrôleur de domaine à s’y présenter et garde son certificat"
            )
            for domain in a.domains(authority) if is_open else []:
                if (who := a.anyone(domain)) != UNKNOWN:
                    yield Escalation(kind, who, domain, UNKNOWN, authority.row, text)
