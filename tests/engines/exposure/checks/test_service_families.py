"""Families of services: what a page shows, what a port list says, and what nobody can conclude."""

import socket

import pytest

from rempart.content.exposure_catalogue import exposure_checks
from rempart.engines.exposure.checks.service_families import FAMILIES, label_of, verdicts_of
from rempart.engines.exposure.registry import Confidence
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.hosts import PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from support import service_servers as servers
from support.parts import LOOPBACK
from support.web_servers import Page, look, outcome, site, verdicts

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]

SITES = [
    ("service_hypervisor", Page("<title>srv - Proxmox Virtual Environment</title>")),
    ("service_management_board", Page("<title>iDRAC9 - Login</title>")),
    ("service_medical_web", Page("<title>OHIF Viewer</title>")),
    ("service_medical_web", Page("", headers={"www-authenticate": 'Basic realm="Orthanc Secure Area"'})),
    ("service_building", Page("", headers={"server": "Niagara Web Server/3.8.311"})),
    ("service_printer", Page("<title>Web Image Monitor</title>")),
    ("service_camera", Page("", headers={"server": "App-webs/"})),
    ("service_containers", Page("<title>Portainer</title>")),
    ("service_remote_support", Page("", headers={"server": "ScreenConnect/23.9.7.8804"})),
    ("service_access_portal", Page("<title>NetScaler Gateway</title>")),
    ("service_access_portal", Page("<title>WALLIX Bastion</title>")),
    ("service_access_portal", Page("<title>Stormshield Network Security</title>")),
    ("service_admin_console", Page("<title>NAS - Synology DiskStation</title>")),
]  # fmt: skip


@pytest.mark.parametrize(("check", "shown"), SITES, ids=lambda v: str(v)[:40])
def test_a_product_that_should_not_be_there_is_found_on_its_page(check: str, shown: Page) -> None:
    with site({"/": shown}) as port:
        assert outcome(check, look(port)) == "failed"


def test_an_ordinary_site_passes_and_has_no_portal() -> None:
    with site({"/": Page("<title>Centre hospitalier</title>")}) as port:
        seen = look(port)
    checks = {check for check, _ in SITES} - {"service_access_portal"}
    assert {outcome(check, seen) for check in checks} == {"passed"}
    assert outcome("service_access_portal", seen) == "not_applicable"


CONNECTED = [
    (554, "service_camera"),
    (9100, "service_printer"),
    (8291, "service_network_admin"),
    (6000, "service_screen_sharing"),
    (3260, "service_file_share"),
]


@pytest.mark.parametrize(("port", "check"), [c for c in CONNECTED if c[0] > 1023])
def test_a_port_that_nothing_may_be_said_to_is_a_possibility(port: int, check: str) -> None:
    with socket.create_server(("127.0.77.5", port)):
        seen = servers.look(port, address="127.0.77.5")
    (verdict,) = verdicts(check, seen)
    assert (str(verdict.outcome), verdict.confidence) == ("failed", Confidence.POSSIBLE)
    assert outcome(check, servers.look(port, address="127.0.77.5")) == "passed"


def test_a_service_of_several_ports_is_named_after_its_own() -> None:
    assert label_of("printer", 9100) == "Imprimante (port brut)"
    assert label_of("printer") == label_of("printer", 12345) == "Imprimante (LPD)"
    assert label_of("unheard-of", 1) == "unheard-of"


def ports(**told: list[int]) -> PortsSeen:
    return PortsSeen(reach=Reach.ANSWERED, address="192.0.2.1", **told)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (ports(closed=[3389, 3390]), "passed"),
        (ports(closed=[3390], silent=[3389]), "not_measured"),
        (ports(closed=[3390], open=[3389]), ""),
        (ports(closed=[22]), ""),
        (
            PortsSeen(reach=Reach.STOPPED, reason="Arrêt demandé.", address="192.0.2.1"),
            "not_measured",
        ),
    ],
)
def test_a_list_of_ports_says_what_is_closed_and_what_nobody_knows(
    seen: PortsSeen, expected: str
) -> None:
    assert outcome("service_remote_desktop", seen) == expected


@pytest.mark.parametrize(
    ("reach", "said"),
    [(Reach.SILENT, "Le périmètre ne permet pas d’essayer : port"), (Reach.STOPPED, "Muet.")],
)
def test_ports_that_the_perimeter_does_not_permit_are_not_called_silent(
    reach: Reach, said: str
) -> None:
    seen = PortsSeen(reach=reach, reason="Muet.", address="192.0.2.1", silent=[22, 443])
    dicom = next(family for family in FAMILIES if family.id == "service_dicom")
    (verdict,) = verdicts_of(dicom, seen)
    assert verdict.detail.startswith(said)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: str(f.id))
def test_a_probe_that_was_stopped_is_never_good(family: object) -> None:
    identifier, usual = family.id, sorted(family.ports)  # type: ignore[attr-defined]
    for port in usual:
        endpoint = Endpoint("192.0.2.1", port)
        for reach in (Reach.SILENT, Reach.BROKEN, Reach.OUTSIDE, Reach.STOPPED):
            seen = ServiceSeen(reach=reach, reason="Non.", endpoint=endpoint)
            assert outcome(identifier, seen) == "not_measured"
    assert identifier in exposure_checks()


def test_another_service_on_the_port_of_a_family_is_not_a_finding() -> None:
    endpoint = Endpoint("192.0.2.1", 3389)
    seen = ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint, service="ssh")
    assert outcome("service_remote_desktop", seen) == "passed"
    unknown = ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint)
    assert outcome("service_remote_desktop", unknown) == "not_measured"


def test_a_family_without_a_web_product_says_nothing_of_a_site() -> None:
    seen = HttpSeen(reach=Reach.ANSWERED, endpoint=Endpoint("192.0.2.1", 443), is_tls=True)
    silent = [family.id for family in FAMILIES if not list(verdicts_of(family, seen))]
    assert silent == [family.id for family in FAMILIES if not family.kinds]
