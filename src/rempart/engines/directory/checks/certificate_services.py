"""Certificate services: who controls their containers and templates, and who may ask for someone else's certificate."""

from collections.abc import Iterator

import numpy as np

from rempart.engines.directory.adcs.reading import read_pki
from rempart.engines.directory.checks.acl import Offence, graded, offenders, rights_of
from rempart.engines.directory.checks.adminsdholder import accepted
from rempart.engines.directory.checks.places import placed
from rempart.engines.directory.model import Directory, Fact, Kind, Relation
from rempart.engines.directory.registry import Context, Hit, NotApplicable, Unmeasured, check

_CONTAINERS = (
    "cn=public key services,cn=services,",
    "cn=certificate templates,cn=public key services,",
    "cn=oid,cn=public key services,",
)
_BRANCHES = (
    "cn=ntauthcertificates,cn=public key services,",
    "cn=certification authorities,cn=public key services,",
    "cn=aia,cn=public key services,",
    "cn=cdp,cn=public key services,",
    "cn=kra,cn=public key services,",
    "cn=enrollment services,cn=public key services,",
)
_CERT_PUBLISHERS = 517


@check("vuln_adcs_control", Fact.ACL_PKI)
def containers(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Control of the stores of trusted authorities, without the templates, which have their own check."""
    d = ctx.directory
    own = _OwnObjects(d)
    publishers = ctx.groups.well_known(_CERT_PUBLISHERS)
    rows = sorted(placed(d, *_CONTAINERS) + placed(d, *_BRANCHES, inside=True))
    yield from graded(
        ctx,
        rows,
        extra_trusted=publishers,
        unless=own.allows,
        certain=d.has(Fact.ACL_CONFIGURATION),
    )
    yield from _publishers(ctx, rows, publishers, own)


class _OwnObjects:
    """The objects of an authority, over which its own host has rights since its installation."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.hosts = {host: int(ca) for host, ca in directory.pairs(Relation.HOSTS_CA)}
        self._names: dict[int, set[str]] = {}
        for host, ca in directory.pairs(Relation.HOSTS_CA):
            machine = directory.names[host].lower().partition(".")[0]
            rdn = directory.dns[ca].lower().partition(",")[0]
            self._names.setdefault(host, set()).update({rdn, f"cn={machine}"})

    def allows(self, offence: Offence) -> bool:
        """Whether the principal is the host of the authority that the object belongs to."""
        dn = self._directory.dns[offence.row].lower()
        rdns = set(dn.partition(",cn=public key services,")[0].split(","))
        return not rdns.isdisjoint(self._names.get(offence.principal, ()))


def _publishers(
    ctx: Context, rows: list[int], publishers: list[int], own: _OwnObjects
) -> Iterator[Hit]:
    """Members of Cert Publishers that host no authority: the group controls the stores by default."""
    found = offenders(ctx, rows, rights_of(ctx))
    groups = sorted({o.principal for o in found}.intersection(publishers))
    members = ctx.groups.members(groups).tolist() if groups else []
    strangers = [
        m
        for m in members
        if m not in own.hosts
        and not ctx.groups.trusted[m]
        and ctx.directory.kind[m] in (Kind.USER, Kind.COMPUTER)
    ]
    tolerated = accepted(ctx, strangers)
    for member in strangers:
        hit = Hit(member, "membre d’un groupe d’éditeurs de certificats sans héberger d’autorité")
        if member in tolerated:
            ctx.tolerated.append(hit)
        else:
            yield hit


@check("vuln_adcs_template_control", Fact.PKI, Fact.ACL_PKI)
def templates(ctx: Context) -> Iterator[Hit | Unmeasured]:
    """Control of templates: those that an authority publishes at every point, the others at the last one."""
    d = ctx.directory
    rows = d.rows(Kind.CERT_TEMPLATE)
    if not len(rows):
        raise NotApplicable("Cet annuaire n’a pas de modèle de certificat.")
    published = np.isin(rows, d.pairs(Relation.PUBLISHED).src)
    if published.any():
        yield from graded(ctx, rows[published])
    if not published.all():
        last = max(ctx.points)
        for found in graded(ctx, rows[~published]):
            if isinstance(found, Unmeasured):
                yield Unmeasured(found.reason, last)
            elif found.level in (None, last):
                yield Hit(found.row, found.detail + " (modèle non publié)", last)


@check("vuln_adcs_template_auth_enroll_with_name", Fact.PKI, Fact.ACL_PKI)
def names_of_others(ctx: Context) -> Iterator[Hit]:
    """Published templates by which an ordinary principal obtains a logon certificate in any name."""
    d = ctx.directory
    if not len(d.rows(Kind.ENTERPRISE_CA)):
        raise NotApplicable("Cet annuaire n’a pas d’autorité de certification d’entreprise.")
    pki = read_pki(d)
    for template in pki.templates.values():
        if not (
            template.enrollee_supplies_subject
            and template.unattended
            and template.client_auth
            and pki.issuers(template)
        ):
            continue
        strangers = [p for p in template.enrollers if not ctx.groups.trusted[p]]
        tolerated = accepted(ctx, strangers)
        for principal in strangers:
            text = f"{d.label(principal)} peut demander un certificat au nom de n’importe qui"
            if principal in tolerated:
                ctx.tolerated.append(Hit(template.row, text))
            else:
                yield Hit(template.row, text)
