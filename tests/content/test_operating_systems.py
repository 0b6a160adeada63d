"""Ends of support: the system that a machine states, and the day that counts."""

from datetime import UTC, datetime

import pytest

from rempart.content.operating_systems import operating_systems, support_of


@pytest.mark.parametrize(
    ("name", "version", "label", "ends_on"),
    [
        ("Windows Server 2012 R2 Standard", "6.3 (9600)", "Windows Server 2012", "2023-10-10"),
        ("Windows Server® 2008 Standard", "6.0 (6002)", "Windows Server 2008", "2020-01-14"),
        ("Windows Server (R) 2008 Standard", "", "Windows Server 2008", "2020-01-14"),
        ("Windows Server  2022 Datacenter", "", "Windows Server 2022", "2031-10-14"),
        ("Windows Server Datacenter", "10.0 (25398)", "Windows Server 23H2", "2025-10-24"),
        ("Windows 2000 Server", "5.0 (2195)", "Windows 2000 Server", "2010-07-13"),
        ("Windows 2000 Professional", "5.0 (2195)", "Windows 2000", "2010-07-13"),
        ("Windows 8.1 Pro", "6.3 (9600)", "Windows 8.1", "2023-01-10"),
        ("Windows 8 Pro", "6.2 (9200)", "Windows 8", "2016-01-12"),
        ("windows 10 pro", "10.0 (19045)", "Windows 10 22H2", "2025-10-14"),
        ("Windows 10 Pro", "10.0.19045.2006", "Windows 10 22H2", "2025-10-14"),
        ("Windows 11 Professionnel", "10.0 (22631)", "Windows 11 23H2", "2025-11-11"),
        ("Windows 11 Entreprise", "10.0 (22631)", "Windows 11 23H2", "2026-11-10"),
        ("Windows 11 Éducation", "10.0 (22631)", "Windows 11 23H2", "2026-11-10"),
        ("Windows 10 Entreprise LTSC", "10.0 (17763)", "Windows 10 LTSC 2019", "2029-01-09"),
    ],
)
def test_a_system_is_known_by_its_name_and_build(
    name: str, version: str, label: str, ends_on: str
) -> None:
    found = support_of(name, version)
    assert found is not None
    assert (found.label, found.ends_on) == (label, ends_on)


@pytest.mark.parametrize(
    ("name", "version"),
    [("Samba", "4.17"), ("Windows 10 Pro", ""), ("Windows 10 Pro", "10.0 (99999)"), ("", "")],
)
def test_an_unknown_system_is_not_guessed(name: str, version: str) -> None:
    assert support_of(name, version) is None


def test_the_last_day_of_support_is_supported_to_its_end() -> None:
    found = support_of("Windows Server 2016 Standard")
    assert found is not None
    assert datetime.fromtimestamp(found.ends_at, UTC).isoformat() == "2027-01-13T00:00:00+00:00"


def test_paid_updates_are_given_for_information_only() -> None:
    found = support_of("Windows Server 2012 R2 Standard")
    assert found is not None
    assert found.paid_until > found.ends_on
    assert found.server


def test_each_system_ends_on_a_real_day_and_says_where_it_comes_from() -> None:
    reference = operating_systems()
    assert reference.source.link.startswith("https://")
    for system in reference.systems:
        for day in (system.end, system.end_enterprise, system.paid_until):
            assert day is None or datetime.fromisoformat(day).year > 2000
