"""SPF over answers made up: addresses of either kind, and names that are none."""

import asyncio

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.mail.spf import look_at_spf
from rempart.engines.exposure.seen.mail import SpfSeen
from support.dns_told import SILENT, Told, said, strings


def look(text: str, answers: dict[tuple[str, int], Found]) -> SpfSeen:
    told = {("ch.fr", wire.TXT): strings(text)} | answers
    return asyncio.run(look_at_spf("ch.fr", Told(told), 0.0))  # type: ignore[arg-type]


def test_a_host_of_ipv6_only_is_not_an_empty_lookup() -> None:
    six = {("a.fr", wire.A): said(), ("a.fr", wire.AAAA): said(b"\x20\1" + b"\0" * 14)}
    assert look("v=spf1 a:a.fr -all", six).void_lookups == 0
    assert look("v=spf1 a:a.fr mx:b.fr -all", {}).void_lookups == 2


def test_a_lookup_without_an_answer_leaves_the_rest_unknown() -> None:
    found = look("v=spf1 a:a.fr -all", {("a.fr", wire.A): SILENT})
    assert (found.is_whole, found.reason, found.ending) == (False, "Aucune réponse.", "-")


def test_a_name_that_is_none_is_a_fault() -> None:
    found = look(f"v=spf1 a:{'b' * 70} include:{'c' * 70} -all", {})
    assert any("impossible" in fault for fault in found.faults)
    assert found.lookups == 2
