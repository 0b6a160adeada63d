"""SPF followed through a server: lookups counted as receivers count them."""

import pytest

from rempart.engines.exposure.probe.dns.resolver import Resolver
from rempart.engines.exposure.probe.mail.spf import look_at_spf
from rempart.engines.exposure.seen.mail import SpfSeen
from support.dns_answers import ask_all, flags, reply, txt
from support.dns_servers import Answering
from support.parts import LOOPBACK

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


def followed(**records: str) -> SpfSeen:
    """The SPF of `a.example`; a name without a record has none, `dead` refuses to answer."""

    def say(question: bytes) -> list[bytes]:
        label = question[13 : 13 + question[12]].decode()
        if label == "dead":
            return [flags(reply(question, b"", answers=0), 5)]
        end = question.index(b"\0", 12)
        is_text = question[end + 1 : end + 3] == b"\0\x10"
        if label in records and is_text:
            return [reply(question, txt(records[label].encode()))]
        return [reply(question, b"", answers=0)]

    with Answering("127.0.0.1", 0, say) as server:

        async def ask(resolver: Resolver) -> SpfSeen:
            return await look_at_spf("a.example", resolver, await resolver.open())

        return ask_all(ask, server.port)


def test_a_redirection_gives_its_ending() -> None:
    seen = followed(a="v=spf1 redirect=b.example", b="v=spf1 ip4:192.0.2.1 -all")
    assert (seen.ending, seen.lookups, seen.is_whole, seen.includes) == (
        "-",
        1,
        True,
        ["b.example"],
    )


def test_a_redirection_after_all_is_not_followed() -> None:
    assert followed(a="v=spf1 ~all redirect=b.example").lookups == 0


def test_what_stands_after_all_does_not_count() -> None:
    assert followed(a="v=spf1 -all include:b.example").lookups == 0


def test_a_macro_counts_and_is_not_asked() -> None:
    seen = followed(a="v=spf1 exists:%{i}.x.example include:%{d}.y.example ptr -all")
    assert (seen.lookups, seen.void_lookups, seen.faults) == (3, 0, [])


def test_names_without_an_address_are_void() -> None:
    seen = followed(a="v=spf1 a:v1.example mx:v2.example a:v3.example -all")
    assert (seen.lookups, seen.void_lookups) == (3, 3)


def test_an_include_without_a_record_is_a_fault() -> None:
    seen = followed(a="v=spf1 include:nothing.example -all")
    assert seen.void_lookups == 1
    assert "nothing.example" in seen.faults[0]


def test_an_include_that_could_not_be_read_is_not_a_fault() -> None:
    seen = followed(a="v=spf1 include:dead.example a:dead.example -all")
    assert (seen.faults, seen.is_whole, seen.ending) == ([], False, "-")
    assert "refus" in seen.reason


def test_a_loop_is_told_once() -> None:
    seen = followed(a="v=spf1 include:b.example -all", b="v=spf1 include:a.example -all")
    assert [fault for fault in seen.faults if "tourne en rond" in fault] == seen.faults
    assert seen.lookups == 2


def test_a_name_that_is_none_is_a_fault() -> None:
    assert followed(a=f"v=spf1 a:{'x' * 70}.example include:{'x' * 70}.example -all").faults
