"""Shapes that real tools write, of several versions: nothing of them is lost, and nothing is made worse than it is."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rempart.engines.exposure.read.imports import Import, is_unknown, read_import
from rempart.engines.exposure.read.shared import NO_PLACE, NOT_TESTED
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.kernel.errors import UnreadableSource

HOST = '<host starttime="9" endtime="10"><address addr="192.0.2.1" addrtype="ipv4"/>'
OPEN = '<port protocol="tcp" portid="443"><state state="open"/><service name="https"/>{}</port>'
VULNERABLE = (
    "&#xa;  VULNERABLE:&#xa;  A hole with a name&#xa;    State: LIKELY VULNERABLE&#xa;"
    "    IDs:  CVE:CVE-2099-0010  BID:1&#xa;    Risk factor: High"
)


def read(folder: Path, text: str | bytes, name: str = "import") -> Import:
    """What a file of such a content says."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_import(file)


def rules(found: Import) -> dict[str, ClaimSeen]:
    """Its claims by rule."""
    return {claim.rule: claim for claim in found.claims}


def nmap(folder: Path, *hosts: str, end: str = "</nmaprun>") -> Import:
    """A report of nmap."""
    return read(folder, '<nmaprun scanner="nmap" start="5">' + "".join(hosts) + end)


def sslyze(folder: Path, results: dict[str, Any], **more: object) -> Import:
    """A report of sslyze on one server."""
    server = {"server_location": {"ip_address": "192.0.2.1", "port": 443}, "scan_result": results}
    told = {"date_scans_completed": "2026-03-01T10:00:00", "server_scan_results": [server]} | more
    return read(folder, json.dumps(told))


def chain(folder: Path, leaf: dict[str, object], **more: object) -> dict[str, bool]:
    """What sslyze is heard to say of a certificate: rule → whether it is wrong."""
    deployment = {"received_certificate_chain": [leaf], **more}
    results = {"certificate_info": {"result": {"certificate_deployments": [deployment]}}}
    return {c.rule: c.says == "failed" for c in sslyze(folder, results).claims}


def test_nmap_that_was_killed_gives_what_it_had_written_and_says_so(tmp_path: Path) -> None:
    whole = f"{HOST}<ports>{OPEN.format('')}</ports></host>"
    found = nmap(tmp_path, whole, HOST + '<ports><port protocol="tcp" por', end="")
    assert [(c.target, c.at) for c in found.claims] == [("192.0.2.1:443", 10.0)]
    assert found.is_cut
    assert "l’outil a été interrompu" in found.said("scan.xml")
    with pytest.raises(UnreadableSource, match="incomplet"):
        nmap(tmp_path, HOST, end="")


def test_a_script_of_nmap_gives_its_hole_its_risk_and_its_title(tmp_path: Path) -> None:
    script = f'<script id="ssl-x" output="{VULNERABLE}"/><script id="no" output="NOT VULNERABLE"/>'
    found = rules(nmap(tmp_path, HOST, f"<ports>{OPEN.format(script)}</ports></host>"))
    assert found.keys() == {"service/https", "ssl-x"}
    hole = found["ssl-x"]
    assert (hole.cves, hole.severity, hole.title) == (
        ["CVE-2099-0010"],
        "high",
        "A hole with a name",
    )
    assert hole.confidence == "possible"


def test_a_script_of_the_whole_host_is_kept_on_the_port_that_it_speaks_of(tmp_path: Path) -> None:
    scripts = f'<hostscript><script id="smb-vuln-x" output="{VULNERABLE}"/></hostscript></host>'
    (claim,) = nmap(tmp_path, HOST, scripts).claims
    assert (claim.rule, claim.target, claim.check) == ("smb-vuln-x", "192.0.2.1:445", "hole_known")


def test_a_list_of_holes_by_version_is_possible_with_its_worst_score(tmp_path: Path) -> None:
    listed = "&#xa; cpe:/a:x:y:1: &#xa;&#x9;CVE-2099-0011&#x9;5.0&#x9;https://x&#xa;&#x9;CVE-2099-0012&#x9;7.5&#x9;y"
    script = f'<script id="vulners" output="{listed}"/>'
    claim = rules(nmap(tmp_path, HOST, f"<ports>{OPEN.format(script)}</ports></host>"))["vulners"]
    assert (claim.cves, claim.severity) == (["CVE-2099-0011", "CVE-2099-0012"], "high")
    assert claim.confidence == "possible"


@pytest.mark.parametrize(
    "text",
    [
        f'<nmaprun scanner="masscan">{HOST}<ports><port protocol="tcp" portid="23"><state state="open"/>'
        '<service name="telnet" banner="x"/></port></ports></host></nmaprun>',
        '[\n{   "ip": "192.0.2.1",   "timestamp": "10", "ports": [ {"port": 23, "proto": "tcp", "status": "open", '
        '"service": {"name": "telnet"}} ] },\n{finished: 1}\n]\n',
        '{"ip":"192.0.2.1","timestamp":"10","port":23,"proto":"tcp","rec_type":"banner",'
        '"data":{"service_name":"telnet"}}\n',
    ],
)
def test_masscan_is_read_in_each_of_its_writings(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.tool == "masscan"
    assert [(c.target, c.check, c.at) for c in found.claims] == [
        ("192.0.2.1:23", "service_telnet", 10.0)
    ]


def test_masscan_says_what_is_no_open_port_and_a_bad_line_is_refused(tmp_path: Path) -> None:
    row = {"ip": "192.0.2.1", "timestamp": "1", "ports": [{"port": 1, "status": "closed"}, 3]}
    found = read(tmp_path, json.dumps(row))
    assert (found.claims, sum(found.left.values())) == ([], 1)
    with pytest.raises(UnreadableSource, match="ligne 2"):
        read(tmp_path, json.dumps(row) + "\n{nothing}")


def gvm(folder: Path, *results: str, head: str = "") -> Import:
    """A report of GVM."""
    return read(folder, f'<report id="a">{head}<results>{"".join(results)}</results></report>')


RESULT = (
    '<result id="b"><host>192.0.2.1<hostname>www.exemple.example</hostname></host>'
    '<port>https (443/tcp)</port><nvt oid="1.2"><name>{}</name></nvt>{}</result>'
)


def test_notes_and_overrides_of_a_result_change_neither_its_name_nor_its_rule(
    tmp_path: Path,
) -> None:
    other = '<overrides><override><nvt oid="9.9"><name>Other</name></nvt><severity>1</severity></override></overrides>'
    (claim,) = gvm(tmp_path, RESULT.format("One", "<severity>7.5</severity>" + other)).claims
    assert (claim.title, claim.rule, claim.severity) == ("One", "1.2", "high")
    assert claim.target == "www.exemple.example:443"


def test_an_old_report_of_gvm_gives_its_own_day_and_its_threat(tmp_path: Path) -> None:
    head = "<scan_start>2014-01-02T03:04:05Z</scan_start><creation_time>2014-01-01T00:00:00Z</creation_time>"
    (claim,) = gvm(tmp_path, RESULT.format("One", "<threat>Medium</threat>"), head=head).claims
    assert (claim.severity, claim.at) == ("medium", 1388631845.0)


def test_gvm_says_what_it_could_not_test_and_what_one_of_our_checks_measures(
    tmp_path: Path,
) -> None:
    wrong = RESULT.format("Any", "<threat>Error</threat>")
    title = "SSL/TLS: Deprecated TLSv1.0 and TLSv1.1 Protocol Detection"
    found = gvm(tmp_path, wrong, RESULT.format(title, "<severity>4.3</severity>"))
    assert [c.check for c in found.claims] == ["tls_10_11"]
    assert found.left == {NOT_TESTED: 1}
    assert f"1 {NOT_TESTED}" in found.said("rapport.xml")


NESSUS = '<NessusClientData_v2><Report name="r">{}</Report></NessusClientData_v2>'


def test_nessus_gives_the_day_that_it_writes_in_words(tmp_path: Path) -> None:
    host = (
        '<ReportHost name="192.0.2.1"><HostProperties><tag name="HOST_END">Tue Jan  7 08:19:25 2014</tag></HostProperties>'
        '<ReportItem port="443" protocol="tcp" severity="2" pluginID="104743" pluginName="TLS 1.0"/></ReportHost>'
    )
    (claim,) = read(tmp_path, NESSUS.format(host)).claims
    assert (claim.at, claim.check, claim.severity) == (1389082765.0, "tls_10_11", "medium")
    (claim,) = read(tmp_path, NESSUS.format(host.replace("Jan  7", "Jan 32"))).claims
    assert claim.at == 0.0


def test_a_scan_of_a_web_application_is_about_the_place_of_its_url(tmp_path: Path) -> None:
    host = (
        '<ReportHost name="https://www.exemple.example:8443/app"><ReportItem port="0" severity="3" pluginID="1" '
        'pluginName="x"/></ReportHost>'
    )
    (claim,) = read(tmp_path, NESSUS.format(host)).claims
    assert claim.target == "www.exemple.example:8443"


@pytest.mark.parametrize(
    ("told", "sure"),
    [
        ("Nessus has not\ntested for this issue but relied on the self-reported version number.", "possible"),
        ("The answer shows it.", "probable"),
    ],
)  # fmt: skip
def test_what_nessus_believed_of_a_banner_is_possible(tmp_path: Path, told: str, sure: str) -> None:
    host = (
        '<ReportHost name="192.0.2.1"><ReportItem port="443" severity="3" pluginID="1" pluginName="x">'
        f"<description>{told}</description><cve>CVE-2099-0001</cve></ReportItem></ReportHost>"
    )
    (claim,) = read(tmp_path, NESSUS.format(host)).claims
    assert claim.confidence == sure


def test_the_first_writing_of_nuclei_is_read_too(tmp_path: Path) -> None:
    row = {
        "templateID": "old", "info": {"name": "Old", "severity": "medium"}, "type": "http", "ip": "192.0.2.1",
        "host": "https://www.exemple.example", "matched": "https://www.exemple.example/setup",
        "matcher_name": "m", "extracted_results": ["1.2.3"], "timestamp": "2021-05-20T11:11:02.2+03:00",
    }  # fmt: skip
    (claim,) = read(tmp_path, json.dumps(row)).claims
    assert (claim.rule, claim.target) == ("old:m", "www.exemple.example:443")
    assert claim.evidence == "https://www.exemple.example/setup 1.2.3"


def test_a_result_of_nuclei_that_names_only_its_page_has_a_place(tmp_path: Path) -> None:
    info = {"info": {"name": "x", "severity": "low"}}
    rows = [
        {"template-id": "js", "type": "javascript", "port": "80", "url": "/http://www.exemple.example/"} | info,
        {"template-id": "no", "matcher-status": False} | info,
        {"template-id": "", "host": "www.exemple.example"} | info,
        {"template-id": "none"} | info,
    ]  # fmt: skip
    found = read(tmp_path, json.dumps(rows))
    assert [c.target for c in found.claims] == ["www.exemple.example:80"]
    assert sorted(found.left.values()) == [1, 1, 1]
    assert found.dropped == found.left[NO_PLACE] == 1


def test_lines_whose_last_one_was_not_ended_are_read_and_said_cut(tmp_path: Path) -> None:
    row = json.dumps({"template-id": "a", "host": "www.exemple.example:443", "info": {}})
    found = read(tmp_path, f"{row}\n{row[:-3]}")
    assert (len(found.claims), found.is_cut) == (1, True)
    with pytest.raises(UnreadableSource, match="ligne 2"):
        read(tmp_path, f"{row}\n{row[:-3]}\n{row}")


def test_testssl_gives_its_day_and_says_what_it_could_not_test(tmp_path: Path) -> None:
    rows = [
        {"id": "TLS1", "severity": "LOW", "finding": "offered (deprecated)"},
        {"id": "heartbleed", "severity": "WARN", "finding": "Test failed"},
        {"id": "overall_grade", "severity": "CRITICAL", "finding": "T"},
    ]
    host = {"target host": "www.exemple.example", "ip": "192.0.2.1", "port": "443", "any": rows}
    found = read(tmp_path, json.dumps({"startTime": "1521474141", "scanResult": [host]}))
    assert [(c.rule, c.check, c.at) for c in found.claims] == [("TLS1", "tls_10_11", 1521474141.0)]
    assert found.left == {NOT_TESTED: 1}


@pytest.mark.parametrize(
    ("finding", "check"),
    [
        ("TLSv1.2   x05     RC4-SHA    RSA", "tls_rc4"),
        ("TLSv1.2   xc018   AECDH-AES128-SHA", "tls_anonymous"),
        ("TLSv1.2   x0a     DES-CBC3-SHA", "tls_3des"),
        ("TLSv1.2   x35     AES256-SHA", "tls_cbc"),
    ],
)
def test_each_suite_that_testssl_lists_joins_the_check_of_its_family(
    tmp_path: Path, finding: str, check: str
) -> None:
    row = {"id": "cipher-tls1_2_x", "ip": "a/192.0.2.1", "port": "443", "severity": "LOW", "finding": finding}  # fmt: skip
    (claim,) = read(tmp_path, json.dumps([row])).claims
    assert claim.check == check


def test_the_third_version_of_sslyze_is_read_too(tmp_path: Path) -> None:
    place = {"hostname": "www.exemple.example", "ip_address": "192.0.2.1", "port": 443}
    chains = [{"path_validation_results": [{"verified_certificate_chain": ["x"]}]}]
    server = {
        "server_info": {"server_location": place},
        "scan_commands_errors": {"robot": {}},
        "scan_commands_results": {
            "heartbleed": {"is_vulnerable_to_heartbleed": True},
            "session_renegotiation": {"accepts_client_renegotiation": False},
            "certificate_info": {"certificate_deployments": chains},
        },
    }
    told = {"server_connectivity_errors": [{}], "server_scan_results": [server]}
    found = read(tmp_path, json.dumps(told))
    hole = rules(found)["heartbleed"]
    assert (hole.severity, hole.cves, hole.check) == ("critical", ["CVE-2014-0160"], "hole_known")
    assert rules(found)["certificate_info/trusted"].says == "passed"
    assert found.left == {NOT_TESTED: 2}


def test_sslyze_refuses_a_chain_for_its_name_its_dates_or_its_own_signature_first(
    tmp_path: Path,
) -> None:
    refused = {"was_validation_successful": False, "validation_error": "cert is not valid"}
    named = refused | {"validation_error": "leaf certificate has no matching subjectAltName"}
    self_made = {"subject": {"rfc4514_string": "CN=a"}, "issuer": {"rfc4514_string": "CN=a"}}
    old = {"not_valid_after": "2015-04-12T23:59:59Z"}
    early = {"not_valid_before": "2099-04-12T23:59:59Z"}
    for leaf, validation, wrong in (
        (self_made, refused, "self_signed"),
        (old, refused, "expired"),
        (early, refused, "not_yet_valid"),
        ({}, named, "hostname"),
        ({}, refused, "trusted"),
    ):
        said = chain(tmp_path, leaf, path_validation_results=[validation])
        assert [rule for rule, is_wrong in said.items() if is_wrong] == [
            f"certificate_info/{wrong}"
        ]


def test_a_good_chain_of_sslyze_is_said_good_in_each_way(tmp_path: Path) -> None:
    said = chain(
        tmp_path,
        {"notAfter": "2099-01-01T00:00:00", "notBefore": "2020-01-01T00:00:00"},
        path_validation_results=[{"was_validation_successful": True}],
        received_chain_has_valid_order=True,
        verified_chain_has_sha1_signature=True,
    )
    assert said.pop("certificate_info/sha1")
    assert not any(said.values())
    assert {"certificate_info/hostname", "certificate_info/order"} < said.keys()


def test_a_command_of_sslyze_that_failed_is_counted_as_not_tested(tmp_path: Path) -> None:
    results = {
        "robot": {"status": "ERROR", "result": None},
        "tls_1_3_cipher_suites": {"result": {"accepted_cipher_suites": []}},
        "http_headers": {"result": {"strict_transport_security_header": None}},
    }
    found = sslyze(tmp_path, results, invalid_server_strings=[{}])
    assert found.left == {NOT_TESTED: 1, NO_PLACE: 1}
    assert {c.check for c in found.claims} == {"tls_no_tls13", "http_hsts"}
    assert found.claims[0].at == 1772359200.0


def test_a_server_that_sslyze_could_not_reach_and_what_it_answers_oddly_claim_nothing(
    tmp_path: Path,
) -> None:
    odd = {
        "robot": {"result": {"robot_result": "UNKNOWN_INCONSISTENT_RESULTS"}},
        "heartbleed": {"status": "NOT_SCHEDULED", "result": None},
        "session_renegotiation": 3,
    }
    found = sslyze(tmp_path, odd)
    assert (found.claims, found.left) == ([], {})
    assert sslyze(tmp_path, {}).left == {NOT_TESTED: 1}


def test_a_banner_that_is_no_json_is_refused_with_its_line(tmp_path: Path) -> None:
    row = json.dumps({"ip_str": "192.0.2.1", "port": 443})
    with pytest.raises(UnreadableSource, match="ligne 2"):
        read(tmp_path, f"{row}\nnothing\n{row}\n")
    assert is_unknown(tmp_path / "import") is False


def test_a_hole_of_shodan_has_its_score_and_is_sure_only_when_verified(tmp_path: Path) -> None:
    holes = {"CVE-2099-0001": {"verified": True, "cvss": 9.8}, "CVE-2099-0002": {"verified": False, "cvss": None}}  # fmt: skip
    row = {"ip_str": "192.0.2.1", "port": 443, "timestamp": "2026-03-01T10:00:00.5", "vulns": holes}
    found = rules(read(tmp_path, json.dumps(row)))
    sure, told = found["CVE-2099-0001"], found["CVE-2099-0002"]
    assert (sure.severity, sure.confidence, sure.at) == ("critical", "confirmed", 1772359200.5)
    assert (told.severity, told.confidence) == ("", "possible")


def test_a_hole_that_an_old_banner_of_shodan_denies_is_not_claimed(tmp_path: Path) -> None:
    row = {
        "ip_str": "192.0.2.1",
        "port": 443,
        "opts": {"vulns": ["!CVE-2099-0001", "CVE-2099-0002"]},
    }
    found = read(tmp_path, json.dumps(row))
    assert [c.rule for c in found.claims] == ["service/inconnu", "CVE-2099-0002"]


def test_a_gzip_written_in_several_times_is_read_to_its_end(tmp_path: Path) -> None:
    parts = [json.dumps({"ip_str": f"192.0.2.{n}", "port": 443}) + "\n" for n in range(3)]
    whole = b"".join(gzip.compress(part.encode()) for part in parts)
    assert len(read(tmp_path, whole + bytes(9)).claims) == 3
    for spoilt, said in ((b"something after", "abîmé"), (gzip.compress(b"x")[:-4], "incomplet")):
        with pytest.raises(UnreadableSource, match=said):
            read(tmp_path, whole + spoilt)
