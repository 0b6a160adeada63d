"""Files of other tools, told by their content: what each says, and nothing of what it should not keep."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Final

import pytest

from rempart.engines.exposure.read.imports import Import, kind_of, read_import
from rempart.engines.exposure.read.mapped_csv import read_mapping
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.kernel.errors import UnreadableSource

SAMPLES: Final = Path(__file__).parents[3] / "data" / "exposure" / "imports"


def read(name: str) -> Import:
    """One sample."""
    return read_import(SAMPLES / name)


def by_rule(found: Import) -> dict[str, ClaimSeen]:
    """Claims by the tool's rule."""
    return {claim.rule: claim for claim in found.claims}


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("nmap.xml", "nmap"),
        ("nuclei.jsonl", "nuclei"),
        ("testssl.json", "testssl"),
        ("testssl-pretty.json", "testssl"),
        ("sslyze.json", "sslyze"),
        ("sslscan.xml", "sslscan"),
        ("gvm.xml", "gvm"),
        ("scan.nessus", "nessus"),
        ("shodan.jsonl", "shodan"),
        ("onyphe.ndjson", "onyphe"),
    ],
)
def test_a_tool_is_known_by_what_it_writes_whatever_the_name(
    tmp_path: Path, name: str, tool: str
) -> None:
    file = tmp_path / "renamed.bin"
    file.write_bytes(gzip.compress((SAMPLES / name).read_bytes()))
    found = read_import(file)
    assert found.tool == tool
    assert found.claims == read(name).claims != []
    assert {c.target for c in found.claims} & {"www.exemple.example:443", "www.exemple.example:0"}


def test_nmap_gives_open_ports_with_their_products_and_what_tls_should_not_offer() -> None:
    found = by_rule(read("nmap.xml"))
    https = found["service/https"]
    assert (https.target, https.at, https.says) == (
        "www.exemple.example:443",
        1767225660.0,
        "failed",
    )
    assert https.product is not None
    assert (https.product.id, https.product.version, https.product.packaged) == (
        "apache",
        "2.4.57",
        "debian",
    )
    assert found["ssl-enum-ciphers/TLSv1.0"].check == "tls_10_11"
    assert found["ssl-enum-ciphers/3DES"].check == "tls_3des"
    assert found["http-vuln-sample"].cves == ["CVE-2099-0030"]
    assert "ssl-enum-ciphers/TLSv1.2" not in found
    assert "service/ms-wbt-server" not in found


def test_nuclei_is_read_without_doubles_and_without_any_secret() -> None:
    found = read("nuclei.jsonl")
    assert [claim.rule for claim in found.claims] == ["sample-panel", "CVE-2099-0031:version"]
    hole = found.claims[1]
    assert (hole.severity, hole.cves, hole.check) == ("critical", ["CVE-2099-0031"], "hole_known")
    assert hole.evidence == "https://www.exemple.example:443/api 4.2.1"
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("failed (self signed).", "tls_self_signed"),
        ("failed (chain incomplete).", "tls_chain_incomplete"),
        ("failed (expired).", "tls_expired"),
        ("failed (self signed CA in chain).", "tls_untrusted"),
    ],
)
def test_testssl_says_why_a_chain_is_not_believed(words: str, check: str, tmp_path: Path) -> None:
    said = {
        "id": "cert_chain_of_trust", "ip": "192.0.2.10/192.0.2.10", "port": "443",
        "severity": "CRITICAL", "finding": words,
    }  # fmt: skip
    path = tmp_path / "testssl.json"
    path.write_text(json.dumps([said]), "utf-8")
    (claim,) = read_import(path).claims
    assert (claim.check, claim.says) == (check, "failed")


def test_testssl_says_what_is_wrong_and_what_is_right_and_not_what_it_could_not_test() -> None:
    found = by_rule(read("testssl.json"))
    assert (found["SSLv3"].check, found["SSLv3"].says) == ("tls_sslv3", "failed")
    assert (found["TLS1"].check, found["TLS1"].says) == ("tls_10_11", "passed")
    assert found["cert_expirationStatus"].check == "tls_expires_soon"
    assert "heartbleed" not in found
    assert by_rule(read("testssl-pretty.json"))["RC4"].says == "passed"


def test_testssl_names_what_it_calls_vulnerable(tmp_path: Path) -> None:
    row = {
        "id": "heartbleed",
        "ip": "www.chu.example/192.0.2.1",
        "port": "443",
        "severity": "CRITICAL",
    }
    path = tmp_path / "testssl.json"
    path.write_text(
        json.dumps([row | {"finding": "VULNERABLE (NOT ok)", "cve": "CVE-2014-0160"}]), "utf-8"
    )
    assert [claim.title for claim in read_import(path).claims] == [
        "heartbleed : VULNERABLE (NOT ok)"
    ]


def test_sslyze_says_nothing_of_a_command_that_failed() -> None:
    found = by_rule(read("sslyze.json"))
    assert found["ssl_3_0_cipher_suites"].says == "failed"
    assert found["tls_1_0_cipher_suites"].says == "passed"
    assert found["cipher_suites/RC4"].check == "tls_rc4"
    assert found["certificate_info/trusted"].says == "failed"
    assert found["certificate_info/hostname"].says == "passed"
    assert found["robot"].says == "passed"
    assert "tls_1_1_cipher_suites" not in found
    assert "tls_1_2_cipher_suites" not in found


def test_the_quality_of_detection_of_gvm_is_its_confidence() -> None:
    sure, guess = read("gvm.xml").claims
    assert (sure.confidence, sure.severity, sure.cves) == (
        "confirmed",
        "critical",
        ["CVE-2099-0040"],
    )
    assert (sure.target, sure.title) == ("www.exemple.example:443", "Sample remote execution")
    assert (guess.confidence, guess.severity, guess.target) == ("possible", "info", "192.0.2.10:0")


def test_nessus_gives_its_results_with_their_holes() -> None:
    hole, page = read("scan.nessus").claims
    assert (hole.rule, hole.severity, hole.at) == ("900001", "critical", 1772359200.0)
    assert hole.cves == ["CVE-2099-0050", "CVE-2099-0051"]
    assert hole.evidence == "Version 1.2.3 < 1.2.4"
    assert (page.severity, page.check, page.evidence) == ("medium", "", "A default page.")


@pytest.mark.parametrize("name", ["shodan.jsonl", "onyphe.ndjson"])
def test_search_engines_give_products_and_holes_by_banner(name: str) -> None:
    found = by_rule(read(name))
    hole = found["CVE-2099-0002"]
    assert (hole.check, hole.confidence) == ("hole_known", "possible")
    assert hole.product is not None and (hole.product.id, hole.product.version) == (
        "nginx",
        "1.18.0",
    )
    assert hole.at == 1772359200.0


def test_a_whole_answer_of_shodan_is_read_like_its_lines(tmp_path: Path) -> None:
    lines = (SAMPLES / "shodan.jsonl").read_text("utf-8").splitlines()
    whole = tmp_path / "search.json"
    whole.write_text('{\n"matches": [' + ",\n".join(lines) + '], "total": 2}', encoding="utf-8")
    assert len(read_import(whole).claims) == len(read("shodan.jsonl").claims)


def test_search_engines_may_answer_with_lists_and_hide_anything(tmp_path: Path) -> None:
    rows = [
        {"ip_str": "192.0.2.1", "port": 443, "vulns": ["CVE-2099-0001"], "cpe": "cpe:/a:f5:nginx"},
        {"ip_str": None, "port": "x", "vulns": 3, "hostnames": 4},
        5,
    ]
    file = tmp_path / "list.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    found = read_import(file)
    assert {claim.rule for claim in found.claims} == {"service/inconnu", "CVE-2099-0001"}
    file.write_text(
        json.dumps({"count": 1, "results": [{"@category": "x", "ip": "192.0.2.1"}]}), "utf-8"
    )
    assert read_import(file).tool == "onyphe"
    file.write_text(json.dumps({"ip_str": "192.0.2.9", "data": [{"port": 80}]}), "utf-8")
    assert [claim.target for claim in read_import(file).claims] == ["192.0.2.9:80"]


def test_what_nmap_says_oddly_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "odd.xml"
    file.write_text(
        '<nmaprun><state/><cpe>cpe:/a:x:y</cpe><host><address addr="192.0.2.1" addrtype="ipv4"/>'
        '<address addr="02:00:00:00:00:01" addrtype="mac"/>'
        '<script id="host" output="State: VULNERABLE"/><ports><port portid="x"/><port portid="123456"/>'
        '<port portid="23"><state state="closed"/><service name="telnet"/></port>'
        '<port portid="24"><state state="closed"/></port></ports></host></nmaprun>',
        encoding="utf-8",
    )
    host, claim = read_import(file).claims
    assert (claim.target, claim.check, claim.says) == ("192.0.2.1:23", "service_telnet", "passed")
    assert (host.rule, host.target, host.confidence) == ("host", "192.0.2.1:0", "probable")


def test_a_whole_answer_that_is_cut_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "search.json"
    file.write_text('{\n"matches": [{"ip_str": "192.0.2.1"', encoding="utf-8")
    with pytest.raises(UnreadableSource, match="incomplet"):
        read_import(file)


def test_a_table_of_the_state_is_read_through_its_mapping() -> None:
    mapping = read_mapping(SAMPLES / "state.yaml")
    found = read_import(SAMPLES / "state.csv", mapping=mapping)
    first, second = found.claims
    assert (first.target, first.check, first.severity) == (
        "www.exemple.example:443",
        "tls_sslv3",
        "critical",
    )
    assert first.title == "SSLv3 accepté"
    assert (second.target, second.severity) == ("vpn.exemple.example:443", "high")
    assert second.cves == ["CVE-2099-0001", "CVE-2099-0002"]
    assert found.dropped == 1


def test_a_file_of_windows_in_utf_16_is_read(tmp_path: Path) -> None:
    for name in ("nmap.xml", "testssl.json", "nuclei.jsonl"):
        text = (SAMPLES / name).read_text("utf-8").replace("UTF-8", "UTF-16")
        file = tmp_path / name
        file.write_bytes(text.encode("utf-16"))
        assert read_import(file).claims == read(name).claims


def test_a_text_that_only_looks_like_json_has_no_tool(tmp_path: Path) -> None:
    assert kind_of(b'{"a": 1}') == ""
    assert kind_of(b"<html><body/></html>") == ""
    shutil.copy(SAMPLES / "state.csv", tmp_path / "state.csv")


@pytest.mark.parametrize(
    ("name", "head", "tail", "rule"),
    [
        (
            "scan.nessus",
            '<NessusClientData_v2><ReportHost name="192.0.2.1"><ReportItem port="443" pluginID="9"><plugin_output>',
            "</plugin_output></ReportItem></ReportHost></NessusClientData_v2>",
            "9",
        ),
        (
            "nmap.xml",
            '<nmaprun><host><address addr="192.0.2.1" addrtype="ipv4"/><port portid="443">'
            '<state state="open"/><service name="https"><cpe>',
            "</cpe></service></port></host></nmaprun>",
            "service/https",
        ),
        (
            "gvm.xml",
            '<report><results><result id="a"><host>192.0.2.1</host><port>443/tcp</port><nvt oid="1.2"/>'
            "<severity>5</severity><description>",
            "</description></result></results></report>",
            "1.2",
        ),
    ],
)
def test_a_field_without_end_is_cut_and_its_result_is_read(
    tmp_path: Path, name: str, head: str, tail: str, rule: str
) -> None:
    file = tmp_path / name
    file.write_text(head + "xy\n" * 150_000 + tail, encoding="utf-8")
    [claim] = read_import(file).claims
    assert (claim.rule, claim.target) == (rule, "192.0.2.1:443")
    assert len(claim.evidence) <= 300


def test_a_line_that_holds_a_list_of_banners_is_read_like_as_many_lines(tmp_path: Path) -> None:
    row = {"ip_str": "192.0.2.1", "port": 443, "hostnames": []}
    file = tmp_path / "shodan.jsonl"
    file.write_text(
        "\n".join(json.dumps(x) for x in (row, [row | {"port": 80}, 5, row | {"port": 25}])),
        "utf-8",
    )
    assert [c.endpoint.port for c in read_import(file).claims] == [443, 80, 25]


def test_what_sslyze_does_not_say_is_not_claimed(tmp_path: Path) -> None:
    deployments = [
        {"path_validation_results": []},
        {"leaf_certificate_subject_matches_hostname": None},
    ]
    results = {
        "http_headers": {
            "result": {"strict_transport_security_header": None, "http_error_trace": "x"}
        },
        "certificate_info": {"result": {"certificate_deployments": deployments}},
        "robot": {"result": {"robot_result": "VULNERABLE_WEAK_ORACLE"}},
    }
    server = {"server_location": {"ip_address": "192.0.2.1", "port": 443}, "scan_result": results}
    file = tmp_path / "sslyze.json"
    file.write_text(json.dumps({"server_scan_results": [server]}), encoding="utf-8")
    assert [(c.rule, c.says) for c in read_import(file).claims] == [("robot", "failed")]
