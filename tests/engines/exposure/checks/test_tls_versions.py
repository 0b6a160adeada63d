"""Every check of TLS on real servers: one that fails it, one that passes it."""

import pytest

from rempart.kernel.outcome import Outcome
from support import old_openssl
from support.check_tables import TLS
from support.parts import LOOPBACK
from support.tls_servers import Lab, judge

pytestmark = [pytest.mark.needs("nginx", "openssl"), pytest.mark.allow_hosts(LOOPBACK)]

PRODUCTS = {"gnutls": "ocserv", "java": "tomcat"} | dict.fromkeys(old_openssl.SUITES, "nassl")


def sides(which: int) -> list[object]:
    """The checks, each with the parts that its server on one side wants."""
    return [
        pytest.param(name, marks=pytest.mark.needs(PRODUCTS.get(pair[which], "nginx")), id=name)
        for name, pair in TLS.items()
    ]


@pytest.mark.parametrize("identifier", sides(0))
def test_a_server_with_the_fault_fails_and_says_it(identifier: str, tls_lab: Lab) -> None:
    verdict = judge(identifier, tls_lab.seen(TLS[identifier][0]))
    assert verdict.outcome == Outcome.FAILED
    assert verdict.detail.endswith(".")
    assert verdict.evidence


@pytest.mark.parametrize("identifier", sides(1))
def test_a_server_without_the_fault_passes(identifier: str, tls_lab: Lab) -> None:
    assert judge(identifier, tls_lab.seen(TLS[identifier][1])).outcome == Outcome.PASSED
