"""SPF followed to its end, lookups counted as receivers count them (RFC 7208).

Receivers stop at ten lookups and two empty ones. We count on a little further, to say by how much it is over, and
stop for good at forty: a record that includes itself for ever costs no more.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from msgspec import structs

from rempart.engines.exposure.dial import ProtocolFault
from rempart.engines.exposure.probe.dns import rdata, wire
from rempart.engines.exposure.probe.dns.facts import MOST_CHARACTERS, fact
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.seen.dns import Fact
from rempart.engines.exposure.seen.mail import SpfSeen

MOST_LOOKUPS: Final = 10
MOST_VOID: Final = 2
STOP_AT: Final = 40
MOST_FAULTS: Final = 20
WHOLE: Final = 65536  # a record that is cut would lose its end, which is what counts
_TERM: Final = re.compile(
    r"(?P<qualifier>[+\-~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<domain>[^/\s]+|[0-9a-fA-F:.]+(?:/\d+)?))?(?P<size>(?:/\d{1,3})?(?://\d{1,3})?)",
    re.IGNORECASE,
)
_MODIFIER: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_.\-]*)=(?P<value>\S*)")


@dataclass(frozen=True, slots=True)
class Term:
    """One term: `name` in lower case, `domain` as written, "" when it is the domain itself."""

    name: str
    qualifier: str = "+"
    domain: str = ""


def is_spf(text: str) -> bool:
    """Whether a TXT is an SPF record (RFC 7208 §4.5)."""
    return text[:6].lower() == "v=spf1" and (len(text) == 6 or text[6] == " ")


def read_spf(text: str) -> tuple[list[Term], list[str]]:
    """The terms, and in French what is wrong in them."""
    terms, faults = [], []
    for word in text.split()[1:]:
        found = _TERM.fullmatch(word)
        if found:
            name = found["name"].lower()
            domain = found["domain"] or ""
            if name in ("include", "exists", "ip4", "ip6") and not domain:
                faults.append(f"« {word[:60]} » ne dit pas de quoi il parle.")
                continue
            if name == "all" and (domain or found["size"]):
                faults.append(f"« {word[:60]} » n’est pas un terme de SPF.")
                continue
            terms.append(Term(name, found["qualifier"] or "+", domain))
            continue
        modifier = _MODIFIER.fullmatch(word)
        if modifier and modifier["name"].lower() in ("redirect", "exp"):
            terms.append(Term(modifier["name"].lower(), "", modifier["value"]))
        elif not modifier:
            faults.append(f"« {word[:60]} » n’est pas un terme de SPF.")
    return terms, faults


@dataclass(slots=True)
class _Walk:
    """One SPF under way."""

    resolver: Resolver
    ends_at: float
    lookups: int = 0
    void: int = 0
    faults: list[str] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    reason: str = ""

    async def follow(self, domain: str, texts: Fact, above: tuple[str, ...]) -> str:
        """Go through the record of one domain; the qualifier of its "all", "" when there is none."""
        if not texts.is_known:
            self.reason = self.reason or texts.reason
            return ""
        if len(texts.values) != 1:
            self.faults.append(
                f"{domain[:255]} n’a pas d’enregistrement SPF."
                if not texts.values
                else f"{domain[:255]} a {len(texts.values)} enregistrements SPF."
            )
            return ""
        terms, faults = read_spf(texts.values[0])
        self.faults += [fault for fault in faults[:MOST_FAULTS] if fault not in self.faults]
        ending = next((t.qualifier for t in terms if t.name == "all"), "")
        for term in terms:
            if self.lookups >= STOP_AT:
                return ending
            if term.name == "all":
                return ending
            if term.name in ("include", "a", "mx", "ptr", "exists"):
                self.lookups += 1
                await self._term(term, domain, above)
        redirect = next((t for t in terms if t.name == "redirect"), None)
        if redirect is not None and not ending:
            self.lookups += 1
            ending = await self._into(redirect.domain, above)
        return ending

    async def _term(self, term: Term, domain: str, above: tuple[str, ...]) -> None:
        if term.name == "include":
            await self._into(term.domain, above)
            return
        where = term.domain or domain
        # A macro takes the sender's own address: its answer cannot be known here, and it counts all the same.
        if term.name in ("ptr", "exists") or "%" in where:
            return
        try:
            name = to_wire(where)
        except ProtocolFault as fault:
            self.faults.append(str(fault))
            return
        kind = wire.MX if term.name == "mx" else wire.A
        found = await self.resolver.find(name, kind, self.ends_at)
        if not found.is_known:
            self.reason = self.reason or found.why
        elif found.is_absent:
            six = term.name == "a" and await self.resolver.find(name, wire.AAAA, self.ends_at)
            if not six or six.is_absent:
                self.void += 1

    async def _into(self, domain: str, above: tuple[str, ...]) -> str:
        if "%" in domain:
            return ""
        domain = domain.rstrip(".").lower()
        if domain in above:
            self.faults.append(f"Le SPF tourne en rond : {domain} revient à lui-même.")
            return ""
        self.includes.append(domain[:255])
        texts = await spf_texts(domain, self.resolver, self.ends_at)
        if texts.is_absent:
            self.void += 1
        return await self.follow(domain, texts, (*above, domain))


async def spf_texts(domain: str, resolver: Resolver, ends_at: float) -> Fact:
    """The SPF records of a domain."""
    try:
        found = await resolver.find(to_wire(domain), wire.TXT, ends_at)
    except ProtocolFault as fault:
        return Fact(is_known=True, reason=str(fault))
    texts = fact(found, rdata.text, WHOLE)
    return Fact(
        is_known=texts.is_known,
        values=[text for text in texts.values if is_spf(text)],
        reason=texts.reason,
    )


async def look_at_spf(domain: str, resolver: Resolver, ends_at: float) -> SpfSeen:
    """The SPF of a domain, followed through its includes and its redirection."""
    records = await spf_texts(domain, resolver, ends_at)
    if not records.values:
        return SpfSeen(records=records, is_whole=records.is_known, reason=records.reason)
    walk = _Walk(resolver, ends_at)
    one = Fact(is_known=True, values=records.values[:1])
    ending = await walk.follow(domain, one, (domain,))
    return SpfSeen(
        records=structs.replace(
            records, values=[text[:MOST_CHARACTERS] for text in records.values]
        ),
        is_whole=not walk.reason,
        reason=walk.reason,
        ending=ending,
        lookups=walk.lookups,
        void_lookups=walk.void,
        faults=walk.faults[:MOST_FAULTS],
        includes=walk.includes[:STOP_AT],
    )
