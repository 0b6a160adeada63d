"""Tables that tools and spreadsheets write: known by their columns, in the encodings and with the separators of Windows."""

from pathlib import Path
from typing import Final

import pytest

from rempart.engines.exposure.read.imports import Import, read_import
from rempart.engines.exposure.read.mapped_csv import read_mapping
from rempart.kernel.errors import UnreadableSource

GVM: Final = (
    "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,Specific Result,NVT OID,CVEs,Task ID,"
    'Timestamp\n192.0.2.1,www.exemple.example,443,tcp,9.8,High,97,VendorFix,"A hole","s","seen\nthere",1.2.3,'
    '"CVE-2099-0001,CVE-2099-0002",t,2026-03-01T10:00:00Z\n192.0.2.1,,,,7.5,High,75,,CVE-2099-0003,s,r,CVE-2099-0003,,t,\n'
)
NESSUS: Final = (
    "Plugin ID,CVE,CVSS,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output\n"
    '"42873","CVE-2099-0001","5.0","Medium","192.0.2.1","tcp","443","SWEET32","s","d","n","","out"\n'
    '"42873","CVE-2099-0002","5.0","Medium","192.0.2.1","tcp","443","SWEET32","s","d","n","","out"\n'
    '"10107","","","None","192.0.2.1","tcp","80","Server","s","d","n","","Any"\n'
)
TENABLE: Final = (
    "Plugin,Plugin Name,Family,Severity,IP Address,Protocol,Port,Repository,DNS Name,Plugin Output,CVE\n"
    '35291,Weak hash,General,Medium,192.0.2.1,TCP,443,r,www.exemple.example,out,"CVE-2099-0001"\n'
)
TESTSSL: Final = (
    '"id","fqdn/ip","port","severity","finding","cve","cwe"\n'
    '"SSLv3","www.exemple.example/192.0.2.1","443","HIGH","offered","CVE-2099-0001 CVE-2099-0002","x"\n'
    '"scanProblem","www.exemple.example/192.0.2.1","443","FATAL","no answer","",""\n'
)
SHODAN: Final = (
    "data,hostnames,ip,ip_str,ipv6,port,timestamp,transport,product,version,vulns,title\n"
    "x,www.exemple.example;b.example,1,192.0.2.1,,443,2026-03-01T10:00:00.5,tcp,nginx,1.18.0,CVE-2099-0001,t\n"
)


def read(folder: Path, text: str | bytes) -> Import:
    """What a table says."""
    file = folder / "table.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_import(file)


def test_the_table_of_gvm_says_what_its_xml_says(tmp_path: Path) -> None:
    sure, guess = read(tmp_path, GVM).claims
    assert (sure.tool, sure.target, sure.severity) == ("gvm", "www.exemple.example:443", "critical")
    assert (sure.confidence, sure.at, len(sure.cves)) == ("confirmed", 1772359200.0, 2)
    assert (guess.target, guess.confidence, guess.cves) == (
        "192.0.2.1:0",
        "possible",
        ["CVE-2099-0003"],
    )


def test_the_table_of_nessus_has_one_line_a_hole_and_none_is_lost(tmp_path: Path) -> None:
    found = read(tmp_path, NESSUS)
    assert [c.cves for c in found.claims] == [["CVE-2099-0001"], ["CVE-2099-0002"], []]
    assert [c.check for c in found.claims] == ["tls_3des", "tls_3des", ""]
    assert found.claims[2].severity == "info"
    assert "3 résultats lus, dont 1 pour information" in found.said("table.csv")


def test_the_tables_of_tenable_and_shodan_are_known(tmp_path: Path) -> None:
    (claim,) = read(tmp_path, TENABLE).claims
    assert (claim.tool, claim.check, claim.target) == (
        "nessus",
        "tls_signature_hash",
        "www.exemple.example:443",
    )
    port, hole = read(tmp_path, SHODAN).claims
    assert port.product is not None and (port.product.id, port.product.version) == (
        "nginx",
        "1.18.0",
    )
    assert (hole.check, hole.at) == ("hole_known", 1772359200.5)


def test_the_table_of_testssl_is_known_and_says_what_it_could_not_test(tmp_path: Path) -> None:
    found = read(tmp_path, TESTSSL)
    (claim,) = found.claims
    assert (claim.check, claim.severity, len(claim.cves)) == ("tls_sslv3", "high", 2)
    assert sum(found.left.values()) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_that_a_spreadsheet_wrote_again_is_still_known(
    tmp_path: Path, encoding: str
) -> None:
    text = NESSUS.replace(",", ";").replace("SWEET32", "Été").replace("\n", "\r\n")
    found = read(tmp_path, text.encode(encoding))
    assert [c.title for c in found.claims][:2] == ["Été", "Été"]


def test_a_line_that_is_too_short_is_counted_and_a_bad_table_is_refused(tmp_path: Path) -> None:
    found = read(tmp_path, TESTSSL + '"SSLv2"\n\n')
    assert sum(found.left.values()) == 2
    with pytest.raises(UnreadableSource, match="tableau mal formé"):
        read(tmp_path, TESTSSL + '"' + "x" * (2 << 20) + '"')
    with pytest.raises(UnreadableSource, match="utf-16"):
        read(tmp_path, TESTSSL.encode("utf-16")[:-1])


@pytest.mark.parametrize(
    "spoilt", ['"finding"\x0c"cve"', '"finding"\r"cve"', '"finding" "cve"', '"finding\nx","cve"']
)
def test_a_line_of_columns_that_is_spoilt_makes_no_table(tmp_path: Path, spoilt: str) -> None:
    with pytest.raises(UnreadableSource, match="d’aucun format connu|tableau mal formé"):
        read(tmp_path, TESTSSL.replace('"finding","cve"', spoilt))


def test_a_formula_in_a_table_is_kept_as_a_text(tmp_path: Path) -> None:
    (claim,) = read(tmp_path, TENABLE.replace("Weak hash", "=HYPERLINK(1)")).claims
    assert claim.title == "=HYPERLINK(1)"


def mapped(folder: Path, text: bytes, more: str = "") -> Import:
    """What a table of the State says."""
    mapping, file = folder / "mapping.yaml", folder / "table.csv"
    columns = "{target: A, rule: R, title: T, severity: G, date: D}"
    mapping.write_text(f"tool: x\ncolumns: {columns}\n{more}", encoding="utf-8")
    file.write_bytes(text)
    return read_import(file, mapping=read_mapping(mapping))


def test_two_lines_of_one_reference_with_two_titles_are_two_results(tmp_path: Path) -> None:
    table = "A;R;T;G;D\nhttps://a.example;R1;Un;Moyen;31/12/2025\nhttps://a.example;R1;Deux;P9;2025-12-31\n"
    found = mapped(tmp_path, table.encode())
    assert [(c.title, c.at) for c in found.claims] == [("Un", 1767139200.0), ("Deux", 1767139200.0)]
    assert [c.severity for c in found.claims] == ["medium", ""]
    assert "Gardés et à relire : 1 dont la gravité est un mot inconnu" in found.said("table.csv")


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "utf-16"])
def test_a_table_in_the_encoding_that_its_mapping_says_is_read(
    tmp_path: Path, encoding: str
) -> None:
    table = "A;R;T;G;D\na.example;R1;Clé périmée;Élevée;\n".encode(encoding)
    (claim,) = mapped(tmp_path, table, f"encoding: {encoding}").claims
    assert (claim.title, claim.severity) == ("Clé périmée", "high")
