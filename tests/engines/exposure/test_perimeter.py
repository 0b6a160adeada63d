"""A perimeter file says what may be touched, and one that says it badly is refused whole."""

from datetime import date
from pathlib import Path

import pytest

from rempart.engines.exposure import perimeter as perimeters
from rempart.engines.exposure.names import address_of, host_name, place, special
from rempart.engines.exposure.perimeter import (
    AssetKind,
    Touch,
    fingerprint,
    parse_perimeter,
    read_perimeter,
)
from rempart.engines.exposure.scope import Scope
from rempart.engines.exposure.work import plan_pieces
from rempart.kernel.errors import UnreadableSource

CONSENT = "consent: {by: C. Martin, function: directrice, on: 2026-10-01, until: 2027-09-30}\n"


def stated(assets: str, more: str = "") -> str:
    return f"name: CH d’Exemple\n{CONSENT}{more}assets:\n{assets}"


def test_a_perimeter_is_read_with_its_consent_and_its_usual_limits(tmp_path: Path) -> None:
    path = tmp_path / "perimetre.yaml"
    path.write_text(stated("  - {kind: domain, value: CHU.Example., subdomains: true}\n"), "utf-8")
    perimeter = read_perimeter(path)
    assert perimeter.assets[0].kind is AssetKind.DOMAIN
    assert perimeter.consent and perimeter.consent.until.year == 2027
    assert Touch.MEDICAL not in perimeter.touch and Touch.TLS in perimeter.touch
    assert perimeter.limits.connections == 4


@pytest.mark.parametrize(
    ("assets", "says"),
    [
        ("  []\n", "ne déclare aucun bien"),
        ("  - {kind: domain, value: exemple}\n", "nom complet"),
        ("  - {kind: domain, value: '*.chu.example'}\n", "n’est pas un nom"),
        ("  - {kind: address, value: 192.0.2.300}\n", "n’est pas une adresse"),
        ("  - {kind: address, value: 'fe80::1%eth0'}\n", "interface"),
        ("  - {kind: range, value: 10.0.0.0/8}\n", "découpez-la"),
        ("  - {kind: range, value: 2001:db8::/32}\n", "plus large"),
        ("  - {kind: range, value: 192.0.2.1/28}\n", "adresse de début"),
        ("  - {kind: range, value: 192.0.2.1}\n", "n’est pas une plage"),
        ("  - {kind: host, value: a.chu.example, subdomains: true}\n", "que pour un domaine"),
        ("  - {kind: address, value: 192.0.2.1, addresses: follow}\n", "que pour un nom"),
        ("  - {kind: host, value: a.chu.example}\n  - {kind: host, value: A.chu.example.}\n", "deux fois"),
        ("  - {kind: host, value: a.chu.example, force: true}\n", "force"),
    ],
)  # fmt: skip
def test_a_perimeter_that_says_something_wrong_is_refused(assets: str, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says):
        parse_perimeter(stated(assets))


@pytest.mark.parametrize(
    "more",
    [
        "excluded: [pas un nom]\n",
        "resolvers: [dns.example]\n",
        "touch: [everything]\n",
        "limits: {connections: 1000}\n",
        "hours: {timezone: Lune/Mer}\n",
        "hours: {forbidden: [{from: '25:00', to: '26:00'}]}\n",
        "hours: {forbidden: [{from: '00:00', to: '24:00'}]}\n",
        "hours: {forbidden: [{from: '08:00', to: '09:00', days: [lundi]}]}\n",
    ],
)
def test_limits_hours_and_exclusions_are_checked_too(more: str) -> None:
    with pytest.raises(UnreadableSource):
        parse_perimeter(stated("  - {kind: host, value: a.chu.example}\n", more))


def test_a_consent_that_ends_before_it_begins_is_refused() -> None:
    text = "name: x\nconsent: {by: a, function: b, on: 2027-01-01, until: 2026-01-01}\n"
    with pytest.raises(UnreadableSource, match="finit avant de commencer"):
        parse_perimeter(text + "assets: [{kind: host, value: a.chu.example}]")


def test_too_many_addresses_in_all_are_refused() -> None:
    ranges = "".join(f"  - {{kind: range, value: 10.{k}.0.0/20}}\n" for k in range(17))
    with pytest.raises(UnreadableSource, match="65536 adresses en tout"):
        parse_perimeter(stated(ranges))


def test_yaml_that_unfolds_without_end_is_refused() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nname: *b\nassets: []\n"
    with pytest.raises(UnreadableSource, match="alias"):
        parse_perimeter(bomb)
    with pytest.raises(UnreadableSource):
        parse_perimeter("assets: " + "[" * 5000)


@pytest.mark.parametrize(
    "text",
    [
        stated("  - {kind: host, value: a.chu.example}\n", "excluded: [b.example]\nexcluded: []\n"),
        stated("  - {kind: host, value: a.chu.example, value: b.chu.example}\n"),
        '{"name": "CH", "excluded": ["b.example"], "excluded": [], "assets": []}',
    ],
)
def test_a_key_written_twice_is_refused_since_one_of_them_would_be_forgotten(text: str) -> None:
    with pytest.raises(UnreadableSource, match="la clé (excluded|value) est écrite deux fois"):
        parse_perimeter(text)


def test_a_perimeter_in_json_says_the_same_as_in_yaml() -> None:
    given = (
        '{\n\t"name": "CH d’Exemple",\n\t"consent": {"by": "C. Martin", "function": "directrice",'
        ' "on": "2026-10-01", "until": "2027-09-30", "document": "D\\/41"},\n'
        '\t"assets": [{"kind": "host", "value": "a.chu.example"}]\n}\n'
    )
    yaml = stated("  - {kind: host, value: a.chu.example}\n")
    other = parse_perimeter(yaml.replace("2027-09-30}", "2027-09-30, document: D/41}"))
    assert parse_perimeter(given) == other
    with pytest.raises(UnreadableSource, match="YAML bien formé, ligne 1"):
        parse_perimeter('{"name": "CH", ]')


def test_a_region_of_thirty_thousand_names_is_read_and_planned() -> None:
    assets = "".join(f"  - {{kind: host, value: srv{k}.chu.example}}\n" for k in range(30_000))
    perimeter = parse_perimeter(stated(assets))
    pieces = plan_pieces(Scope(perimeter, date(2026, 11, 22)))
    assert len(pieces) == len({piece.name for piece in pieces}) == 30_000


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="absent.yaml"):
        read_perimeter(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: hôpital".encode("latin-1"))
    with pytest.raises(UnreadableSource, match="latin.yaml"):
        read_perimeter(tmp_path / "latin.yaml")


def test_a_file_too_long_to_be_a_perimeter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perimeters, "LONGEST_FILE", 10)
    (tmp_path / "long.yaml").write_text(stated("  - {kind: host, value: a.chu.example}\n"), "utf-8")
    with pytest.raises(UnreadableSource, match="plus de 16 Mo"):
        read_perimeter(tmp_path / "long.yaml")


def test_an_excluded_address_of_ipv6_is_read() -> None:
    perimeter = parse_perimeter(
        stated("  - {kind: range, value: 2001:db8::/64}\n", "excluded: ['2001:db8::9']\n")
    )
    scope = Scope(perimeter, date(2026, 11, 1))
    assert (bool(scope.address("2001:db8::8")), bool(scope.address("2001:db8::9"))) == (True, False)


@pytest.mark.parametrize(
    "name", ["é" * 70 + ".example", "xn--.\udcff.example", "a..example", "1.2.3.4"]
)
def test_a_name_that_no_server_could_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="nom de domaine"):
        host_name(name)


def test_accents_are_written_as_the_wire_has_them() -> None:
    assert host_name("Hôpital.Example.") == "xn--hpital-ixa.example"


@pytest.mark.parametrize("address", ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b::a00:1"])
def test_an_address_that_carries_a_private_one_is_special(address: str) -> None:
    assert special(address_of(address))


@pytest.mark.parametrize(
    ("address", "kind"),
    [("169.254.1.1", "lien local"), ("fe80::1", "lien local"), ("169.254.169.254", "métadonnées")],
)
def test_an_address_of_the_local_link_is_told_from_that_of_metadata(
    address: str, kind: str
) -> None:
    assert kind in special(address_of(address))


def test_the_same_perimeter_written_otherwise_has_the_same_fingerprint() -> None:
    one = parse_perimeter(stated("  - {kind: host, value: a.chu.example}\n"))
    other = parse_perimeter(stated("  - value: a.chu.example\n    kind: host\n"))
    third = parse_perimeter(stated("  - {kind: host, value: b.chu.example}\n"))
    assert fingerprint(one) == fingerprint(other) != fingerprint(third)


def test_the_sample_shows_every_key_and_is_read(root: Path) -> None:
    perimeter = read_perimeter(root / "samples" / "perimetre-exemple.yaml")
    text = (root / "samples" / "perimetre-exemple.yaml").read_text("utf-8")
    assert [key for key in perimeter.__struct_fields__ if f"{key}:" not in text] == []
    assert Touch.MEDICAL in perimeter.touch


def test_a_public_suffix_is_nobody_s_to_declare() -> None:
    with pytest.raises(UnreadableSource, match="suffixe public"):
        parse_perimeter(stated("  - {kind: domain, value: gouv.fr, subdomains: true}\n"))


def test_a_wide_range_of_ipv6_is_scope_and_not_work() -> None:
    perimeter = parse_perimeter(
        stated("  - {kind: range, value: 2001:db8::/48}\n  - {kind: range, value: 192.0.2.0/28}\n")
    )
    assert len(plan_pieces(Scope(perimeter, date(2026, 11, 22)))) == 16


def test_an_excluded_range_is_not_tried() -> None:
    text = stated("  - {kind: range, value: 192.0.2.0/28}\n", "excluded: [192.0.2.0/30]\n")
    scope = Scope(parse_perimeter(text), date(2026, 11, 22))
    allowed = [bool(scope.address(f"192.0.2.{k}")) for k in (0, 3, 4, 15)]
    assert allowed == [False, False, True, True]


def test_targets_are_put_in_the_order_in_which_people_count() -> None:
    given = ["srv10.example", "[2001:db8::1]:443", "127.0.0.10", "srv2.example", "127.0.0.2", "127.0.0.2:8443",
             "127.0.0.2:443", "2001:db8::", "a.example"]  # fmt: skip
    assert sorted(given, key=place) == [
        "127.0.0.2", "127.0.0.2:443", "127.0.0.2:8443", "127.0.0.10", "2001:db8::", "[2001:db8::1]:443",
        "a.example", "srv2.example", "srv10.example",
    ]  # fmt: skip
