"""Verdicts on a zone that the packaged examples do not reach."""

from dataclasses import replace

import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.checks import dns, dns_signed
from rempart.engines.exposure.registry import Context, Verdict
from rempart.engines.exposure.seen.dns import AliasSeen, DnssecSeen, Fact
from rempart.kernel.outcome import Outcome
from support.exposure import TODAY, zone
from support.feeds import sample_bundle


def context(identifier: str) -> Context:
    return Context(exposure_checks()[identifier].params, TODAY)


def servers(*names: str) -> Fact:
    return Fact(is_known=True, values=list(names))


def test_a_server_that_only_one_side_names_is_told_by_its_side() -> None:
    def said(parent: Fact, child: Fact) -> Verdict:
        seen = zone("ch.fr", parent_servers=parent, child_servers=child)
        return next(iter(dns.delegation_differs(seen, context("dns_delegation_differs"))))

    more, less = servers("a.fr", "b.fr"), servers("a.fr")
    assert said(less, more).detail == "Serveurs de noms nommés dans la zone seulement : b.fr."
    assert "bureau d’enregistrement seulement : b.fr" in said(more, less).detail


@pytest.mark.parametrize(
    ("target", "severity", "said"),
    [
        ("gone.ch.fr", "low", "dans votre propre zone"),
        ("gone.ailleurs.fr", "medium", "rien ne dit que d’autres"),
        ("gone.autrech.fr", "medium", "rien ne dit que d’autres"),
    ],
)
@pytest.mark.parametrize("apex", ["", "ch.fr"])
def test_an_alias_that_nobody_can_take_is_less_severe_and_says_why(
    target: str, severity: str, said: str, apex: str
) -> None:
    alias = AliasSeen(name="old.ch.fr", target=target, state="missing")
    seen = zone("www.ch.fr" if apex else "ch.fr", apex=apex, aliases=[alias])
    (found,) = dns.dangling_alias(seen, context("dns_dangling_alias"))
    assert (found.outcome, found.severity) == (Outcome.FAILED, severity)
    assert found.detail.startswith(f"old.ch.fr renvoie vers {target}, qui n’existe plus ; ")
    assert said in found.detail and "le catalogue le dit grave" in found.detail


def test_an_alias_in_a_zone_of_a_host_where_anyone_takes_a_name_stays_grave() -> None:
    alias = AliasSeen(name="old.azurewebsites.net", target="a.azurewebsites.net", state="missing")
    seen = zone("azurewebsites.net", aliases=[alias])
    (found,) = dns.dangling_alias(seen, context("dns_dangling_alias"))
    assert found.severity == ""


@pytest.mark.parametrize(
    ("target", "severity", "as_of"),
    [
        ("ch.pages.example.net", "", True),
        ("pages.example.net", "", True),
        ("otherpages.example.net", "medium", False),
        ("old.azurewebsites.net", "", False),
    ],
)
def test_the_list_of_the_bundle_says_where_a_name_can_be_taken(
    target: str, severity: str, as_of: bool
) -> None:
    alias = AliasSeen(name="old.ch.fr", target=target, state="missing")
    with_list = replace(context("dns_dangling_alias"), holes=sample_bundle())
    (found,) = dns.dangling_alias(zone("ch.fr", aliases=[alias]), with_list)
    assert (found.severity, bool(found.data_as_of)) == (severity, as_of)
    assert ("chacun peut reprendre ce nom" in found.detail) is (severity == "")


def test_a_signature_that_nobody_verifies_any_more_is_told() -> None:
    seen = zone("ch.fr", dnssec=DnssecSeen(state="insecure", digests=[2], algorithms=[1]))
    found = next(iter(dns_signed.weak(seen, context("dns_dnssec_weak"))))
    assert (found.outcome, "aucun résolveur" in found.detail) == (Outcome.FAILED, True)
