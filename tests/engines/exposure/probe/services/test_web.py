"""Interfaces over HTTP: what services of WS-Management say of themselves when they are asked, and how they are asked."""

import pytest

from rempart.engines.exposure.probe.services.web import INTERFACES
from support.parts import LOOPBACK
from support.service_servers import look, scripted
from support.web_servers import Page, outcome, site

pytestmark = pytest.mark.allow_hosts(LOOPBACK)

IDENTITY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>'
    '<wsmid:IdentifyResponse xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    "<wsmid:ProtocolVersion>http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd</wsmid:ProtocolVersion>"
    "<wsmid:ProductVendor>{vendor}</wsmid:ProductVendor><wsmid:ProductVersion>{version}</wsmid:ProductVersion>"
    "</wsmid:IdentifyResponse></s:Body></s:Envelope>"
)
"""What Windows answers to a question without a name, in the documentation of Microsoft (IWSMan.Identify)."""

SOAP = {"content-type": "application/soap+xml;charset=UTF-8"}


def identity(vendor: str, version: str, **headers: str) -> Page:
    """The page of a service that says its name."""
    return Page(IDENTITY.format(vendor=vendor, version=version), headers=SOAP | headers)


def test_windows_says_that_it_is_there_and_keeps_its_version() -> None:
    said = identity(
        "Microsoft Corporation", "OS: 0.0.0 SP: 0.0 Stack: 3.0", server="Microsoft-HTTPAPI/2.0"
    )
    with site({"/wsman": said}) as port:
        seen = look(port, "winrm")
    assert seen.details["vendor"] == "Microsoft Corporation"
    assert seen.details["version"] == "OS: 0.0.0 SP: 0.0 Stack: 3.0"
    assert outcome("service_winrm", seen) == "failed"


def test_a_service_of_another_maker_is_known_by_its_answer_alone() -> None:
    with site({"/wsman": identity("Openwsman Project", "2.7.2")}) as port:
        seen = look(port, "winrm")
    assert (seen.details["vendor"], seen.details["version"]) == ("Openwsman Project", "2.7.2")
    assert outcome("service_winrm", seen) == "failed"


def test_it_is_asked_without_a_name_and_nothing_is_changed() -> None:
    asked: list[bytes] = []
    with scripted([(b"POST /wsman HTTP/1.1", b"")], seen=asked) as port:
        look(port, "winrm", seconds=0.5)
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert b"wsmanidentify: unauthenticated" in head.lower()
    assert b"authorization" not in head.lower()
    assert body == INTERFACES["winrm"].body
    assert b"<i:Identify/>" in body


def test_another_site_at_its_port_is_a_site() -> None:
    with site({"*": Page("bonjour")}) as port:
        seen = look(port, "winrm")
    assert (seen.service, outcome("service_winrm", seen)) == ("http", "")


def test_an_answer_made_to_be_long_to_read_says_nothing() -> None:
    page = Page("<IdentifyResponse>" + "<ProductVendor>" * 500 + " " * 60000, headers=SOAP)
    with site({"/wsman": page}) as port:
        seen = look(port, "winrm")
    assert (seen.service, seen.details.get("vendor", "")) == ("winrm", "")
