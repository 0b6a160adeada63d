"""DKIM over answers made up: what is found, what is missing, and what could not be read."""

import asyncio
from collections.abc import Sequence

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.dns.dnssec import State
from rempart.engines.exposure.probe.dns.names import to_wire
from rempart.engines.exposure.probe.mail.dkim import USUAL_SELECTORS, look_at_dkim
from rempart.engines.exposure.seen.mail import DkimSeen
from support.dns_told import SILENT, Told, said, strings


def look(answers: dict[str, Found], selectors: Sequence[str] = ()) -> DkimSeen:
    told = {(f"{name}x.example", wire.TXT): found for name, found in answers.items()}
    return asyncio.run(look_at_dkim(to_wire("x.example"), selectors, Told(told), 0.0))  # type: ignore[arg-type]


def test_a_selector_that_is_no_name_is_not_asked() -> None:
    assert look({}, ["a" * 70, "s"]).tried == ["s", *USUAL_SELECTORS]


def test_selectors_given_that_lead_nowhere_are_missing() -> None:
    found = look({"s._domainkey.": strings("bonjour"), "t._domainkey.": strings("p=")}, ["s", "t"])
    assert (found.missing, [key.selector for key in found.keys]) == (["s"], ["t"])


def test_a_selector_that_could_not_be_read_gives_its_reason() -> None:
    found = look({"s._domainkey.": SILENT, "google._domainkey.": strings("autre chose")}, ["s"])
    assert (found.reason, found.missing, found.keys) == ("Aucune réponse.", [], [])


def test_a_proof_that_nothing_stands_there_is_a_fact() -> None:
    gone = said(rcode=wire.NXDOMAIN, state=State.SECURE)
    assert look({"_domainkey.": gone}).is_none
    assert not look({"_domainkey.": gone}, ["s"]).is_none
