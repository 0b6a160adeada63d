"""DMARC over answers made up: the domain above, and those who should accept the reports."""

import asyncio

from rempart.engines.exposure.probe.dns import wire
from rempart.engines.exposure.probe.dns.answers import Found
from rempart.engines.exposure.probe.mail.dmarc import look_at_dmarc
from rempart.engines.exposure.seen.mail import DmarcSeen
from support.dns_told import SILENT, Told, strings

POLICY = "v=DMARC1; p=reject; rua=mailto:a@ch.fr,mailto:b@oui.fr,mailto:c@non.fr,mailto:d@muet.fr"


def look(domain: str, answers: dict[str, Found]) -> DmarcSeen:
    told = {(name, wire.TXT): found for name, found in answers.items()}
    return asyncio.run(look_at_dmarc(domain, Told(told), 0.0))  # type: ignore[arg-type]


def test_the_record_of_the_domain_above_counts_where_there_is_none() -> None:
    found = look("rdv.ch.fr", {"_dmarc.ch.fr": strings("v=DMARC1; p=none; sp=reject")})
    assert (found.found_at, found.policy, found.sub_policy) == ("ch.fr", "none", "reject")


def test_third_parties_accept_refuse_or_could_not_be_asked() -> None:
    found = look(
        "ch.fr",
        {
            "_dmarc.ch.fr": strings(POLICY),
            "ch.fr._report._dmarc.oui.fr": strings("v=DMARC1"),
            "ch.fr._report._dmarc.muet.fr": SILENT,
        },
    )
    assert (found.refused_by, found.unknown_at) == (["non.fr"], ["muet.fr"])


def test_a_receiver_whose_name_is_impossible_has_not_accepted() -> None:
    found = look("ch.fr", {"_dmarc.ch.fr": strings("v=DMARC1; p=none; rua=mailto:a@" + "b" * 70)})
    assert found.refused_by == ["b" * 70]


def test_without_any_record_nothing_is_found() -> None:
    found = look("ch.fr", {})
    assert (found.records.is_absent, found.found_at, found.policy) == (True, "", "")
