"""Products as other tools name them."""

import pytest

from rempart.engines.exposure.read.products import product_of


@pytest.mark.parametrize(
    ("name", "version", "cpe", "identifier", "shown"),
    [
        ("Apache httpd", "2.4.57", "cpe:/a:apache:http_server:2.4.57", "apache", "2.4.57"),
        ("Apache httpd", "2.4.57", "", "apache", "2.4.57"),
        ("nginx", "1.18.0 (Ubuntu)", "", "nginx", "1.18.0"),
        ("Fortinet FortiOS", "v7.0.9", "cpe:2.3:o:fortinet:fortios:7.0.9", "fortigate", "v7.0.9"),
        ("Some Portal", "beta", "", "some portal", ""),
        ("Some Portal", "", "cpe:/a:vendor:portal", "portal", ""),
    ],
)
def test_a_product_is_ours_by_its_cpe_or_its_name(
    name: str, version: str, cpe: str, identifier: str, shown: str
) -> None:
    found = product_of(name, version, cpe)
    assert found is not None
    assert (found.id, found.version) == (identifier, shown)


@pytest.mark.parametrize(
    ("version", "extra", "packaged"),
    [
        ("9.2p1 Debian 2+deb12u3", "", "debian"),
        ("8.9p1 Ubuntu 3ubuntu0.6", "", "ubuntu"),
        ("2.4.37", "(Red Hat Enterprise Linux)", "rhel"),
        ("1.20.1", "CentOS", "rhel"),
        ("1.18.0", "Alpine Linux", "alpine"),
        ("7.0.9", "", ""),
    ],
)
def test_a_distribution_is_told_by_its_mark(version: str, extra: str, packaged: str) -> None:
    found = product_of("OpenSSH", version, extra=extra)
    assert found is not None
    assert found.packaged == packaged


def test_nothing_named_is_no_product() -> None:
    assert product_of("  ", "1.0") is None
