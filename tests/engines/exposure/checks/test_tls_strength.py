"""Certificates that are an authority's, or that live too short to be revoked."""

import pytest

from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import CertificateSeen, ChainSeen, TlsSeen
from rempart.kernel.outcome import Outcome
from support.tls_servers import judge

DAY = 86400


def seen(days: int = 90, **facts: object) -> TlsSeen:
    own = CertificateSeen(
        subject="CN=x",
        issuer="CN=y",
        not_before=0,
        not_after=days * DAY,
        **facts,  # type: ignore[arg-type]
    )
    chain = ChainSeen(certificates=[own])
    return TlsSeen(endpoint=Endpoint("192.0.2.1", 443), reach=Reach.ANSWERED, chains=[chain])


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"is_authority": True}, Outcome.FAILED),
        ({"is_authority": True, "is_self_signed": True}, Outcome.PASSED),
        ({"extended_usages": ["client"]}, Outcome.FAILED),
        ({}, Outcome.PASSED),
    ],
)
def test_a_certificate_is_made_for_a_server_alone(
    facts: dict[str, object], outcome: Outcome
) -> None:
    assert judge("tls_usages", seen(**facts)).outcome == outcome


def test_a_certificate_of_a_few_days_ends_before_it_is_revoked() -> None:
    short, lasting = judge("tls_no_revocation", seen(6)), judge("tls_no_revocation", seen(90))
    assert (short.outcome, lasting.outcome) == (Outcome.PASSED, Outcome.FAILED)
    assert "expire avant" in short.evidence
