"""DMARC: the policy that applies, and whether those who should receive its reports agree (RFC 7489, §7.1)."""

import re
from typing import Final

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.facts import fact
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.suffix import registrable
from rempart.engines.exposure.probe.mail.tags import read_tags
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import DmarcSeen

POLICIES: Final = ("none", "quarantine", "reject")
MOST_RECEIVERS: Final = 10
_ADDRESS: Final = re.compile(r"mailto:[^@\s,!]+@([^@\s,!]+)(?:!\d+[kmgt]?)?", re.IGNORECASE)


def is_dmarc(text: str) -> bool:
    """Whether a TXT is a DMARC record."""
    return bool(re.match(r"v\s*=\s*DMARC1\s*(;|$)", text))


def read_dmarc(text: str) -> DmarcSeen:
    """One record, without the acceptance of third parties; what is wrong in it in `faults`, French."""
    try:
        tags = read_tags(text)
    except ProtocolFault as fault:
        return DmarcSeen(faults=[str(fault)])
    faults = []
    policy = tags.get("p", "").lower()
    if policy not in POLICIES:
        faults.append(
            f"La politique « {policy[:40]} » n’existe pas."
            if policy
            else "La politique « p » manque."
        )
    sub = tags.get("sp", "").lower()
    if sub and sub not in POLICIES:
        faults.append(f"La politique des sous-domaines « {sub[:40]} » n’existe pas.")
    percent = 100
    if "pct" in tags:
        if tags["pct"].isascii() and tags["pct"].isdigit() and int(tags["pct"][:4]) <= 100:
            percent = int(tags["pct"])
        else:
            faults.append(f"La part « pct={tags['pct'][:40]} » ne se lit pas.")
    receivers = []
    for address in tags.get("rua", "").split(",")[:MOST_RECEIVERS]:
        address = address.strip()
        if _ADDRESS.fullmatch(address):
            receivers.append(address[7:].partition("!")[0].lower())
        elif address:
            faults.append(f"L’adresse de rapport « {address[:60]} » ne se lit pas.")
    return DmarcSeen(
        policy=policy if policy in POLICIES else "",
        sub_policy=sub if sub in POLICIES else "",
        percent=percent,
        is_test=tags.get("t", "").lower() == "y",
        report_to=receivers,
        faults=faults,
    )


async def look_at_dmarc(domain: str, resolver: Resolver, ends_at: float) -> DmarcSeen:
    """The domain's own record, else that of the domain that was registered."""
    found_at = domain
    records = await _texts(domain, resolver, ends_at)
    above = registrable(domain)
    if records.is_absent and above and above != domain:
        found_at, records = above, await _texts(above, resolver, ends_at)
    if len(records.values) != 1:
        return DmarcSeen(records=records, found_at=found_at if records.values else "")
    seen = read_dmarc(records.values[0])
    refused, unknown = await _acceptance(found_at, seen.report_to, resolver, ends_at)
    return DmarcSeen(
        records=records,
        found_at=found_at,
        policy=seen.policy,
        sub_policy=seen.sub_policy,
        percent=seen.percent,
        is_test=seen.is_test,
        report_to=seen.report_to,
        refused_by=refused,
        unknown_at=unknown,
        faults=seen.faults,
    )


async def _acceptance(
    domain: str, receivers: list[str], resolver: Resolver, ends_at: float
) -> tuple[list[str], list[str]]:
    """The third parties that do not publish `<domain>._report._dmarc`, and those that could not be asked."""
    refused, unknown = [], []
    for other in sorted({address.rpartition("@")[2] for address in receivers}):
        if registrable(other) == (registrable(domain) or domain):
            continue
        texts = await _texts(f"{domain}._report._dmarc.{other}", resolver, ends_at, prefix="")
        if not texts.is_known:
            unknown.append(other)
        elif not texts.values:
            refused.append(other)
    return refused, unknown


async def _texts(
    domain: str, resolver: Resolver, ends_at: float, *, prefix: str = "_dmarc."
) -> Fact:
    try:
        found = await resolver.find(to_wire(prefix + domain), wire.TXT, ends_at)
    except ProtocolFault as fault:
        return Fact(is_known=True, reason=str(fault))
    texts = fact(found, rdata.text)
    values = [text for text in texts.values if is_dmarc(text)]
    return Fact(is_known=texts.is_known, values=values, reason=texts.reason)
