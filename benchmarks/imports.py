"""Import of an nmap report of 10,000 hosts (68 MB of XML): ours, and the same file read by what exists already."""

import random
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import defusedxml.ElementTree
from benchmarks._measure import heading, measured, report, run_named

from rempart.engines.exposure.read.imports import read_import

HOSTS: Final = 10_000
GOAL_SECONDS: Final = 3.0
GOAL_MEGABYTES: Final = 150.0
_SERVICES: Final = (
    (22, "ssh", "OpenSSH", "9.2p1 Debian 2+deb12u3", "cpe:/a:openbsd:openssh:9.2p1"),
    (25, "smtp", "Postfix smtpd", "", "cpe:/a:postfix:postfix"),
    (80, "http", "nginx", "1.18.0", "cpe:/a:igor_sysoev:nginx:1.18.0"),
    (443, "https", "Apache httpd", "2.4.57", "cpe:/a:apache:http_server:2.4.57"),
    (3389, "ms-wbt-server", "Microsoft Terminal Services", "", "cpe:/o:microsoft:windows"),
    (8443, "https-alt", "Fortinet FortiGate", "", "cpe:/h:fortinet:fortigate"),
)
_SUITES: Final = (
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
)


def write_nmap(path: Path, hosts: int) -> int:
    """A report of so many hosts, six ports each, with a certificate and the suites of two versions; its size in bytes."""
    draw = random.Random(5)
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
            '<nmaprun scanner="nmap" args="nmap -sV --script ssl-cert,ssl-enum-ciphers" start="1767225600" '
            'version="7.93" xmloutputversion="1.05">\n'
        )
        for number in range(hosts):
            file.writelines(_host(number, draw))
        file.write(
            '<runstats><finished time="1767229200" exit="success"/></runstats>\n</nmaprun>\n'
        )
    return path.stat().st_size


def _host(number: int, draw: random.Random) -> Iterator[str]:
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    yield (
        '<host starttime="1767225600" endtime="1767225660"><status state="up" reason="syn-ack" reason_ttl="0"/>\n'
        f'<address addr="{address}" addrtype="ipv4"/>\n'
        f'<hostnames><hostname name="h{number}.ch.example" type="PTR"/></hostnames>\n<ports>'
    )
    for port, name, product, version, cpe in _SERVICES:
        state = "open" if draw.random() < 0.9 else "closed"
        yield (
            f'<port protocol="tcp" portid="{port}"><state state="{state}" reason="syn-ack" reason_ttl="0"/>'
            f'<service name="{name}" product="{product}" version="{version}" method="probed" conf="10">'
            f"<cpe>{cpe}</cpe></service>"
        )
        if port == 443:
            yield _tls(number)
        yield "</port>\n"
    yield '</ports>\n<times srtt="52" rttvar="5000" to="100000"/>\n</host>\n'


def _tls(number: int) -> str:
    suites = "".join(
        f'<table><elem key="name">{suite}</elem><elem key="kex_info">ecdh_x25519</elem>'
        '<elem key="strength">A</elem></table>'
        for suite in _SUITES * 3
    )
    versions = "".join(
        f'<table key="{version}"><table key="ciphers">{suites}</table>'
        '<table key="compressors"><elem>NULL</elem></table><elem key="cipher preference">server</elem></table>'
        for version in ("TLSv1.0", "TLSv1.2")
    )
    subject = f'<elem key="commonName">h{number}.ch.example</elem>'
    return (
        f'<script id="ssl-cert" output="Subject: commonName=h{number}.ch.example"><table key="subject">{subject}'
        '</table><table key="validity"><elem key="notAfter">2027-01-01T00:00:00</elem></table>'
        f'<elem key="pem">-----BEGIN CERTIFICATE-----&#xa;{"QUJD" * 260}</elem></script>'
        f'<script id="ssl-enum-ciphers" output="least strength: C">{versions}'
        '<elem key="least strength">C</elem></script>'
    )


def ours(path: str) -> None:
    """Our reader: claims with products."""

    def work(_: Any) -> dict[str, Any]:
        found = read_import(Path(path))
        return {
            "claims": len(found.claims),
            "products": sum(c.product is not None for c in found.claims),
        }

    report(lambda: None, work)


def standard(path: str) -> None:
    """The iterative parser of the standard library, which refuses nothing, counting open ports."""
    report(lambda: None, lambda _: {"open": _open_ports(ElementTree.iterparse(path))})  # noqa: S314 (the peer itself)


def defused(path: str) -> None:
    """The one of defusedxml, which refuses entities, counting open ports."""
    report(lambda: None, lambda _: {"open": _open_ports(defusedxml.ElementTree.iterparse(path))})


def _open_ports(events: Any) -> int:
    count = 0
    for _, element in events:
        if element.tag == "state" and element.get("state") == "open":
            count += 1
        elif element.tag == "host":
            element.clear()
    return count


def main() -> int:
    """Print the table; fail past the goals."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else HOSTS
    heading("Import of nmap XML", "defusedxml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan.xml"
        size = write_nmap(path, hosts) / 1e6
        print(f"{hosts} hosts, {size:.1f} MB")
        print(f"{'reader':<28}{'wall s':>8}{'CPU s':>8}{'MB':>8}  result")
        rows = {
            task: measured("imports", task, str(path)) for task in ("ours", "standard", "defused")
        }
    for task, row in rows.items():
        print(f"{task:<28}{row.wall:>8.2f}{row.cpu:>8.2f}{row.megabytes:>8.0f}  {row.result}")
    mine = rows["ours"]
    if hosts != HOSTS:
        return 0
    print(f"goals: {GOAL_SECONDS} s, {GOAL_MEGABYTES:.0f} MB")
    return int(mine.wall > GOAL_SECONDS or mine.megabytes > GOAL_MEGABYTES)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].isdigit():
        run_named({"ours": ours, "standard": standard, "defused": defused})
    else:
        sys.exit(main())
