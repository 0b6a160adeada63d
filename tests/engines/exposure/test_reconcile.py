"""Claims of other tools beside our measure: joined, disputed or alone, and never more than they are worth."""

from typing import Final

import msgspec
import pytest
from hypothesis import given, strategies as st

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.reconcile import Reconciled, reconcile
from rempart.engines.exposure.report import CheckResult, Finding, Gap
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.kernel.outcome import Outcome
from support.exposure import catalogue, content
from support.feeds import sample_bundle

CATALOGUE: Final = exposure_catalogue()
BUNDLE: Final = sample_bundle()
WEB: Final = Endpoint("192.0.2.10", 443, "www.exemple.example")
TARGET: Final = "www.exemple.example:443"
SEEN: Final = [ServiceSeen(reach=Reach.ANSWERED, endpoint=WEB)]


def claim(check: str = "tls_sslv3", says: str = "failed", **more: object) -> ClaimSeen:
    """What a tool says of the web server."""
    told = {"tool": "testssl", "rule": "SSLv3", "title": "SSLv3", "endpoint": WEB} | more
    return ClaimSeen(reach=Reach.ANSWERED, check=check, says=says, **told)  # type: ignore[arg-type]


def finding(check: str = "tls_sslv3") -> Finding:
    """Our own finding on the web server."""
    return Finding(
        f"{check}|{TARGET}",
        check,
        "tls",
        TARGET,
        "x",
        "critical",
        "confirmed",
        "d",
        sources=["rempart"],
    )


def result(check: str = "tls_sslv3", **more: object) -> CheckResult:
    """The result of a check."""
    told = {
        "outcome": Outcome.NOT_APPLICABLE,
        "title": "x",
        "severity": "high",
        "theme": "tls",
    } | more
    return CheckResult(id=check, **told)  # type: ignore[arg-type]


def joined(
    *claims: ClaimSeen,
    findings: list[Finding] | None = None,
    gaps: list[Gap] | None = None,
    results: list[CheckResult] | None = None,
) -> Reconciled:
    """The claims, reconciled with what was judged."""
    told = results if results is not None else [result()]
    return reconcile(
        findings or [], gaps or [], told, claims, catalogue=CATALOGUE, seen=SEEN, holes=BUNDLE
    )


def test_a_claim_that_we_confirm_joins_our_finding() -> None:
    found = joined(claim(), findings=[finding()])
    [one] = found.findings
    assert (one.confidence, one.sources) == ("confirmed", ["rempart", "testssl"])
    assert [(c.tool, c.agrees) for c in one.claims] == [("testssl", True)]


def test_a_tool_that_disagrees_with_our_finding_is_shown_in_it() -> None:
    found = joined(claim(says="passed"), claim(tool="nmap"), findings=[finding()])
    [one] = found.findings
    assert [(c.tool, c.agrees) for c in one.claims] == [("testssl", False), ("nmap", True)]
    assert one.claims[0].says == "Ne relève pas ce défaut."
    assert one.sources == ["rempart", "nmap"]


def test_a_claim_that_our_measure_contradicts_is_shown_and_not_counted() -> None:
    cleared = [result(outcome=Outcome.PASSED, passed=1, cleared=[TARGET])]
    found = joined(claim(), results=cleared)
    assert (found.findings, found.results) == ([], cleared)
    [dispute] = found.disputes
    assert (dispute.check, dispute.target) == ("tls_sslv3", TARGET)
    assert [c.agrees for c in dispute.claims] == [False]


@pytest.mark.parametrize(
    ("passed", "not_applicable", "ours"),
    [(1, 0, "conforme."), (0, 1, "sans objet ici. Aucun nom."), (1, 1, "conforme, ou sans objet.")],
)
def test_a_dispute_says_whether_our_measure_is_good_or_has_no_object(
    passed: int, not_applicable: int, ours: str
) -> None:
    told = {"passed": passed, "not_applicable": not_applicable, "reason": "Aucun nom."}
    [dispute] = joined(claim(title="SSLv3"), results=[result(cleared=[TARGET], **told)]).disputes
    assert dispute.ours == f"Mesuré par Rempart : {ours}"
    assert [c.says for c in dispute.claims] == [CATALOGUE.checks["tls_sslv3"].title]


def test_a_claim_alone_is_possible_and_has_its_tool_as_source() -> None:
    found = joined(claim())
    [one] = found.findings
    assert (one.confidence, one.sources, one.target) == ("possible", ["testssl"], TARGET)
    assert one.fix is not None
    assert "non mesuré par Rempart" in one.detail
    assert (found.results[0].outcome, found.results[0].failed) == (Outcome.FAILED, 1)


def test_a_claim_on_what_we_could_not_measure_takes_the_place_of_the_gap_and_says_why() -> None:
    gap = Gap("tls_sslv3", TARGET, "Aucune réponse.")
    unsure = [result(outcome=Outcome.NOT_MEASURED, not_measured=1, reason="Aucune réponse.")]
    found = joined(claim(), gaps=[gap], results=unsure)
    assert found.gaps == []
    assert "Aucune réponse." in found.findings[0].detail
    assert (found.results[0].not_measured, found.results[0].failed) == (0, 1)


def test_a_tool_that_finds_all_well_does_not_fill_a_gap() -> None:
    gap = Gap("tls_sslv3", TARGET, "Aucune réponse.")
    found = joined(claim(says="passed"), gaps=[gap])
    assert (found.findings, found.gaps) == ([], [gap])


@pytest.mark.parametrize("check", ["tls_self_signed", "tls_chain_incomplete", "tls_expired"])
def test_who_calls_a_chain_untrusted_joins_our_finding_that_says_why(check: str) -> None:
    told = claim("tls_untrusted", tool="nessus", rule="51192")
    cleared = [result("tls_untrusted", outcome=Outcome.PASSED, passed=1, cleared=[TARGET])]
    found = joined(told, findings=[finding(check)], results=cleared)
    [one] = found.findings
    assert (one.check, one.sources, found.disputes) == (check, ["rempart", "nessus"], [])


def test_what_a_tool_accuses_without_weighing_it_is_kept() -> None:
    told = claim("", tool="nmap", rule="any-script", title="Any", severity="")
    [one] = joined(told).findings
    assert (one.check, one.severity, one.sources) == ("hole_other_tool", "medium", ["nmap"])


def test_a_target_that_a_tool_alone_accuses_is_not_said_cleared() -> None:
    told = claim("unknown_check", tool="nmap", rule="any-script", title="Any")
    other = "autre.exemple.example:443"
    found = joined(told, results=[result("hole_other_tool", cleared=[TARGET, other])])
    assert [one.target for one in found.findings] == [TARGET]
    assert [one.cleared for one in found.results] == [[other]]


def test_who_calls_the_name_wrong_joins_our_finding_of_a_certificate_without_names() -> None:
    cleared = [result("tls_name_mismatch", not_applicable=1, cleared=[TARGET])]
    ours = finding("tls_no_alternative_name")
    found = joined(claim("tls_name_mismatch"), findings=[ours], results=cleared)
    assert [(one.check, one.sources) for one in found.findings] == [
        ("tls_no_alternative_name", ["rempart", "testssl"])
    ]
    assert found.disputes == []


def test_a_claim_by_address_reaches_the_name_under_which_we_looked() -> None:
    found = joined(claim(endpoint=Endpoint("192.0.2.10", 443)), findings=[finding()])
    assert [one.target for one in found.findings] == [TARGET]
    assert found.findings[0].sources == ["rempart", "testssl"]


def test_a_port_that_is_closed_here_contradicts_who_saw_it_open() -> None:
    told = claim("service_remote_desktop", tool="nmap", endpoint=Endpoint("192.0.2.10", 3389))
    ports = PortsSeen(reach=Reach.ANSWERED, address="192.0.2.10", closed=[3389])
    found = reconcile([], [], [], [told], catalogue=CATALOGUE, seen=[ports])
    assert found.findings == []
    assert "rien n’écoute" in found.disputes[0].ours


def test_a_name_that_we_do_not_know_does_not_hide_that_the_port_is_closed() -> None:
    place = Endpoint("192.0.2.10", 3389, "rds.exemple.example")
    told = claim("service_remote_desktop", tool="nmap", endpoint=place)
    ports = PortsSeen(reach=Reach.ANSWERED, address="192.0.2.10", closed=[3389])
    found = reconcile([], [], [], [told], catalogue=CATALOGUE, seen=[ports])
    assert [one.target for one in found.disputes] == ["192.0.2.10:3389"]
    # Known, and leading elsewhere since: what the tool saw there is another machine's affair.
    host = HostSeen(reach=Reach.ANSWERED, name=place.name, addresses=["192.0.2.11"])
    moved = reconcile([], [], [], [told], catalogue=CATALOGUE, seen=[ports, host])
    assert [one.target for one in moved.findings] == [place.label]


def test_a_service_that_we_recognised_contradicts_who_calls_it_something_else() -> None:
    told = claim("service_remote_desktop", tool="nmap", rule="service/ms-wbt-server")
    seen = [ServiceSeen(reach=Reach.ANSWERED, endpoint=WEB, service="https")]
    found = reconcile([], [], [], [told], catalogue=CATALOGUE, seen=seen)
    assert found.findings == []
    assert "(https)" in found.disputes[0].ours


@pytest.mark.parametrize(
    ("version", "cve", "disputes"),
    [("1.28.1", "CVE-2099-0002", 1), ("", "CVE-2099-0002", 0), ("1.28.1", "CVE-2099-7000", 0)],
)
def test_a_hole_is_contradicted_only_by_a_version_seen_and_a_bundle_that_describes_it(
    version: str, cve: str, disputes: int
) -> None:
    product = Product(id="nginx", name="nginx", version=version)
    seen = [ServiceSeen(reach=Reach.ANSWERED, endpoint=WEB, products=[product])]
    results = [result("hole_known", outcome=Outcome.PASSED, cleared=[TARGET])]
    told = [claim("hole_known", tool="nessus", cves=[cve])]
    found = reconcile([], [], results, told, catalogue=CATALOGUE, seen=seen, holes=BUNDLE)
    assert (len(found.disputes), len(found.findings)) == (disputes, 1 - disputes)


def test_several_tools_make_one_finding() -> None:
    found = joined(claim(), claim(tool="nmap", rule="ssl-enum-ciphers/SSLv3"), claim(tool="gvm"))
    [one] = found.findings
    assert one.sources == ["gvm", "nmap", "testssl"]
    assert one.confidence == "possible"


def test_a_hole_of_the_exploited_list_said_by_a_tool_is_held_at_medium() -> None:
    told = claim("hole_known", tool="nessus", cves=["CVE-2099-0001"], severity="critical")
    [one] = joined(told).findings
    assert (one.check, one.severity, one.confidence) == (
        "hole_known_exploited",
        "medium",
        "possible",
    )
    assert (one.is_exploited, one.epss, one.data_as_of) == (True, 0.91234, "2026-02-28")


def test_a_product_that_a_tool_names_is_matched_as_its_claim() -> None:
    product = Product(id="nginx", name="nginx", version="1.18.0")
    told = claim("", tool="nmap", rule="service/http", product=product, severity="info")
    [one] = joined(told).findings
    assert (one.check, one.cves, one.sources) == ("hole_known", ["CVE-2099-0002"], ["nmap"])


def test_what_no_check_of_ours_looks_at_is_kept_when_it_has_a_severity() -> None:
    bad = claim("", tool="nessus", rule="900002", title="Default page", severity="high")
    quiet = claim("", tool="nessus", rule="900003", title="Banner", severity="info")
    [one] = joined(bad, quiet).findings
    assert (one.check, one.severity, one.sources) == ("hole_other_tool", "medium", ["nessus"])
    assert "Default page" in one.detail


def test_a_claim_on_a_zone_is_about_the_nearest_zone_that_we_looked_at() -> None:
    told = claim("dns_caa_absent", rule="DNS_CAArecord")
    assert joined(told).findings == []
    zone = ZoneSeen(reach=Reach.ANSWERED, domain="exemple.example")
    found = reconcile([], [], [result("dns_caa_absent")], [told], catalogue=CATALOGUE, seen=[zone])
    assert [one.target for one in found.findings] == ["exemple.example"]


@given(
    st.permutations(
        [claim(), claim(says="passed", tool="nmap"), claim("", severity="low"), claim("tls_rc4")]
    )
)
def test_the_order_of_the_claims_changes_nothing(claims: list[ClaimSeen]) -> None:
    straight = joined(*sorted(claims, key=repr))
    assert msgspec.json.encode(straight.findings) == msgspec.json.encode(joined(*claims).findings)


@pytest.mark.parametrize("said", ["failed", "passed"])
def test_without_claims_nothing_changes(said: str) -> None:
    findings = [finding()] if said == "failed" else []
    results = [result(outcome=Outcome(said), cleared=[] if findings else [TARGET])]
    found = joined(findings=findings, results=results)
    assert (found.findings, found.results, found.disputes) == (findings, results, [])


def test_a_tool_that_finds_all_well_where_we_do_too_is_no_dispute() -> None:
    cleared = [result(outcome=Outcome.PASSED, passed=1, cleared=[TARGET])]
    found = joined(claim(says="passed"), results=cleared)
    assert (found.findings, found.results, found.disputes) == ([], cleared, [])


def test_a_catalogue_without_a_check_for_the_rest_drops_what_nothing_looks_at() -> None:
    told = [claim("", severity="high"), claim()]
    found = reconcile(
        [], [], [result()], told, catalogue=catalogue(content("tls_sslv3")), seen=SEEN
    )
    assert [one.check for one in found.findings] == ["tls_sslv3"]


def test_one_product_named_by_two_tools_makes_one_finding_of_both() -> None:
    product = Product(id="nginx", name="nginx", version="1.18.0")
    told = [claim("", tool=t, rule="service/http", product=product) for t in ("nmap", "shodan")]
    [one] = [f for f in joined(*told).findings if f.check == "hole_known"]
    assert (one.cves, one.sources) == (["CVE-2099-0002"], ["nmap", "shodan"])
