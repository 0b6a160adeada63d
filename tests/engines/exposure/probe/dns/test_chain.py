"""The chain of trust over zones signed by hand: what breaks each link, and what is said of it."""

import asyncio
from collections.abc import Sequence

import pytest

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.chain import UNVERIFIED, Chain, Judged, Trust
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import ROOT, to_wire
from rempart.engines.exposure.probe.dns.questions import Reply
from rempart.engines.exposure.probe.dns.wire import Message, Record
from rempart.engines.exposure.seen.common import Reach
from support.dns_told import NOW, Signer, message

TOP, ZONE = Signer("example"), Signer("z.example")
NAME, CHILD = TOP.zone, ZONE.zone
SILENCE = Reply(None, "", Reach.SILENT, "Aucune réponse.")
SOA = b"\0\0" + b"\0" * 20
KINDS_NS = b"\0\1\x20"  # the type bitmap of NS alone
HIDDEN = b"\0\7\x22\0\0\0\0\3\x80"  # NS, SOA, RRSIG, NSEC, DNSKEY


def replied(*answer: Record, authority: Sequence[Record] = (), rcode: int = 0) -> Reply:
    return Reply(message(answer, authority, rcode))


KEYS = Reply(TOP.keys())
SIGNED = {(NAME, wire.DNSKEY): KEYS, (CHILD, wire.DNSKEY): Reply(ZONE.keys())}
GOOD_DS = replied(*TOP.records(CHILD, wire.DS, ZONE.ds))
DELEGATED = TOP.records(CHILD, wire.NSEC, to_wire("zz.example") + KINDS_NS)


def trust(replies: dict[tuple[bytes, int], Reply], *, seconds: float = 0.0) -> Trust:
    async def fetch(name: bytes, kind: int, ends_at: float) -> Reply:
        await asyncio.sleep(seconds)
        return replies.get((name, kind), SILENCE)

    return Trust({NAME: [TOP.digest]}, fetch, lambda: NOW)


def chain(replies: dict[tuple[bytes, int], Reply], name: bytes = CHILD) -> Chain:
    async def run() -> Chain:
        return await trust(SIGNED | replies).chain(name, asyncio.get_running_loop().time() + 5)

    return asyncio.run(run())


def judge(
    said: Message, name: bytes = to_wire("www.example"), kind: int = wire.A, zone: bytes = NAME
) -> Judged:
    async def run() -> Judged:
        ends_at = asyncio.get_running_loop().time() + 5
        return await trust(SIGNED).judge(name, kind, said, zone, ends_at)

    return asyncio.run(run())


def test_trust_goes_down_from_an_anchor_to_a_signed_zone() -> None:
    found = chain({(CHILD, wire.DS): GOOD_DS})
    assert (found.state, found.zone, found.algorithms, found.digests) == (
        State.SECURE,
        CHILD,
        (15,),
        (2,),
    )


@pytest.mark.parametrize(
    ("reply", "state", "word"),
    [
        (SILENCE, State.UNKNOWN, "Aucune réponse"),
        (replied(rcode=wire.REFUSED), State.UNKNOWN, "refusent"),
        (replied(*ZONE.records(CHILD, wire.DS, ZONE.ds)), State.BOGUS, "ne se vérifie pas"),
        (replied(), State.BOGUS, "Aucune preuve"),
        (replied(authority=DELEGATED), State.INSECURE, "n’est pas signée"),
    ],
)
def test_the_word_of_the_parent_decides(reply: Reply, state: State, word: str) -> None:
    found = chain({(CHILD, wire.DS): reply})
    assert (found.state, word in found.reason) == (state, True)


def test_a_name_that_is_no_delegation_stands_in_the_zone_above() -> None:
    gap = TOP.records(NAME, wire.NSEC, to_wire("zzz.example") + HIDDEN)
    found = chain({(CHILD, wire.DS): replied(authority=gap, rcode=wire.NXDOMAIN)})
    assert (found.state, found.zone) == (State.SECURE, NAME)


@pytest.mark.parametrize(
    ("keys", "state", "word"),
    [
        (SILENCE, State.UNKNOWN, "Aucune réponse"),
        (replied(rcode=wire.SERVFAIL), State.UNKNOWN, "n’ont pas pu être lues"),
        (replied(), State.BOGUS, "ne publie aucune clé"),
        (replied(Record(CHILD, wire.DNSKEY, 60, b"\1")), State.BOGUS, "Aucune clé"),
        (replied(Record(CHILD, wire.DNSKEY, 60, ZONE.data)), State.BOGUS, "Aucune signature"),
    ],
)
def test_keys_that_do_not_hold_break_the_chain(keys: Reply, state: State, word: str) -> None:
    found = chain({(CHILD, wire.DS): GOOD_DS, (CHILD, wire.DNSKEY): keys})
    assert (found.state, word in found.reason) == (state, True)


def test_a_digest_that_nobody_verifies_leaves_the_zone_unsigned() -> None:
    old = replied(*TOP.records(CHILD, wire.DS, b"\0\1\3\1" + b"d" * 20))
    found = chain({(CHILD, wire.DS): old})
    assert (found.state, found.digests) == (State.INSECURE, (1,))
    assert "personne ne vérifie plus" in found.reason


def test_the_root_without_an_anchor_is_not_signed() -> None:
    assert chain({}, ROOT).state is State.INSECURE


def test_a_resolver_that_leaves_out_the_keys_of_the_root_blames_no_domain() -> None:
    async def fetch(name: bytes, kind: int, ends_at: float) -> Reply:
        return replied()

    async def run() -> Chain:
        one = Trust({ROOT: [TOP.digest]}, fetch, lambda: NOW)
        return await one.chain(CHILD, asyncio.get_running_loop().time() + 5)

    found = asyncio.run(run())
    assert (found.state, UNVERIFIED in found.reason) == (State.UNKNOWN, True)


def test_two_who_ask_together_wait_for_the_same_chain() -> None:
    async def run() -> list[Chain]:
        one, ends_at = trust(SIGNED), asyncio.get_running_loop().time() + 5
        return list(await asyncio.gather(*(one.chain(NAME, ends_at) for _ in range(2))))

    first, second = asyncio.run(run())
    assert first is second


def test_a_chain_that_comes_too_late_is_unknown() -> None:
    async def run() -> Chain:
        return await trust(SIGNED, seconds=0.05).chain(NAME, 0.0)

    assert "délai" in asyncio.run(run()).reason


def hashed(name: bytes, zone: Signer, iterations: int) -> list[Record]:
    owner = b"\x20" + b"0" * 32 + zone.zone
    data = b"\1\0" + iterations.to_bytes(2, "big") + b"\0\x14" + b"\xff" * 20 + KINDS_NS
    return zone.records(owner, wire.NSEC3, data)


def test_proofs_that_are_too_dear_make_the_zone_unsigned() -> None:
    found = chain({(CHILD, wire.DS): replied(authority=hashed(CHILD, TOP, 5000))})
    assert (found.state, "itérations" in found.reason) == (State.INSECURE, True)


def test_hashed_proofs_of_other_names_prove_nothing() -> None:
    found = chain({(CHILD, wire.DS): replied(authority=hashed(CHILD, TOP, 0))})
    assert (found.state, "autres noms" in found.reason) == (State.BOGUS, True)


@pytest.mark.parametrize(
    ("proof", "word"),
    [
        (ZONE.records(CHILD, wire.NSEC, to_wire("zz.example") + KINDS_NS), "autre zone"),
        (TOP.records(CHILD, wire.NSEC, to_wire("zz.example") + b"\0\x30"), "types"),
        ([Record(NAME, wire.SOA, 60, SOA)], "Aucune preuve"),
    ],
)
def test_a_proof_that_does_not_hold_says_why(proof: list[Record], word: str) -> None:
    found = chain({(CHILD, wire.DS): replied(authority=proof)})
    assert (found.state, word in found.reason) == (State.BOGUS, True)


def test_nothing_is_denied_by_a_zone_without_a_key() -> None:
    denied, why = trust({}).deny(CHILD, wire.A, Chain(State.INSECURE), message([], DELEGATED))
    assert (denied.kinds, why) == (frozenset(), "La zone n’a pas de clé.")


WWW = to_wire("www.example")
DATA = b"\xc0\0\2\1"
MADE = to_wire("www.z.example")
GAP = TOP.records(to_wire("a.example"), wire.NSEC, to_wire("z.example") + KINDS_NS)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (message(TOP.records(WWW, wire.A, DATA)), State.SECURE),
        (message([Record(WWW, wire.A, 60, DATA)]), State.UNKNOWN),  # whether a zone is there is not known
        (message([Record(NAME, wire.A, 60, DATA)]), State.BOGUS),  # its servers would have signed it
        (message([*TOP.records(WWW, wire.A, DATA)[1:], Record(WWW, wire.A, 60, b"\1\1\1\1")]), State.BOGUS),
        (message([Record(WWW, wire.RRSIG, 60, b"seule")]), State.UNKNOWN),
        (message([Record(NAME, wire.A, 60, DATA), Record(NAME, wire.RRSIG, 60, b"\0\1" + b"\xff" * 20)]), State.BOGUS),
        (message(TOP.records(WWW, wire.A, DATA, labels=1)), State.BOGUS),
        (message(TOP.records(WWW, wire.A, DATA, labels=1), GAP), State.SECURE),
        (message([Record(WWW, wire.CNAME, 60, MADE), *TOP.records(NAME, wire.DNAME, CHILD)]), State.SECURE),
        (message([Record(WWW, wire.CNAME, 60, CHILD), *TOP.records(NAME, wire.DNAME, CHILD)]), State.UNKNOWN),
        (message([Record(WWW, wire.CNAME, 60, MADE), *TOP.records(NAME, wire.DNAME, CHILD)[:1]]), State.BOGUS),
        (message(rcode=wire.REFUSED), State.UNKNOWN),
    ],
)  # fmt: skip
def test_an_answer_is_judged_on_its_signatures(said: Message, state: State) -> None:
    assert judge(said, said.answer[0].name if said.answer else WWW).state is state


def test_what_is_signed_of_another_name_says_nothing_of_the_one_asked() -> None:
    replayed = message(TOP.records(to_wire("mail.example"), wire.A, DATA))
    assert judge(replayed).state is State.UNKNOWN


def test_a_hashed_proof_lets_a_wildcard_answer() -> None:
    wild = TOP.records(WWW, wire.A, DATA, labels=1)
    assert judge(message(wild, hashed(WWW, TOP, 0))).state is State.SECURE


START = TOP.records(NAME, wire.SOA, SOA)


@pytest.mark.parametrize(
    ("authority", "state", "word"),
    [
        ([*START, *GAP], State.BOGUS, "autres noms"),
        ([*START[1:], Record(NAME, wire.SOA, 60, SOA[:-1] + b"\1")], State.BOGUS, "ne correspond pas"),
        ([*START, *hashed(WWW, TOP, 5000)], State.INSECURE, "itérations"),
        (ZONE.records(CHILD, wire.SOA, SOA), State.UNKNOWN, "Aucune réponse"),
        ([], State.BOGUS, "sans signature"),
    ],
)  # fmt: skip
def test_an_absence_is_judged_on_its_proof(
    authority: list[Record], state: State, word: str
) -> None:
    found = judge(message([], authority), NAME)
    assert (found.state, word in found.reason) == (state, True)


def test_an_absence_that_is_proven_is_secure() -> None:
    here = TOP.records(NAME, wire.NSEC, to_wire("zzz.example") + HIDDEN)
    found = judge(message([], [*START, *here]), NAME)
    assert (found.state, found.denial.proof.value) == (State.SECURE, "no_data")
