"""What was seen becomes verdicts: nothing is invented, nothing that was not measured is taken for good."""

from collections.abc import Iterable

import pytest

from rempart.engines.exposure.feeds.bundle import Bundle, Contents, Exploited
from rempart.engines.exposure.judge import Judge
from rempart.engines.exposure.moments import instant
from rempart.engines.exposure.registry import Check, Context, Verdict, failed
from rempart.engines.exposure.report import CheckResult, ExposureReport
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import (
    CertificateSeen,
    ChainSeen,
    TlsSeen,
    VersionSeen,
    VersionState,
)
from rempart.kernel.outcome import Outcome
from support.exposure import AT, FUNCTIONS, TODAY, content, report, service, snapshot, zone


def result(of: ExposureReport, identifier: str) -> CheckResult:
    return next(c for c in of.checks if c.id == identifier)


def test_a_door_that_answers_is_a_finding_with_its_proof() -> None:
    found = report(service(3389, "rdp")).findings[0]
    assert (found.key, found.severity) == ("service_rdp|www.hopital.example:3389", "critical")
    assert (found.evidence, found.sources) == ("X.224", ["rempart"])
    assert found.seen_at.startswith("2026-05-28T")
    assert [r.anchor for r in found.references] == ["R4"]


@pytest.mark.parametrize(
    "reach", [Reach.SILENT, Reach.UNREACHABLE, Reach.BROKEN, Reach.OUTSIDE, Reach.STOPPED]
)
def test_what_did_not_answer_is_not_measured_and_says_why(reach: Reach) -> None:
    found = report(service(3389, reach=reach, reason="Aucune réponse."))
    assert found.findings == []
    assert {(g.reason, g.reach) for g in found.gaps} == {("Aucune réponse.", str(reach))}
    assert result(found, "service_rdp").outcome is Outcome.NOT_MEASURED


def test_a_closed_port_is_cleared_and_not_called_good() -> None:
    said = result(report(service(3389, reach=Reach.CLOSED)), "service_rdp")
    assert said.outcome is Outcome.NOT_APPLICABLE
    assert (said.passed, said.cleared) == (0, ["www.hopital.example:3389"])


def test_the_worst_of_two_addresses_of_one_name_decides() -> None:
    good, bad = service(443, "https"), service(443, "rdp", address="127.0.0.8")
    silent = service(443, reach=Reach.SILENT, reason="Muet.", address="127.0.0.7")
    assert result(report(good, bad, silent), "service_rdp").outcome is Outcome.FAILED
    assert result(report(good, silent), "service_rdp").outcome is Outcome.NOT_MEASURED
    assert result(report(good, silent), "service_rdp").cleared == []


def test_a_check_with_nothing_to_look_at_does_not_apply() -> None:
    assert result(report(service(443)), "dns_bad").outcome is Outcome.NOT_APPLICABLE


def test_a_sweep_that_was_stopped_leaves_the_rest_unmeasured() -> None:
    stopped = report(service(443), pieces=4, pieces_stopped=1)
    assert result(stopped, "dns_bad").outcome is Outcome.NOT_MEASURED
    assert "1 travail n’a pas été fait sur 4" in stopped.notes[0]
    assert (stopped.pieces, stopped.pieces_stopped) == (4, 1)


def test_the_fix_is_that_of_the_product_which_is_there() -> None:
    with_nginx = report(service(80, "http", banner="nginx/1.18", products=["nginx"]))
    without = report(service(80, "http", banner="autre/1"))
    fixes = [found.findings[0].fix for found in (with_nginx, without)]
    assert [f and (f.product, f.minutes) for f in fixes] == [("nginx", 20), ("any", 45)]


def test_a_product_seen_on_the_same_address_and_port_chooses_the_fix() -> None:
    named = service(80, "http", products=["nginx"])
    bare = service(80, "http", host="", banner="nginx/1.18")
    found = report(named, bare).findings[0]
    assert (found.target, found.product) == ("127.0.0.9:80", "nginx")


def broken(_: ServiceSeen, __: Context) -> Iterable[Verdict]:
    raise KeyError("hostile")


def test_a_check_that_breaks_leaves_its_target_unmeasured() -> None:
    check = Check("service_rdp", ServiceSeen, broken, frozenset({Reach.ANSWERED}))
    said = Judge(snapshot(service(3389, "rdp")), today=TODAY).judge(content("service_rdp"), check)
    assert said.result.outcome is Outcome.NOT_MEASURED
    assert "KeyError" in said.gaps[0].reason


def holes(_: ServiceSeen, __: Context) -> Iterable[Verdict]:
    yield failed("Trouée.", cves=("CVE-2024-1",), data_as_of="2026-05-02", severity="medium")
    yield failed("Bien trouée.", cves=("CVE-2024-2",), data_as_of="2026-05-01", severity="critical")


def test_several_holes_of_one_target_are_one_finding_of_the_worst_severity() -> None:
    check = Check("hole_known", ServiceSeen, holes, frozenset({Reach.ANSWERED}))
    known = Contents(
        kev={"CVE-2024-2": Exploited("2024-01-01", "x:y", "X")}, epss={"CVE-2024-1": 0.4}
    )
    judge = Judge(
        snapshot(service(443)), today=TODAY, holes=Bundle(known, [], made_on="2026-05-03")
    )
    (found,) = judge.judge(content("hole_known"), check).findings
    assert (found.severity, found.cves) == ("critical", ["CVE-2024-1", "CVE-2024-2"])
    assert (found.is_exploited, found.epss, found.data_as_of) == (True, 0.4, "2026-05-01")


def test_the_same_observations_give_the_same_report_whatever_their_order() -> None:
    seen = [service(3389, "rdp"), service(80, "http", banner="x/1"), zone("bad.example")]
    one, other = report(*seen), report(*reversed(seen))
    assert [one.findings, one.checks, one.score] == [other.findings, other.checks, other.score]


def test_the_inventory_says_what_answers_and_nothing_else() -> None:
    lines = report(
        service(3389, "rdp"),
        service(25, reach=Reach.SILENT),
        service(443, "https", products=["nginx"]),
    ).endpoints
    assert [(x.port, x.service, x.product) for x in lines] == [
        (3389, "rdp", ""),
        (443, "https", "Nginx"),
    ]


def test_every_check_of_the_tests_is_registered_with_its_kind() -> None:
    assert {c.kind for c in FUNCTIONS.values()} > {ServiceSeen}


def test_an_address_that_answers_on_no_port_is_said_in_a_note() -> None:
    mute = PortsSeen(reach=Reach.SILENT, address="127.0.0.7", silent=[22, 443])
    assert "1 adresse n’a répondu sur aucun port" in report(mute).notes[0]


def test_an_address_that_nobody_tried_is_not_called_mute() -> None:
    untried = [
        PortsSeen(reach=reach, address=f"127.0.0.{k}", reason="Arrêt demandé.")
        for k, reach in enumerate((Reach.STOPPED, Reach.OUTSIDE))
    ]
    cut = PortsSeen(reach=Reach.SILENT, address="127.0.0.9", reason="La durée est dépassée.")
    begun = PortsSeen(
        reach=Reach.STOPPED, address="127.0.0.8", silent=[22], reason="Arrêt demandé."
    )
    mute = PortsSeen(reach=Reach.SILENT, address="127.0.0.7", silent=[22, 443])
    notes = report(*untried, cut, begun, mute).notes
    assert "1 adresse n’a répondu sur aucun port" in notes[0]
    assert "2 adresses n’ont pas été essayées jusqu’au bout" in notes[1]


def test_the_inventory_says_the_versions_and_the_first_certificate_that_ends() -> None:
    chains = [
        ChainSeen(
            certificates=[CertificateSeen(subject="a", issuer="b", not_before=0, not_after=end)]
        )
        for end in (1_800_000_000, 1_790_000_000)
    ]
    versions = [
        VersionSeen(version=name, state=state)
        for name, state in (("TLSv1.2", VersionState.OFFERED), ("TLSv1.0", VersionState.REFUSED))
    ]
    end = Endpoint("127.0.0.9", 993, "imap.hopital.example")
    tls = TlsSeen(reach=Reach.ANSWERED, endpoint=end, versions=versions, chains=chains, at=AT)
    (line,) = report(tls).endpoints
    assert (line.service, line.tls, line.expires_on) == ("tls", "TLS 1.2", "2026-09-21")


def test_a_tls_endpoint_that_speaks_no_version_has_none_in_the_inventory() -> None:
    end = Endpoint("127.0.0.9", 25, "mx.hopital.example")
    refused = [VersionSeen(version="TLSv1.2", state=VersionState.REFUSED)]
    tls = TlsSeen(reach=Reach.ANSWERED, endpoint=end, versions=refused, starttls="smtp", at=AT)
    (line,) = report(tls).endpoints
    assert (line.service, line.tls, line.expires_on) == ("smtp", "", "")


def test_a_web_site_of_which_nothing_else_is_known_is_in_the_inventory() -> None:
    end = Endpoint("127.0.0.9", 8443)
    (line,) = report(HttpSeen(reach=Reach.ANSWERED, endpoint=end, is_tls=True)).endpoints
    assert (line.target, line.service, line.seen_at) == ("127.0.0.9:8443", "https", "")


@pytest.mark.parametrize("at", [0, -5, 1e18, float("nan")])
def test_an_instant_that_no_clock_says_is_left_out(at: float) -> None:
    assert instant(at) == ""


def test_closed_ports_are_said_once_and_only_when_nothing_answers_there() -> None:
    port = PortsSeen(reach=Reach.ANSWERED, address="2001:db8::1", closed=[25, 80], open=[443])
    there = service(80, "http", host="", address="2001:db8::1")
    assert report(port, there).closed == ["[2001:db8::1]:25"]


def test_two_sentences_of_one_target_are_joined_with_one_full_stop() -> None:
    def two(seen: ServiceSeen, context: Context) -> Iterable[Verdict]:
        yield failed("Le premier défaut.", "a")
        yield failed("Le second défaut.", "b")

    check = Check("service_rdp", ServiceSeen, two, frozenset({Reach.ANSWERED}))
    judge = Judge(snapshot(service(3389)), today=TODAY)
    assert judge.judge(content("service_rdp"), check).findings[0].detail == (
        "Le premier défaut ; Le second défaut."
    )
