"""What may be touched, and what may not whatever is asked."""

from datetime import date

import pytest

from rempart.engines.exposure.perimeter import Touch, parse_perimeter
from rempart.engines.exposure.scope import NoConsent, Scope, demand_consent, refused_port

DAY = date(2026, 11, 1)
CONSENT = "{by: C. Martin, function: directrice, on: 2026-10-01, until: 2026-12-31}"
ENDED = "{by: L. Petit, function: directeur, on: 2025-01-01, until: 2026-01-01}"
ASSETS = f"""
name: CH d’Exemple
consent: {CONSENT}
assets:
  - {{kind: domain, value: chu.example, subdomains: true, addresses: follow}}
  - {{kind: domain, value: seul.example}}
  - {{kind: host, value: vpn.chu.example, touch: [tls]}}
  - {{kind: range, value: 203.0.113.0/28}}
  - {{kind: address, value: 203.0.113.3, touch: [http, medical]}}
  - {{kind: range, value: 10.1.0.0/24}}
  - {{kind: range, value: 169.254.169.0/24}}
  - {{kind: address, value: 8.8.4.4, consent: {ENDED}}}
excluded: [pacs.chu.example, 203.0.113.9]
"""


@pytest.fixture(scope="module")
def scope() -> Scope:
    return Scope(parse_perimeter(ASSETS), DAY)


def test_names_under_a_domain_belong_when_the_file_says_so(scope: Scope) -> None:
    assert scope.name("www.chu.example.")
    assert scope.name("seul.example")
    assert "pas dans le périmètre" in scope.name("www.seul.example").refusal
    assert "pas dans le périmètre" in scope.name("fauxchu.example").refusal
    assert "pas un nom" in scope.name("a b").refusal


def test_what_is_excluded_stays_out_with_all_that_is_under_it(scope: Scope) -> None:
    assert "exclu" in scope.name("web.pacs.chu.example").refusal
    assert "exclue" in scope.address("203.0.113.9").refusal
    assert "exclue" in scope.address("::ffff:203.0.113.9").refusal


def test_the_narrowest_asset_says_what_may_be_touched(scope: Scope) -> None:
    assert scope.name("vpn.chu.example").touch == {Touch.TLS}
    assert scope.address("203.0.113.3").touch == {Touch.HTTP, Touch.MEDICAL}
    assert Touch.SERVICES in scope.address("203.0.113.4").touch


def test_an_address_that_is_not_written_is_outside(scope: Scope) -> None:
    assert scope.address("10.1.0.7")
    for address in ("203.0.113.16", "127.0.0.1", "::1", "10.2.0.1", "no", "2001:db8::1"):
        assert scope.address(address).refusal, address


def test_an_address_that_gives_secrets_is_touched_only_when_written_alone(scope: Scope) -> None:
    assert scope.address("169.254.169.3")
    assert "métadonnées" in scope.address("169.254.169.254").refusal


def test_a_name_that_follows_leads_to_its_addresses_on_the_internet(scope: Scope) -> None:
    assert scope.led("www.chu.example", [], "93.184.215.14")
    assert scope.led("www.chu.example", ["web.chu.example"], "93.184.215.14")
    assert (
        "alias de x.cdn.example"
        in scope.led("www.chu.example", ["x.cdn.example"], "93.184.215.14").refusal
    )
    assert "hébergement partagé" in scope.led("seul.example", [], "93.184.215.14").refusal


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.9.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "fd00:ec2::254", "0.0.0.1", "224.0.0.1", "pas une adresse", "203.0.113.9"],
)  # fmt: skip
def test_no_name_leads_where_no_name_may_lead(scope: Scope, address: str) -> None:
    assert not scope.led("www.chu.example", [], address)


def test_a_written_address_is_touched_under_the_rights_of_both(scope: Scope) -> None:
    assert scope.led("seul.example", ["x.cdn.example"], "203.0.113.3").touch == {Touch.HTTP}
    assert not scope.led("ailleurs.example", [], "203.0.113.3")


def test_a_consent_of_its_own_ends_on_its_own_day(scope: Scope) -> None:
    assert "a pris fin le 01/01/2026" in scope.address("8.8.4.4").refusal
    perimeter = parse_perimeter(ASSETS)
    assert Scope(perimeter, date(2025, 6, 1)).address("8.8.4.4")
    assert "ne commence que" in Scope(perimeter, date(2025, 6, 1)).name("chu.example").refusal


@pytest.mark.parametrize(
    ("consent", "says"),
    [
        ("", "Personne n’a consenti"),
        (f"consent: {ENDED}\n", "a pris fin le 01/01/2026"),
        ("consent: {by: a, function: b, on: 2027-01-01, until: 2027-02-01}\n", "ne commence que"),
    ],
)
def test_without_a_consent_in_force_nothing_is_planned(consent: str, says: str) -> None:
    perimeter = parse_perimeter(f"name: x\n{consent}assets: [{{kind: host, value: a.chu.example}}]")
    with pytest.raises(NoConsent, match=says):
        demand_consent(perimeter, DAY)
    assert not Scope(perimeter, DAY).name("a.chu.example")


def test_a_day_of_consent_counts_from_its_first_to_its_last() -> None:
    perimeter = parse_perimeter(ASSETS)
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [bool(Scope(perimeter, d).name("chu.example")) for d in days] == [
        False,
        True,
        True,
        False,
    ]


def test_ports_of_care_and_of_the_building_are_closed_unless_named() -> None:
    usual = {Touch.SERVICES, Touch.TLS}
    assert "médicaux" in refused_port(usual, 104, "tcp")
    assert "techniques" in refused_port(usual, 502, "tcp")
    assert "UDP" in refused_port(usual, 161, "udp")
    assert refused_port({Touch.MEDICAL}, 104, "tcp") == ""
    assert refused_port({Touch.AMPLIFICATION}, 161, "udp") == ""
    assert refused_port(usual, 443, "tcp") == ""
