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


def test_an_alias_that_nobody_can_take_is_less_severe() -> None:
    alias = AliasSeen(name="old.ch.fr", target="gone.ch.fr", state="missing")
    found = list(dns.dangling_alias(zone("ch.fr", aliases=[alias]), context("dns_dangling_alias")))
    assert [(v.outcome, v.severity) for v in found] == [(Outcome.FAILED, "medium")]
    assert found[0].detail == "old.ch.fr renvoie vers gone.ch.fr, qui n’existe plus."


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
