"""PKI objects of SharpHound under the LDAP attributes that they come from, so that one reading serves all sources.

Source of the flags: MS-CRTE 2.26 (msPKI-Enrollment-Flag) and 2.28 (msPKI-Certificate-Name-Flag).
"""

from typing import Any, Final

import msgspec

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact, Relation
from rempart.engines.directory.read.sharphound_acl import AceTable
from rempart.engines.directory.read.sharphound_values import identifier, listed, truth

_NAME_FLAGS: Final = {
    "ENROLLEE_SUPPLIES_SUBJECT": 0x1,
    "OLD_CERT_SUPPLIES_SUBJECT_AND_ALT_NAME": 0x8,
    "ENROLLEE_SUPPLIES_SUBJECT_ALT_NAME": 0x10000,
    "SUBJECT_ALT_REQUIRE_DOMAIN_DNS": 0x400000,
    "SUBJECT_ALT_REQUIRE_SPN": 0x800000,
    "SUBJECT_ALT_REQUIRE_DIRECTORY_GUID": 0x1000000,
    "SUBJECT_ALT_REQUIRE_UPN": 0x2000000,
    "SUBJECT_ALT_REQUIRE_EMAIL": 0x4000000,
    "SUBJECT_ALT_REQUIRE_DNS": 0x8000000,
    "SUBJECT_REQUIRE_DNS_AS_CN": 0x10000000,
    "SUBJECT_REQUIRE_EMAIL": 0x20000000,
    "SUBJECT_REQUIRE_COMMON_NAME": 0x40000000,
    "SUBJECT_REQUIRE_DIRECTORY_PATH": 0x80000000,
}
_NAME_PROPERTIES: Final = {
    "enrolleesuppliessubject": 0x1,
    "subjectaltrequiredomaindns": 0x400000,
    "subjectaltrequirespn": 0x800000,
    "subjectaltrequireupn": 0x2000000,
    "subjectaltrequireemail": 0x4000000,
    "subjectaltrequiredns": 0x8000000,
    "subjectrequireemail": 0x20000000,
}
_ENROLLMENT_FLAGS: Final = {
    "INCLUDE_SYMMETRIC_ALGORITHMS": 0x1,
    "PEND_ALL_REQUESTS": 0x2,
    "PUBLISH_TO_KRA_CONTAINER": 0x4,
    "PUBLISH_TO_DS": 0x8,
    "AUTO_ENROLLMENT_CHECK_USER_DS_CERTIFICATE": 0x10,
    "AUTO_ENROLLMENT": 0x20,
    "PREVIOUS_APPROVAL_VALIDATE_REENROLLMENT": 0x40,
    "NO_SECURITY_EXTENSION": 0x80000,
}
_ENROLLMENT_PROPERTIES: Final = {"requiresmanagerapproval": 0x2, "nosecurityextension": 0x80000}
# SharpHound property → LDAP attribute, kept as it is.
_SAME: Final = (
    ("ekus", "pkiextendedkeyusage"),
    ("certificateapplicationpolicy", "mspki-certificate-application-policy"),
    ("applicationpolicies", "mspki-ra-application-policies"),
    ("issuancepolicies", "mspki-ra-policies"),
    ("certificatepolicy", "mspki-certificate-policy"),
    ("authorizedsignatures", "mspki-ra-signature"),
    ("schemaversion", "mspki-template-schema-version"),
    ("oid", "mspki-cert-template-oid"),
    ("certtemplateoid", "mspki-cert-template-oid"),
    ("effectiveekus", "effectiveekus"),
    ("authenticationenabled", "authenticationenabled"),
    ("displayname", "displayname"),
    ("caname", "cn"),
    ("dnshostname", "dnshostname"),
    ("certthumbprints", "certthumbprints"),
    ("certthumbprint", "certthumbprint"),
    ("certchain", "certchain"),
)


def pki_attributes(
    builder: Builder, aces: AceTable, kind: str, item: dict[str, Any], p: dict[str, Any], row: int
) -> None:
    """Keep what a template, an authority, a store or an issuance policy says."""
    for name, attribute in _SAME:
        value = p.get(name)
        if value is not None:
            values = value if isinstance(value, list) else [value]
            builder.attribute(row, attribute, [_text(v) for v in values])
    if kind == "certtemplates":
        flags = _flags(p, "certificatenameflag", _NAME_FLAGS, _NAME_PROPERTIES)
        builder.attribute(row, "mspki-certificate-name-flag", [str(flags)])
        flags = _flags(p, "enrollmentflag", _ENROLLMENT_FLAGS, _ENROLLMENT_PROPERTIES)
        builder.attribute(row, "mspki-enrollment-flag", [str(flags)])
    elif kind == "enterprisecas":
        _authority(builder, aces, item, row)
    elif kind == "issuancepolicies":
        group = identifier(item.get("GroupLink"))
        if group.startswith("S-1-"):
            builder.relate(Relation.OID_GROUP_LINK, row, builder.row(group))


def _authority(builder: Builder, aces: AceTable, item: dict[str, Any], row: int) -> None:
    for template in listed(item.get("EnabledCertTemplates")):
        if found := identifier(template):
            builder.relate(Relation.PUBLISHED, builder.row(found), row)
    host = identifier(item.get("HostingComputer"))
    if host.startswith("S-1-"):
        builder.relate(Relation.HOSTS_CA, builder.row(host), row)
    endpoints = item.get("HttpEnrollmentEndpoints")
    if isinstance(endpoints, list) and endpoints:
        builder.attribute(
            row, "httpenrollmentendpoints", [msgspec.json.encode(e).decode() for e in endpoints]
        )
    registry = item.get("CARegistryData")
    if isinstance(registry, dict):
        _registry(builder, aces, item, registry, row)


def _registry(
    builder: Builder, aces: AceTable, item: dict[str, Any], registry: dict[str, Any], row: int
) -> None:
    editf = registry.get("IsUserSpecifiesSanEnabled")
    if isinstance(editf, dict) and editf.get("Collected"):
        builder.facts.add(Fact.CA_REGISTRY)
        builder.attribute(row, "isuserspecifiessanenabled", [_text(bool(editf.get("Value")))])
    security = registry.get("CASecurity")
    if isinstance(security, dict) and security.get("Collected"):
        builder.facts.add(Fact.CA_REGISTRY)
        builder.attribute(row, "casecuritycollected", ["TRUE"])
        both = [*listed(item.get("Aces")), *listed(security.get("Data"))]
        builder.set("acl", row, aces.acl(msgspec.json.encode(both)))
    agents = registry.get("EnrollmentAgentRestrictions")
    if isinstance(agents, dict) and agents.get("Collected"):
        stated = map(_agent_restriction, listed(agents.get("Restrictions")))
        builder.attribute(row, "enrollmentagentrestrictions", [text for text in stated if text])


def _agent_restriction(stated: Any) -> str:
    """One line of what agents may do: `allow S-1-… *`, or `deny S-1-… TEMPLATE`; "" for one that cannot be read."""
    if not isinstance(stated, dict):
        return ""
    agent = identifier(stated.get("Agent"))
    template = "*" if stated.get("AllTemplates") else identifier(stated.get("Template"))
    verb = "allow" if "Allowed" in str(stated.get("AccessType")) else "deny"
    return f"{verb} {agent} {template}" if agent and template else ""


def _flags(
    p: dict[str, Any], name: str, by_name: dict[str, int], by_property: dict[str, int]
) -> int:
    """The integer behind a list of flag names, completed by the booleans beside it."""
    stated = p.get(name)
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    value = 0
    for word in str(stated or "").replace(",", " ").split():
        value |= by_name.get(word.upper(), 0)
    for key, bit in by_property.items():
        if truth(p.get(key)):
            value |= bit
    return value


def _text(value: Any) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)
