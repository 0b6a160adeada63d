"""Suites without a certificate: a hole where a person reads a page, less between servers of mail."""

import pytest

from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import TlsSeen, VersionSeen, VersionState
from rempart.kernel.outcome import Outcome
from support.tls_servers import judge

ANONYMOUS = VersionSeen(
    version="TLSv1.2", state=VersionState.OFFERED, suites=["TLS_DH_anon_WITH_AES_256_CBC_SHA"]
)


@pytest.mark.parametrize(
    ("port", "starttls", "severity"),
    [(443, "", ""), (21, "ftp", ""), (25, "smtp", "medium"), (465, "", "medium")],
)
def test_a_suite_without_a_certificate_weighs_less_on_mail(
    port: int, starttls: str, severity: str
) -> None:
    end = Endpoint("192.0.2.1", port)
    seen = TlsSeen(endpoint=end, reach=Reach.ANSWERED, starttls=starttls, versions=[ANONYMOUS])
    said = judge("tls_anonymous", seen)
    assert (said.outcome, said.severity) == (Outcome.FAILED, severity)
