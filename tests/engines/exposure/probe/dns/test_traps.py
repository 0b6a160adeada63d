"""Zones that mean harm to whoever reads them: what each costs is counted, and what is said of it."""

import os
from base64 import b32hexencode
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.engines.exposure.probe.dns import aliases, allowance, denial, dnssec, rdata, wire
from rempart.engines.exposure.probe.dns.allowance import MOST_QUESTIONS
from rempart.engines.exposure.probe.dns.exchange import Exchange
from rempart.engines.exposure.probe.dns.facts import MOST_CHARACTERS
from rempart.engines.exposure.probe.dns.lies import INVENTED
from rempart.engines.exposure.probe.dns.names import count_labels, is_under, to_wire
from rempart.engines.exposure.probe.dns.questions import INNER
from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.dns.wire import Record
from rempart.engines.exposure.probe.dns.zone import MOST_SERVERS, look_at_zone
from rempart.engines.exposure.probe.mail.look import look_at_mail
from rempart.engines.exposure.seen.common import Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.mail import MailSeen
from support.dns_told import NOW, Signer
from support.dns_trap import HERE, NOBODY, SOA_DATA, Said, Say, Trap, looked
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

ZONE, WWW, NS = map(to_wire, ("trap", "www.trap", "ns.trap"))


def zone(trap: Trap, **changes: object) -> ZoneSeen:
    return looked(trap, lambda r: look_at_zone("trap", resolver=r, dial=NOBODY), **changes)


def mail(trap: Trap) -> MailSeen:
    return looked(trap, lambda r: look_at_mail("trap", resolver=r, dial=NOBODY))


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One element for each signature really tried against a key."""
    found: list[int] = []
    load = dnssec._load

    def counting(key: rdata.Key) -> dnssec.Verifier | None:
        verifier = load(key)

        def verify(signature: bytes, data: bytes) -> None:
            found.append(key.tag)
            if verifier is not None:
                verifier(signature, data)

        return verifier and verify

    monkeypatch.setattr(dnssec, "_load", counting)
    return found


def false_signature(
    name: bytes, kind: int, tag: int, algorithm: int, size: int, *, ends: int = 999
) -> Record:
    """A signature by a key of the zone that does not hold; `ends` in seconds from now."""
    head = kind.to_bytes(2, "big") + bytes([algorithm, count_labels(name)]) + b"\0\0\0\x3c"
    head += (int(NOW) + ends).to_bytes(4, "big") + (int(NOW) - 999).to_bytes(4, "big")
    return Record(name, wire.RRSIG, 60, head + tag.to_bytes(2, "big") + ZONE + os.urandom(size))


def keys_of_one_tag(count: int) -> list[bytes]:
    """RSA keys as slow as is allowed, whose last bytes make their tags the same (RFC 4034 appendix B)."""
    exponent = (2**63 + 2**62 + 1).to_bytes(8, "big")
    found = []
    while len(found) < count:
        head = b"\1\1\3\x08\x08" + exponent + b"\xff" + os.urandom(508)
        total = sum(int.from_bytes(head[at : at + 2], "big") for at in range(0, len(head), 2))
        for end in range(1, 65536, 2):
            if total + end + (total + end >> 16) & 0xFFFF == 4242:
                found.append(head + end.to_bytes(2, "big"))
                break
    return found


def test_the_zone_that_all_these_stand_in_is_sound() -> None:
    with Trap(lambda name, kind: None) as trap:
        seen = zone(trap)
        assert mail(trap).spf.records.is_absent
    assert (seen.reach, seen.dnssec.state) == (Reach.ANSWERED, "secure")
    assert seen.servers[0].is_authoritative


def test_many_keys_of_one_tag_are_not_all_tried(tried: list[int]) -> None:
    signer, keys = Signer("trap"), keys_of_one_tag(16)

    def say(name: bytes, kind: int) -> Said | None:
        if (name, kind) == (ZONE, wire.DNSKEY):
            return Said(signer.records(ZONE, kind, signer.data, *keys))
        if kind != wire.A or name == NS:
            return None
        false = [false_signature(name, kind, 4242, 8, 512) for _ in range(40)]
        return Said([Record(name, kind, 60, HERE), *false])

    with Trap(say, zone=signer) as trap:
        seen = zone(trap)
    assert (seen.dnssec.state, seen.dnssec.reason) == ("bogus", dnssec.TOO_DEAR)
    assert not seen.addresses.is_known
    # The domain, four usual names and one that nobody made: 640 tries each otherwise.
    assert tried.count(4242) == 6 * dnssec.MOST_FAILURES


def test_of_many_signed_sets_only_the_one_asked_for_is_verified(tried: list[int]) -> None:
    number = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    key = b"\1\1\3\x0e" + number.x.to_bytes(48, "big") + number.y.to_bytes(48, "big")
    signer, tag = Signer("trap"), rdata.key(key).tag

    def say(name: bytes, kind: int) -> Said | None:
        if (name, kind) == (ZONE, wire.DNSKEY):
            return Said(signer.records(ZONE, kind, signer.data, key))
        if kind != wire.A or name == NS:
            return None
        owners = [name, *(to_wire(f"x{i}.trap") for i in range(100))]
        sets = [(Record(o, kind, 60, HERE), false_signature(o, kind, tag, 14, 96)) for o in owners]
        return Said([record for one in sets for record in one])

    with Trap(say, zone=signer) as trap:
        assert zone(trap).dnssec.state == "bogus"
    assert tried.count(tag) == 6


def test_a_signature_that_holds_behind_a_thousand_of_unknown_keys_is_found() -> None:
    signer = Signer("trap")

    def say(name: bytes, kind: int) -> Said | None:
        if (name, kind) != (ZONE, wire.A):
            return None
        record, good = signer.records(name, kind, HERE)
        tags = [(signer.key.tag + 1 + i) % 65536 for i in range(1000)]
        return Said([record, *(false_signature(name, kind, tag, 15, 8) for tag in tags), good])

    with Trap(say, zone=signer) as trap:
        seen = zone(trap)
    assert (seen.dnssec.state, seen.addresses.values) == ("secure", ["127.0.0.1"])


def hashed(signer: Signer, iterations: int) -> Say:
    """Proofs of absence by hashes of so many iterations, twelve in each answer."""

    def say(name: bytes, kind: int) -> Said | None:
        if name in (ZONE, NS):
            return None
        data = b"\1\0" + iterations.to_bytes(2, "big") + b"\1\xaa\x14" + b"\xff" * 20 + b"\0\1\2"
        owners = [b"\x20" + b32hexencode(bytes([i]) * 20).lower() + ZONE for i in range(12)]
        proofs = [r for owner in owners for r in signer.records(owner, wire.NSEC3, data)]
        start = signer.records(ZONE, wire.SOA, SOA_DATA)
        return Said((), [*start, *proofs], rcode=wire.NXDOMAIN)

    return say


def test_proofs_of_too_many_iterations_are_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    usual = denial.hash_name

    def noted(name: bytes, salt: bytes, iterations: int) -> bytes:
        made.append(iterations)
        return usual(name, salt, iterations)

    monkeypatch.setattr(denial, "hash_name", noted)
    signer = Signer("trap")
    with Trap(hashed(signer, 65535), zone=signer) as trap:
        seen = zone(trap)
    assert (seen.dnssec.state, made) == ("secure", [])
    assert "itérations" in seen.dnssec.reason
    with Trap(hashed(signer, denial.MOST_ITERATIONS), zone=signer) as trap:
        assert (
            zone(trap).dnssec.state == "bogus"
        )  # they are computed, and they speak of other names
    assert made


def test_servers_that_lead_to_servers_that_lead_to_servers_make_few_packets() -> None:
    def say(name: bytes, kind: int) -> Said | None:
        if name in (ZONE, NS):
            return None
        hosts = [to_wire(f"h{i}-{os.urandom(3).hex()}.trap") for i in range(100)]
        named = [Record(name, wire.NS, 60, host) for host in hosts]
        return Said((), named, is_authoritative=False)

    with Trap(say, is_signed=False) as trap:
        seen = zone(trap)
    assert (seen.reach, seen.addresses.is_known) == (Reach.ANSWERED, True)
    assert set(seen.unread) >= {"www.trap", "webmail.trap"}
    assert "Aucune adresse connue" in seen.unread_reason
    assert trap.datagrams <= MOST_QUESTIONS + 5


def test_a_look_that_asked_too_much_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_QUESTIONS", 12)
    with Trap(lambda name, kind: None) as trap:
        seen = mail(trap)
    assert (seen.spf.is_whole, "questions" in seen.dkim.reason) == (True, True)


def chained(names: Sequence[bytes], signer: Signer) -> list[Record]:
    """Aliases, each to the next, signed."""
    pairs = zip(names, names[1:], strict=False)
    return [r for one, other in pairs for r in signer.records(one, wire.CNAME, other)]


@pytest.mark.parametrize("at_once", [1, 30])
def test_thirty_aliases_are_more_than_anyone_follows(at_once: int) -> None:
    signer = Signer("trap")
    names = [WWW, *(to_wire(f"c{number}.trap") for number in range(30))]

    def say(name: bytes, kind: int) -> Said | None:
        if name not in names[:-1] or kind != wire.A:
            return None
        first = names.index(name)
        return Said(chained(names[first : first + at_once + 1], signer))

    with Trap(say, zone=signer) as trap:
        seen = zone(trap)
    (alias,) = seen.aliases
    assert (alias.state, alias.reason) == ("unknown", aliases.TOO_MANY)
    assert seen.dnssec.state == "secure"
    assert trap.datagrams < 40


def test_a_zone_does_not_say_what_the_zone_of_another_holds() -> None:
    bank = to_wire("www.bank.test")

    def say(name: bytes, kind: int) -> Said | None:
        forged = [Record(WWW, wire.CNAME, 60, bank), Record(bank, wire.A, 60, b"\6\6\6\6")]
        return Said(forged) if (name, kind) == (WWW, wire.A) else None

    with Trap(say, is_signed=False) as trap:
        seen = zone(trap)
    (alias,) = seen.aliases
    assert (bank, wire.A) in trap.asked  # asked to those who answer for it
    assert (alias.target, alias.state) == ("www.bank.test", "unknown")


def test_a_zone_of_inner_servers_only_is_not_touched_and_says_why() -> None:
    with Trap(lambda name, kind: None) as trap:
        exchange = Exchange(port=trap.port, may_ask=lambda address: not trap.is_known)
        seen = zone(trap, exchange=exchange)
    assert (seen.reach, seen.reason) == (Reach.OUTSIDE, INNER)
    assert trap.datagrams == 1


def test_sixty_four_kilobytes_of_text_are_read_to_their_end() -> None:
    signer = Signer("trap")
    text = "v=spf1 " + " ".join(f"ip4:192.0.2.{number % 256}" for number in range(4000)) + " -all"
    pieces = [text[at : at + 255].encode() for at in range(0, len(text), 255)]
    data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    with Trap(
        lambda n, k: Said(signer.records(n, k, data)) if (n, k) == (ZONE, wire.TXT) else None,
        zone=signer,
    ) as trap:
        seen = mail(trap)
    assert len(data) > 60_000
    assert (seen.spf.is_whole, seen.spf.ending, seen.spf.lookups) == (True, "-", 0)
    assert len(seen.spf.records.values[0]) == MOST_CHARACTERS


def test_a_referral_as_long_as_a_book_is_not_kept_and_the_zone_is_still_secure() -> None:
    trap = Trap(lambda name, kind: None, hosts=["ns.trap", *(f"z{n}.trap" for n in range(500))])

    async def looked_at(resolver: Resolver) -> tuple[ZoneSeen, object]:
        seen = await look_at_zone("trap", resolver=resolver, dial=NOBODY)
        return seen, resolver.nearest(ZONE).referral

    with trap:
        seen, referral = looked(trap, looked_at)
    assert (seen.dnssec.state, referral) == ("secure", None)
    assert len(seen.servers) == MOST_SERVERS


def test_long_answers_are_not_kept_for_the_sweep() -> None:
    long = b"".join([b"\xff" + b"a" * 255] * 230)

    async def kept(resolver: Resolver) -> list[bytes]:
        ends_at = await resolver.open()
        for name in (ZONE, WWW):
            await resolver.find(name, wire.TXT, ends_at)
        return [name for name, _ in resolver._found]

    def say(name: bytes, kind: int) -> Said | None:
        return Said([Record(name, kind, 60, long if name == WWW else b"\1a")])

    with Trap(say, is_signed=False) as trap:
        assert looked(trap, kept) == [ZONE]


def forged(name: bytes, kind: int) -> Said | None:
    """Another address in the place of the zone's, with its signature: what a filter on the way does."""
    return Said([Record(name, kind, 60, HERE)]) if (name, kind) == (ZONE, wire.A) else None


@pytest.mark.parametrize(("refuses", "state"), [(True, "bogus"), (False, "unknown")])
def test_a_zone_is_blamed_through_a_resolver_only_when_that_one_refuses_it(
    refuses: bool, state: str
) -> None:
    with Trap(forged, is_known=True, refuses=refuses) as trap:
        seen = zone(trap, forwarder="127.0.0.1")
    assert (seen.dnssec.state, seen.addresses.is_known) == (state, False)
    assert ("Le résolveur interrogé" in seen.dnssec.reason) is not refuses


def test_a_signature_that_ended_is_the_fault_of_its_zone_through_any_resolver() -> None:
    def ended(name: bytes, kind: int) -> Said | None:
        if (name, kind) != (ZONE, wire.A):
            return None
        signature = false_signature(ZONE, wire.A, trap.zone.key.tag, 15, 64, ends=-1)
        return Said([Record(ZONE, wire.A, 60, HERE), signature])

    with Trap(ended, is_known=True) as trap:
        seen = zone(trap, forwarder="127.0.0.1")
    assert (seen.dnssec.state, seen.dnssec.reason) == ("bogus", dnssec.EXPIRED)


def test_no_domain_is_blamed_for_the_zone_above_it() -> None:
    with Trap(lambda name, kind: None) as trap:
        trap.zone.ds = trap.zone.ds[:-1] + bytes([trap.zone.ds[-1] ^ 1])
        seen = looked(trap, lambda r: look_at_zone("hospital.trap", resolver=r, dial=NOBODY))
        own = zone(trap)
    assert (seen.dnssec.state, own.dnssec.state) == ("unknown", "bogus")
    assert "au-dessus" in seen.dnssec.reason


def test_a_resolver_that_answers_for_names_that_are_not_makes_no_wildcard() -> None:
    def say(name: bytes, kind: int) -> Said | None:
        is_made_up = b"rempart-" in name and kind == wire.A
        return Said([Record(name, kind, 60, HERE)]) if is_made_up else None

    with Trap(say, is_known=True, is_signed=False) as trap:
        direct, through = zone(trap), zone(trap, forwarder="127.0.0.1", anchors={})
    assert direct.wildcard.values == ["127.0.0.1"]
    assert (through.wildcard.is_known, through.wildcard.reason) == (False, INVENTED)


def test_a_signed_domain_that_a_resolver_says_is_gone_is_not_gone() -> None:
    def gone(name: bytes, kind: int) -> Said | None:
        return Said(rcode=wire.NXDOMAIN) if is_under(name, ZONE) else None

    with Trap(gone) as trap:
        seen = zone(trap, forwarder="127.0.0.1")
    assert (seen.is_missing, seen.dnssec.state) == (False, "unknown")
    assert "Le résolveur interrogé" in seen.dnssec.reason


def test_whether_a_domain_exists_is_not_known_while_nothing_can_be_verified() -> None:
    with Trap(lambda name, kind: None) as trap:
        late = {"now": NOW + 365 * 86400, "forwarder": "127.0.0.1"}
        absent = "absent.example"
        seen = looked(trap, lambda r: look_at_zone(absent, resolver=r, dial=NOBODY), **late)
        told = looked(trap, lambda r: look_at_mail(absent, resolver=r, dial=NOBODY), **late)
    assert (seen.reach, seen.is_missing, told.reach) == (Reach.BROKEN, False, Reach.BROKEN)
    assert "horloge" in seen.reason
    assert "horloge" in told.reason
