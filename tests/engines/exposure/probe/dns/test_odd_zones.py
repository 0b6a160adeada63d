"""What is said of domains that are not like the others: absent, parked, in failure, aliases, accents, signed wrongly."""

import time
from datetime import date

import pytest

from rempart.engines.exposure.judge import verdicts_on
from rempart.engines.exposure.registry import CHECKS, Context
from rempart.engines.exposure.seen.common import Reach
from support.dns_world import World, outcome, verdicts
from support.parts import LOOPBACK

pytestmark = [pytest.mark.needs("bind"), pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

TODAY = date(2026, 6, 1)
OF_NAMES = sorted(name for name in CHECKS if name.startswith("dns_"))
OF_MAIL = sorted(name for name in CHECKS if name.startswith("mail_"))
OF_ITS_SERVERS = {"dns_one_server", "dns_same_network", "dns_open_resolver"}


@pytest.mark.parametrize("identifier", [*OF_NAMES, *OF_MAIL])
def test_of_a_domain_that_does_not_exist_nothing_is_judged(world: World, identifier: str) -> None:
    seen = world.once("zone" if identifier.startswith("dns_") else "mail", "absent.example")
    said = [(str(v.outcome), v.detail) for v in verdicts(identifier, seen)]
    assert said == [("not_applicable", "Ce domaine n’existe pas.")]


def test_a_zone_in_failure_is_called_neither_good_nor_bad(world: World) -> None:
    seen = world.once("zone", "fails.example")
    said = {name: outcome(name, seen) for name in OF_NAMES}
    assert {name for name, word in said.items() if word == "passed"} == OF_ITS_SERVERS
    # What the registry proves is known all the same.
    assert {name for name, word in said.items() if word == "failed"} == {"dns_dnssec_absent"}
    assert "SERVFAIL" in verdicts("dns_lame_server", seen)[0].detail


@pytest.mark.parametrize("identifier", OF_MAIL)
def test_the_mail_of_a_zone_in_failure_is_not_measured(world: World, identifier: str) -> None:
    seen = world.once("mail", "fails.example")
    assert seen.reach is Reach.BROKEN
    (said,) = verdicts_on(CHECKS[identifier], seen, Context({}, TODAY))
    assert (str(said.outcome), "panne du serveur" in said.detail) == ("not_measured", True)


def test_a_parked_domain_is_asked_for_no_mail_server(world: World) -> None:
    seen = world.once("mail", "silent-mail.example")
    said = {name: outcome(name, seen) for name in OF_MAIL}
    assert said["mail_spf_open"] == said["mail_null_absent"] == "passed"
    without = ("starttls", "sts", "dane", "tls_report", "exchanger", "dkim")
    assert {said[n] for n in OF_MAIL if n.startswith(tuple(f"mail_{w}" for w in without))} == {
        "not_applicable"
    }


def test_a_domain_with_accents_is_the_one_that_the_dns_writes_without(world: World) -> None:
    seen = world.zone("hôpital.example")
    assert (seen.reach, seen.is_missing, seen.dnssec.state) == (Reach.ANSWERED, False, "secure")
    assert outcome("mail_spf_open", world.mail("hôpital.example")) == "passed"


def test_a_host_that_is_an_alias_in_a_signed_zone_is_not_bogus(world: World) -> None:
    seen = world.once("zone", "www.good.example")
    assert (seen.reach, seen.dnssec.state) == (Reach.ANSWERED, "secure")
    assert outcome("dns_dnssec_bogus", seen) == "passed"


def test_an_alias_that_leads_nowhere_is_not_a_domain_that_does_not_exist(world: World) -> None:
    seen = world.once("zone", "gone.unpinned.example")
    assert not seen.is_missing
    assert outcome("dns_dangling_alias", seen) == "failed"


def test_what_dnssec_denies_is_never_called_good(world: World) -> None:
    zone, mail = world.once("zone", "wrongds.example"), world.once("mail", "wrongds.example")
    signed = {name: outcome(name, zone) for name in OF_NAMES if "dnssec" in name}
    assert signed.pop("dns_dnssec_bogus") == "failed"
    assert set(signed.values()) == {"not_applicable"}
    assert {outcome(name, mail) for name in OF_MAIL} == {"not_measured"}


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_wrong_blames_no_domain(world: World, years: int) -> None:
    seen = world.zone("good.example", now=time.time() + years * 31_557_600)
    assert (seen.reach, seen.dnssec.state) == (Reach.ANSWERED, "unknown")
    assert "failed" not in {outcome(name, seen) for name in OF_NAMES}
    (said,) = verdicts("dns_dnssec_bogus", seen)
    assert "Son horloge est fausse" in said.detail
