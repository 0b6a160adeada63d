"""What the checks of sites say of the cases that a real server seldom shows."""

from typing import Any

import pytest

from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.http import Cookie, HttpSeen, Step
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from support.web_servers import outcome, verdicts


def seen(name: str = "www.chu.example", **told: Any) -> HttpSeen:
    base: dict[str, Any] = {"is_tls": True, "status": 200, "page_type": "text/html"}
    return HttpSeen(
        reach=Reach.ANSWERED, endpoint=Endpoint("192.0.2.1", 443, name), **(base | told)
    )


def told(**headers: str) -> dict[str, list[str]]:
    return {name.replace("_", "-"): [value] for name, value in headers.items()}


CSP = "content-security-policy"
CASES: list[tuple[str, HttpSeen, str]] = [
    ("http_csp_missing", seen(page_type="application/json"), "not_applicable"),
    ("http_csp_missing", seen(steps=[Step(url="/", status=302, refused="Non.")]), "not_measured"),
    ("http_csp_missing", seen(headers={f"{CSP}-report-only": ["default-src 'self'"]}), "failed"),
    ("http_csp_missing", seen(headers={CSP: [" ; ,"]}), "failed"),
    ("http_csp_weak", seen(status=500), "not_applicable"),
    ("http_csp_weak", seen(headers={CSP: ["img-src *"]}), "failed"),
    ("http_csp_weak", seen(headers={CSP: ["script-src 'self' 'unsafe-eval'"]}), "failed"),
    ("http_csp_weak", seen(headers={CSP: ["script-src 'unsafe-inline' 'nonce-a'"]}), "passed"),
    ("http_csp_weak", seen(headers={CSP: ["script-src *, script-src 'self'"]}), "passed"),
    ("http_no_https", seen(is_tls=False, leaves_to="http://autre.example"), "failed"),
    ("http_no_https", seen(is_tls=False, status=401), "failed"),
    ("http_no_https", seen(is_tls=False, status=503), "not_measured"),
    ("http_no_https", seen(is_tls=False, status=500), "not_applicable"),
    ("http_hsts", seen(name=""), "not_applicable"),
    ("http_hsts", seen(headers=told(strict_transport_security="max-age=0")), "failed"),
    ("http_hsts", seen(headers=told(strict_transport_security="preload")), "failed"),
    ("http_hsts", seen(headers=told(strict_transport_security="max-age=99999999")), "failed"),
    ("http_frames", seen(status=404), "not_applicable"),
    ("http_frames", seen(headers=told(x_frame_options="ALLOW-FROM a")), "failed"),
    ("http_nosniff", seen(leaves_to="https://a.example"), "not_applicable"),
    ("http_referrer", seen(status=404), "not_applicable"),
    ("http_referrer", seen(headers=told(referrer_policy="origin")), "failed"),
    ("http_referrer", seen(headers=told(referrer_policy="no-referrer, strict-origin")), "passed"),
    ("http_cors", seen(cors="*"), "failed"),
    ("http_cors", seen(cors="https://origine-inventee.example"), "failed"),
    ("http_cors", seen(cors="null", cors_credentials=True), "failed"),
    ("http_script_integrity", seen(status=404), "not_applicable"),
    ("http_mixed_content", seen(status=404), "not_applicable"),
    ("http_directory_listing", seen(status=404), "not_applicable"),
    ("http_default_page", seen(status=404), "not_applicable"),
    ("http_session_cookie", seen(cookies=[Cookie(name="theme")]), "not_applicable"),
    ("http_cookie_same_site", seen(cookies=[Cookie(name="theme")]), "not_applicable"),
    ("http_session_cookie", seen(status=503), "not_measured"),
    ("http_cookie_same_site", seen(status=429), "not_measured"),
    ("http_password_in_clear", seen(status=502), "not_measured"),
    ("http_inner_address", seen(status=504), "not_measured"),
    ("http_exposed_secret", seen(), "not_measured"),
    ("http_inner_address", seen(headers=told(x_a="999.1.1.1 1.1.1.1 127.0.0.1")), "passed"),
    ("http_inner_address", seen(headers=told(x_a="192.168.1.4")), "failed"),
    ("service_admin_console", seen(products=[Product(id="inconnu", name="?")]), "passed"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "site", "expected"), CASES, ids=lambda v: str(v)[:24])
def test_a_case_is_judged_as_it_should_be(check: str, site: HttpSeen, expected: str) -> None:
    assert outcome(check, site) == expected


def test_a_password_asked_in_clear_is_graver_than_a_page() -> None:
    (verdict,) = verdicts("http_no_https", seen(is_tls=False, has_password_field=True))
    assert verdict.severity == "high"


SERVICES = [
    ("service_rdp_without_nla", "rdp", {}, "not_measured"),
    ("service_rdp_without_nla", "rdp", {"nla": "yes"}, "passed"),
    ("service_smb1", "smb", {"dialect": "3.1.1"}, "not_measured"),
    ("service_ftp_clear", "ftp", {"tls": "unknown"}, "not_measured"),
    ("service_anonymous_directory", "ldap", {}, "not_measured"),
    ("service_dicom_open", "ssh", {}, ""),
    ("service_ftp_clear", "ssh", {}, ""),
    ("service_smb1", "ssh", {}, ""),
    ("service_rdp_without_nla", "ssh", {}, ""),
    ("service_anonymous_directory", "ssh", {}, ""),
    ("service_ssh_weak", "ftp", {}, ""),
    ("service_ssh_weak", "ssh", {"protocol": "1.99", "kex": "curve25519-sha256"}, "failed"),
    ("service_open_data", "ssh", {}, ""),
]


@pytest.mark.parametrize(("check", "service", "details", "expected"), SERVICES)
def test_a_service_that_does_not_say_is_not_judged(
    check: str, service: str, details: dict[str, str], expected: str
) -> None:
    endpoint = Endpoint("192.0.2.1", 2000)
    one = ServiceSeen(reach=Reach.ANSWERED, endpoint=endpoint, service=service, details=details)
    assert outcome(check, one) == expected
