"""The table of suites: whole, named once, and classed as the names say."""

import pytest

from rempart.engines.exposure.probe.tls import suites
from rempart.engines.exposure.probe.tls.hello import TLS12, Asked, client_hello
from support.tls_choosers import read_hello

CLASSES = {
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA": {"3des", "cbc", "static_rsa"},
    "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA": {"cbc", "des", "export", "pfs"},
    "SSL_CK_DES_192_EDE3_CBC_WITH_MD5": {"3des", "cbc"},
    "SSL_CK_DES_64_CBC_WITH_MD5": {"des", "cbc"},
    "TLS_RSA_WITH_NULL_MD5": {"null", "static_rsa"},
    "TLS_DH_anon_WITH_RC4_128_MD5": {"anon", "rc4"},
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": {"aead", "pfs"},
    "TLS_ECDH_RSA_WITH_AES_128_CBC_SHA": {"cbc"},
    "TLS_AES_128_GCM_SHA256": {"aead", "pfs"},
    "TLS_RSA_WITH_IDEA_CBC_SHA": {"idea", "cbc", "static_rsa"},
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_suite_is_classed_as_its_name_says(name: str) -> None:
    assert suites.classes_of(name) == CLASSES[name]


def test_a_name_and_a_code_are_given_once() -> None:
    assert len(suites.by_name()) == len(suites.all_suites()) > 370
    assert not set(suites.legacy_suites()) & set(suites.tls13_suites())


def test_old_servers_find_their_suites_among_the_first_64() -> None:
    first = {suites.name_of(code) for code in suites.legacy_suites()[:64]}
    assert {"TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"} <= first
    assert {"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA"} <= first


def test_a_hello_offers_every_suite_in_one_record() -> None:
    record = client_hello(Asked(TLS12, "www.ch.example"), suites.legacy_suites())
    version, offered, more = read_hello(record)
    assert (version, tuple(offered)) == (TLS12, suites.legacy_suites())
    assert more[0].endswith(b"www.ch.example")
    assert len(record) < 16384


def test_a_code_that_the_table_lacks_is_shown_in_hexadecimal() -> None:
    assert suites.name_of(0xFAFA) == "0xFAFA"
    assert suites.classes_of("0xFAFA") == frozenset()
