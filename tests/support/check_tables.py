"""Every check of the exposure audit, and the servers that it is tried on: the tests are made from these tables.

`tests/engines/exposure/test_real_endpoints.py` holds that no check of the catalogue is left out.
"""

from typing import Final

from rempart.content.exposure_catalogue import exposure_checks
from support.service_peers import SERVICES

NAMES = [
    ("zone", "dns_one_server", "bad", "good"),
    ("zone", "dns_lame_server", "lame", "good"),
    ("zone", "dns_same_network", "near", "good"),
    ("zone", "dns_delegation_differs", "lame", "good"),
    ("zone", "dns_serials_differ", "stale", "good"),
    ("zone", "dns_soa_values", "bad", "good"),
    ("zone", "dns_transfer_open", "bad", "good"),
    ("zone", "dns_open_resolver", "bad", "good"),
    ("zone", "dns_dangling_alias", "bad", "good"),
    ("zone", "dns_wildcard", "bad", "good"),
    ("zone", "dns_no_ipv6", "bad", "good"),
    ("zone", "dns_dnssec_absent", "bad", "good"),
    ("zone", "dns_dnssec_bogus", "bogus", "good"),
    ("zone", "dns_dnssec_expiring", "soon", "good"),
    ("zone", "dns_dnssec_weak", "sha1", "good"),
    ("zone", "dns_caa_absent", "bad", "good"),
    ("mail", "mail_spf_absent", "nomail", "good"),
    ("mail", "mail_spf_open", "bad", "good"),
    ("mail", "mail_spf_broken", "bad", "good"),
    ("mail", "mail_dkim_absent", "nomail", "bad"),
    ("mail", "mail_dkim_weak", "bad", "good"),
    ("mail", "mail_dkim_test", "bad", "good"),
    ("mail", "mail_dmarc_absent", "nomail", "good"),
    ("mail", "mail_dmarc_broken", "twice", "good"),
    ("mail", "mail_dmarc_none", "bad", "good"),
    ("mail", "mail_dmarc_partial", "partial", "good"),
    ("mail", "mail_dmarc_reports", "partial", "good"),
    ("mail", "mail_exchanger_broken", "bad", "good"),
    ("mail", "mail_null_absent", "nomail", "silent-mail"),
    ("mail", "mail_sts_absent", "twice", "good"),
    ("mail", "mail_sts_broken", "bad", "good"),
    ("mail", "mail_sts_testing", "partial", "good"),
    ("mail", "mail_tls_report_absent", "bad", "good"),
    ("mail", "mail_dane_absent", "unpinned", "good"),
    ("mail", "mail_dane_broken", "partial", "good"),
]
"""Kind of observation, check, a zone that fails it, one that passes it: BIND serves both, aiosmtpd and Python's HTTP server
what these zones name."""

STARTTLS = "mail_starttls_absent"
"""Tried on two servers of one domain."""

TLS = {
    "tls_sslv2": ("sslv2", "good"),
    "tls_sslv3": ("sslv3", "good"),
    "tls_10_11": ("old", "good"),
    "tls_no_tls13": ("no_tls13", "good"),
    "tls_downgrade": ("java", "good"),
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
    "tls_insecure_renegotiation": ("gnutls", "good"),
    "tls_client_renegotiation": ("renegotiation", "good"),
    "tls_no_extended_master_secret": ("gnutls", "good"),
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

SITES = [
    "http_hsts",
    "http_csp_weak",
    "http_frames",
    "http_nosniff",
    "http_referrer",
    "http_cors",
    "http_version_told",
    "http_session_cookie",
    "http_cookie_same_site",
    "http_script_integrity",
    "http_mixed_content",
    "http_password_in_clear",
    "http_exposed_secret",
    "http_exposed_console",
    "http_exposed_state",
    "http_exposed_interface",
    "http_default_page",
    "http_inner_address",
]
"""Checks that one nginx badly set fails, and that one well set passes."""

OTHER_SITES = ["http_no_https", "http_csp_missing", "http_directory_listing"]
"""Checks that want an nginx of their own to fail."""

HOLES = ["hole_known_exploited", "hole_known", "hole_end_of_life", "hole_js_library"]
"""Checks tried on an nginx of this machine, with a bundle that accuses its version and one that does not."""

CLAIMS = ["hole_other_tool"]
"""Checks that speak of the file of another tool: tried on what nmap writes of an nginx."""

THEMES: Final = {
    "dns_": "Names",
    "mail_": "Mail",
    "tls_": "TLS",
    "http_": "Sites",
    "service_": "Services",
    "hole_": "Holes",
}


def tried() -> set[str]:
    """The checks that a server of others fails and another passes."""
    names = [name for _, name, _, _ in NAMES] + [STARTTLS]
    return {*names, *TLS, *SITES, *OTHER_SITES, *HOLES, *CLAIMS, *SERVICES}


def summary() -> str:
    """The table of the documentation: by theme, how many checks there are, and how many have both their servers."""
    lines = [
        "| Theme | Checks | With a server that fails it, and one that passes it |",
        "|---|---|---|",
    ]
    for prefix, title in THEMES.items():
        mine = {name for name in exposure_checks() if name.startswith(prefix)}
        lines.append(f"| {title} | {len(mine)} | {len(mine & tried())} |")
    return "\n".join(lines)
