"""The files that a real tool writes of a real server."""

import subprocess
from pathlib import Path

import pytest

from rempart.engines.exposure.read.imports import read_import
from support.loopback import free_port
from support.parts import LOOPBACK
from support.web_servers import certificate, nginx

pytestmark = [pytest.mark.allow_hosts(LOOPBACK), pytest.mark.slow]


@pytest.mark.needs("nmap", "nginx")
def test_what_nmap_writes_of_a_real_server_is_read(tmp_path: Path) -> None:
    closed, report = free_port(), tmp_path / "scan.xml"
    tokens = "server_tokens on; ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;"
    with nginx(tmp_path / "web", tokens, tls=certificate(tmp_path)) as port:
        command = ["nmap", "-Pn", "-sT", "-sV", "--unprivileged", "--script", "ssl-enum-ciphers"]
        ports = f"{port},{closed}"
        subprocess.run(
            [*command, "-p", ports, "-oX", report, "127.0.0.1"], check=True, capture_output=True
        )
    found = read_import(report)
    claims = {claim.rule: claim for claim in found.claims}
    served = next(claim for claim in found.claims if claim.product)
    assert (found.tool, served.endpoint.port, served.says) == ("nmap", port, "failed")
    assert served.product is not None
    assert (served.product.id, served.product.version[:1]) == ("nginx", "1")
    assert claims["ssl-enum-ciphers/TLSv1.0"].check == "tls_10_11"
    assert {claim.endpoint.port for claim in found.claims} == {port}
