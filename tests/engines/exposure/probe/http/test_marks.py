"""Recognising products: from what a page shows, at a cost that a hostile page cannot choose."""

import time

import pytest

from rempart.content.fingerprints import exposure_products, fingerprint_files
from rempart.engines.exposure.probe.http.marks import (
    Shown,
    asked_paths,
    from_banner,
    named,
    packaged_by,
    recognised,
)
from rempart.engines.exposure.probe.http.session import Answer

WORDS = sorted(
    {
        example[:size]
        for family in fingerprint_files().values()
        for fingerprint in family.fingerprints
        for example in fingerprint.examples
        for size in (12, 24)
        if any(mark.on == "body" for mark in fingerprint.marks)
    }
)


def shown(text: str, path: str = "", **headers: str) -> Shown:
    return Shown(path, Answer(200, tuple(headers.items()), text.encode()))


@pytest.mark.parametrize(
    ("banner", "distribution"),
    [
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", "debian"),
        ("OpenSSH_8.9p1 Ubuntu-3ubuntu0.6", "ubuntu"),
        ("Apache/2.4.6 (CentOS)", "centos"),
        ("Apache/2.4.37 (Red Hat Enterprise Linux)", "rhel"),
        ("postgresql-13.el8", "rhel"),
        ("10.11.6-MariaDB-0+deb12u1", "debian"),
        ("nginx/1.22.1", ""),
        ("Microsoft-IIS/10.0", ""),
    ],
)
def test_the_distribution_that_mends_without_saying_is_read_in_the_banner(
    banner: str, distribution: str
) -> None:
    assert packaged_by(banner) == distribution


def test_a_version_that_is_not_shown_proves_no_build() -> None:
    assert not named("exchange", is_unique_build=True).is_unique_build
    assert named("exchange", version="15.2.1", is_unique_build=True).is_unique_build


def test_a_mark_counts_on_its_own_page_only() -> None:
    page = "<title>GlobalProtect Portal</title>"
    assert recognised([shown(page, "/owa/auth/logon.aspx")]) == []
    assert [p.id for p in recognised([shown(page, "/global-protect/login.esp")])] == ["panos"]
    assert "/global-protect/login.esp" in asked_paths()


def test_a_product_that_imitates_another_is_the_only_one_there() -> None:
    words = '<config-auth client="vpn" type="auth-request">\n<version who="sg">0.1(1)</version>'
    answer = Answer(200, (), words.encode())
    assert [p.id for p in recognised([Shown("", answer, cookies=("webvpncontext",))])] == ["ocserv"]
    alone = Answer(200, (), b"")
    assert [p.id for p in recognised([Shown("", alone, cookies=("webvpn",))])] == ["cisco_asa"]
    imitated = {p.imitates for p in exposure_products().values()} - {""}
    assert imitated <= set(exposure_products())


def test_an_icon_names_its_product() -> None:
    answer = Answer(200, (), b"")
    known = "0" * 64 + " 6e028d7cc65a1430c68a581f8064e8e2"
    assert [p.id for p in recognised([Shown("", answer, favicon=known)])] == ["orthanc"]


def test_an_error_of_the_server_proves_nothing() -> None:
    answer = Answer(502, (("server", "nginx/1.22.1"),), b"")
    assert recognised([Shown("", answer)]) == []


def test_the_mark_that_gives_a_version_wins_over_the_one_that_gives_none() -> None:
    text = '<link href="/wp-content/a.css"><meta name="generator" content="WordPress 6.4.2">'
    (wordpress,) = recognised([shown(text)])
    assert (wordpress.version, wordpress.cpe) == ("6.4.2", "cpe:2.3:a:wordpress:wordpress")


def test_a_banner_of_another_service_is_not_read_for_this_one() -> None:
    assert [p.id for p in from_banner("8.0.36", "mysql")] == ["mysql"]
    assert from_banner("8.0.36", "ftp") == []


@pytest.mark.slow
def test_a_page_made_of_marks_costs_little() -> None:
    begun = time.process_time()
    for word in WORDS:
        recognised([shown((word * 6000)[:65536])])
    assert (time.process_time() - begun) / len(WORDS) < 0.5
