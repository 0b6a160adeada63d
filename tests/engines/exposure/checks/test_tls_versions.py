"""Every check of TLS on real servers: one that fails it, one that passes it."""

import pytest

from rempart.engines.exposure.registry import CHECKS
from rempart.kernel.outcome import Outcome
from support.parts import LOOPBACK
from support.tls_servers import Lab, judge

pytestmark = [pytest.mark.needs("nginx", "openssl"), pytest.mark.allow_hosts(LOOPBACK)]

SERVERS = {
    "tls_sslv2": ("sslv2", "good"),
    "tls_sslv3": ("sslv3", "good"),
    "tls_10_11": ("old", "good"),
    "tls_no_tls13": ("no_tls13", "good"),
    "tls_downgrade": ("lets_down", "good"),
    "tls_null": ("old", "good"),
    "tls_export": ("export", "good"),
    "tls_anonymous": ("old", "good"),
    "tls_rc4": ("sslv3", "good"),
    "tls_single_des": ("single_des", "good"),
    "tls_3des": ("sslv3", "good"),
    "tls_static_rsa": ("static_rsa", "good"),
    "tls_cbc": ("static_rsa", "good"),
    "tls_no_order": ("client_order", "good"),
    "tls_compression": ("compression", "good"),
    "tls_insecure_renegotiation": ("no_renegotiation_proof", "good"),
    "tls_client_renegotiation": ("renegotiation", "good"),
    "tls_no_extended_master_secret": ("compression", "good"),
    "tls_weak_group": ("small_curve", "good"),
    "tls_dh_size": ("short_prime", "sslv3"),
    "tls_no_hybrid": ("good", "hybrid"),
    "tls_early_data": ("early_data", "good"),
    "tls_ticket_lifetime": ("long_ticket", "good"),
    "tls_expired": ("expired", "good"),
    "tls_expires_soon": ("soon", "good"),
    "tls_not_yet_valid": ("future", "good"),
    "tls_long_validity": ("ten_years", "good"),
    "tls_self_signed": ("self_signed", "good"),
    "tls_untrusted": ("private", "good"),
    "tls_chain_incomplete": ("no_chain", "good"),
    "tls_chain_order": ("intruder", "good"),
    "tls_name_mismatch": ("other_name", "good"),
    "tls_key_size": ("short_key", "good"),
    "tls_signature_hash": ("sha1", "good"),
    "tls_usages": ("client_usage", "good"),
    "tls_no_alternative_name": ("no_san", "good"),
    "tls_no_revocation": ("no_revocation", "good"),
    "tls_no_staple": ("must_staple", "good"),
    "tls_no_transparency": ("no_timestamp", "good"),
}
"""Check → a server that fails it, and one that passes it."""


def test_every_check_of_tls_has_its_two_servers() -> None:
    assert {name for name in CHECKS if name.startswith("tls_")} == set(SERVERS)


@pytest.mark.parametrize("identifier", SERVERS)
def test_a_server_with_the_fault_fails_and_says_it(identifier: str, tls_lab: Lab) -> None:
    verdict = judge(identifier, tls_lab.seen(SERVERS[identifier][0]))
    assert verdict.outcome == Outcome.FAILED
    assert verdict.detail.endswith(".")
    assert verdict.evidence


@pytest.mark.parametrize("identifier", SERVERS)
def test_a_server_without_the_fault_passes(identifier: str, tls_lab: Lab) -> None:
    assert judge(identifier, tls_lab.seen(SERVERS[identifier][1])).outcome == Outcome.PASSED
