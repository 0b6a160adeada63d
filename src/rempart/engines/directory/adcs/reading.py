"""The certificate services of a directory, read once: templates, authorities, and who may enrol.

Attributes are those of LDAP (MS-CRTD 2), which readers of other formats use too. What only the authority's own
registry knows (EDITF flags, extensions left out, web enrolment) is None unless a collector that went there wrote
it down: attributes `isuserspecifiessanenabled`, `casecuritycollected`, `enrollmentagentrestrictions`,
`httpenrollmentendpoints` (JSON of SharpHound), `interfaceflags`, `disableextensionlist`.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rempart.engines.directory.builder import sid_of
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Fact, Kind, Relation
from rempart.engines.directory.rights import Right

CLIENT_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.2"
SERVER_AUTHENTICATION: Final = "1.3.6.1.5.5.7.3.1"
SMARTCARD_LOGON: Final = "1.3.6.1.4.1.311.20.2.2"
PKINIT_CLIENT: Final = "1.3.6.1.5.2.3.4"
ANY_PURPOSE: Final = "2.5.29.37.0"
REQUEST_AGENT: Final = "1.3.6.1.4.1.311.20.2.1"
SECURITY_EXTENSION: Final = "1.3.6.1.4.1.311.25.2"
LOGON_PURPOSES: Final = frozenset(
    {CLIENT_AUTHENTICATION, SMARTCARD_LOGON, PKINIT_CLIENT, ANY_PURPOSE}
)
ENROL_RIGHTS: Final = frozenset({Right.Enroll, Right.GenericAll, Right.AllExtendedRights})
EVERYONE_SIDS: Final = frozenset({"S-1-1-0", "S-1-5-11"})

SUPPLIES_SUBJECT: Final = 0x10001
_ALT_ACCOUNT: Final = 0x2800000  # UPN or SPN: names of a user
_ALT_HOST: Final = 0x8400000  # DNS name of the host or of the domain: names of a computer
_PEND_ALL_REQUESTS: Final = 0x2
_NO_SECURITY_EXTENSION: Final = 0x80000
_RELAYABLE: Final = re.compile(
    r'"Status":"Vulnerable_Ntlm|"ADCSWebEnrollmentHTTP":true|"ADCSWebEnrollmentHTTPSEPA":false'
)
_ENFORCE_ENCRYPTION: Final = 0x200  # IF_ENFORCEENCRYPTICERTREQUEST


@dataclass(frozen=True, slots=True)
class Template:
    """A certificate template. `enrollers` are rows of principals, groups not expanded; `published_on` rows of CAs."""

    row: int
    published_on: tuple[int, ...]
    enrollee_supplies_subject: bool
    manager_approval: bool
    signatures: int
    ekus: frozenset[str]
    schema_version: int
    no_security_extension: bool
    names_account: bool  # the certificate carries the UPN or an SPN of its holder
    names_host: bool  # it carries a DNS name
    agent_policies: frozenset[str]  # purposes asked of those who sign the request
    issuance_policies: frozenset[str]
    enrollers: tuple[int, ...]

    @property
    def any_purpose(self) -> bool:
        """Whether certificates may serve for anything (« any purpose », or no purpose stated)."""
        return not self.ekus or ANY_PURPOSE in self.ekus

    @property
    def client_auth(self) -> bool:
        """Whether certificates open a session."""
        return not self.ekus or bool(self.ekus & LOGON_PURPOSES)

    @property
    def enrollment_agent(self) -> bool:
        """Whether certificates let their holder ask for others in someone else's name."""
        return REQUEST_AGENT in self.ekus or self.any_purpose

    @property
    def unattended(self) -> bool:
        """Whether a request is granted with nobody in between (version 1 templates know no signature)."""
        return not self.manager_approval and (self.schema_version == 1 or self.signatures == 0)


@dataclass(frozen=True, slots=True)
class AgentRule:
    """An authority allows, or denies, an agent (row) to ask in someone else's name for a template (row, or UNKNOWN
    for any). As soon as it has one such rule, what no rule allows is refused."""

    allowed: bool
    agent: int
    template: int


@dataclass(frozen=True, slots=True)
class Authority:
    """An enterprise certification authority; a value that the sources do not give is None."""

    row: int
    host: int  # row of the computer, or UNKNOWN
    trusted_for_ntauth: bool | None  # its certificates open sessions
    templates: tuple[int, ...]
    enrollers: tuple[int, ...] | None
    requester_names_subject: bool | None  # EDITF_ATTRIBUTESUBJECTALTNAME2
    agents: tuple["AgentRule", ...]  # what it lets enrolment agents do; none: everything
    officers_read: (
        bool  # its own access list was read: ManageCA and ManageCertificates are really those
    )
    web_enrolment_relayable: bool | None
    rpc_encryption_enforced: bool | None
    security_extension_disabled: bool | None

    @property
    def opens_sessions(self) -> bool:
        """Not known to be outside NTAuth: an enterprise authority is put there at its installation."""
        return self.trusted_for_ntauth is not False


@dataclass(frozen=True, slots=True)
class Pki:
    """Templates and authorities by row."""

    templates: dict[int, Template]
    authorities: dict[int, Authority]

    def issuers(self, template: Template) -> list[Authority]:
        """Authorities that publish a template and whose certificates open sessions."""
        found = (self.authorities.get(row) for row in template.published_on)
        return [a for a in found if a is not None and a.opens_sessions]


def read_pki(directory: Directory) -> Pki:
    """Templates and authorities of every forest of the directory; empty when `Fact.PKI` is not known."""
    if not directory.has(Fact.PKI):
        return Pki({}, {})
    stores = _ntauth_thumbprints(directory)
    published = directory.pairs(Relation.PUBLISHED)
    return Pki(
        {
            int(row): _template(directory, int(row), tuple(published.of(int(row))))
            for row in directory.rows(Kind.CERT_TEMPLATE)
        },
        {
            int(row): _authority(directory, int(row), tuple(published.to(int(row))), stores)
            for row in directory.rows(Kind.ENTERPRISE_CA)
        },
    )


def _template(d: Directory, row: int, published_on: tuple[int, ...]) -> Template:
    names = d.integer(row, "mspki-certificate-name-flag") or 0
    flags = d.integer(row, "mspki-enrollment-flag") or 0
    return Template(
        row=row,
        published_on=published_on,
        enrollee_supplies_subject=bool(names & SUPPLIES_SUBJECT),
        manager_approval=bool(flags & _PEND_ALL_REQUESTS),
        signatures=d.integer(row, "mspki-ra-signature") or 0,
        ekus=_purposes(d, row),
        schema_version=_schema_version(d, row),
        no_security_extension=bool(flags & _NO_SECURITY_EXTENSION),
        names_account=bool(names & _ALT_ACCOUNT),
        names_host=bool(names & _ALT_HOST),
        agent_policies=frozenset(d.values(row, "mspki-ra-application-policies")),
        issuance_policies=frozenset(d.values(row, "mspki-certificate-policy")),
        enrollers=holders(d, row, ENROL_RIGHTS),
    )


def _authority(
    d: Directory, row: int, templates: tuple[int, ...], stores: dict[int, set[str]]
) -> Authority:
    hosts = d.pairs(Relation.HOSTS_CA).to(row)
    interface = d.integer(row, "interfaceflags")
    disabled = d.attributes.get("disableextensionlist", {}).get(row)
    return Authority(
        row=row,
        host=hosts[0] if hosts else UNKNOWN,
        trusted_for_ntauth=_in_ntauth(d, row, stores),
        templates=templates,
        enrollers=_enrollers(d, row),
        requester_names_subject=boolean(d, row, "isuserspecifiessanenabled"),
        agents=tuple(_agents(d, row)),
        officers_read=boolean(d, row, "casecuritycollected") is True,
        web_enrolment_relayable=_relayable(d, row),
        rpc_encryption_enforced=None
        if interface is None
        else bool(interface & _ENFORCE_ENCRYPTION),
        security_extension_disabled=None if disabled is None else SECURITY_EXTENSION in disabled,
    )


def _agents(d: Directory, row: int) -> Iterable[AgentRule]:
    for text in d.values(row, "enrollmentagentrestrictions"):
        verb, agent, template = text.split(" ", 2)
        known = UNKNOWN if template == "*" else d.index.get(template, len(d))
        yield AgentRule(verb == "allow", d.index.get(agent, UNKNOWN), known)


def _enrollers(d: Directory, row: int) -> tuple[int, ...] | None:
    """Who may ask an authority for a certificate. The authority itself decides, by a list in its registry; its
    object in the directory repeats it, and when that one names nobody it proves nothing."""
    named = holders(d, row, {Right.Enroll})
    if not named and boolean(d, row, "casecuritycollected") is not True:
        return None
    return holders(d, row, ENROL_RIGHTS)


def holders(d: Directory, row: int, rights: Iterable[Right]) -> tuple[int, ...]:
    """Rows of the principals that have one of these rights on a row, each once, in order."""
    wanted = frozenset(rights)
    return tuple(sorted({who for who, right, _ in d.acls.entries(row) if right in wanted}))


def boolean(d: Directory, row: int, attribute: str) -> bool | None:
    """A TRUE or FALSE attribute, None when absent."""
    text = d.value(row, attribute)
    return None if text is None else text.upper() == "TRUE"


def is_everyone(d: Directory, row: int) -> bool:
    """Whether a principal is Everyone or Authenticated Users."""
    return sid_of(d.ids[row]) in EVERYONE_SIDS


def _schema_version(d: Directory, row: int) -> int:
    # Version 1 templates have no such attribute (MS-CRTD 2.16).
    return d.integer(row, "mspki-template-schema-version") or 1


def _purposes(d: Directory, row: int) -> frozenset[str]:
    """Purposes that the authority will write: application policies override key usages from version 2 on."""
    usages = frozenset(d.values(row, "pkiextendedkeyusage"))
    policies = frozenset(d.values(row, "mspki-certificate-application-policy"))
    if _schema_version(d, row) == 1:
        return usages or policies
    return policies or usages


def _relayable(d: Directory, row: int) -> bool | None:
    """Whether web enrolment takes NTLM without channel binding, as SharpHound saw it."""
    answers = d.attributes.get("httpenrollmentendpoints", {}).get(row)
    if answers is None:
        return None
    return any(_RELAYABLE.search(text.replace(" ", "")) is not None for text in answers)


def _ntauth_thumbprints(d: Directory) -> dict[int, set[str]]:
    """SHA-1 thumbprints, upper case, of each NTAuth store that was read, by its row."""
    return {
        int(row): found
        for row in d.rows(Kind.NTAUTH_STORE)
        if (found := _thumbprints(d, int(row), "certthumbprints")) is not None
    }


def _thumbprints(d: Directory, row: int, attribute: str) -> set[str] | None:
    stated = d.attributes.get(attribute, {}).get(row)
    if stated is not None:
        return {text.upper() for text in stated}
    blobs = d.blobs.get("cacertificate", {}).get(row)
    if blobs is None:
        return None
    return {hashlib.sha1(blob, usedforsecurity=False).hexdigest().upper() for blob in blobs}


def _in_ntauth(d: Directory, row: int, stores: dict[int, set[str]]) -> bool | None:
    own = _thumbprints(d, row, "certthumbprint")
    if not own:
        return None
    suffix = _forest_suffix(d, row)
    same = [found for store, found in stores.items() if _forest_suffix(d, store) in (suffix, "")]
    return None if not same else any(own & found for found in same)


def _forest_suffix(d: Directory, row: int) -> str:
    """What a DN of the configuration partition says of its forest."""
    return d.dns[row].lower().partition("cn=configuration,")[2]


def forest_domains(d: Directory, groups: Groups, row: int) -> list[int]:
    """Rows of the domains of the forest that holds an object of the configuration partition."""
    home = int(d.domain[row])
    domains = [int(r) for r in d.rows(Kind.DOMAIN)]
    if home == UNKNOWN:
        suffix = _forest_suffix(d, row)
        home = next((r for r in domains if suffix and d.dns[r].lower() == suffix), UNKNOWN)
    if home == UNKNOWN:
        return domains if len(domains) == 1 else []
    forest = {home}
    links = [
        (t.domain, d.index.get(t.partner_sid, UNKNOWN)) for t in d.trusts if t.bit(t.WITHIN_FOREST)
    ]
    grown = True
    while grown:
        more = {b for a, b in links if a in forest} | {a for a, b in links if b in forest}
        grown = not more - {UNKNOWN} <= forest
        forest |= more - {UNKNOWN}
    return sorted(r for r in forest if d.kind[r] == Kind.DOMAIN)
