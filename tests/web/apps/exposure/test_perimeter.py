"""The perimeter: what may be declared, who consents, and what stops everything."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from factories.exposure import a_perimeter
from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.web.apps.exposure import perimeters, rules
from rempart.web.apps.exposure.declared import file_of
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.apps.exposure.perimeters import Candidate, Consent
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
QUERIES: Final = 9
PAGE = "/etablissements/350000019/exposition/perimetre/"


def test_a_perimeter_is_declared_on_its_pages(cast: Cast, browser_of: BrowserOf) -> None:
    browser, today = browser_of("alice"), timezone.localdate()
    consent = {
        "consent_by": "Camille Martin",
        "consent_function": "directrice",
        "consent_on": today.isoformat(),
        "consent_until": (today + timedelta(days=200)).isoformat(),
    }
    assert browser.post(f"{PAGE}consentement/", consent).status_code == 302
    given = {"kind": "domain", "value": "CHU.Example.", "with_subdomains": "on"}
    assert browser.post(PAGE, given).status_code == 302
    asset = Asset.objects.get()
    assert (asset.value, asset.with_subdomains, asset.decided_by) == (
        "chu.example",
        True,
        cast.alice,
    )
    acts = JournalEntry.objects.filter(establishment=cast.home.pk).values_list("act", flat=True)
    assert {"consent_to_sweeps", "declare_asset"} <= set(acts)
    assert "Camille Martin consent jusqu" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "127.0.0.1"),
        ("address", "169.254.169.254"),
        ("address", "10.1.2.3"),
        ("range", "192.168.0.0/24"),
        ("range", "100.0.0.0/8"),
        ("address", "::1"),
        ("address", "64:ff9b::7f00:1"),
        ("domain", "https://chu.example/"),
        ("domain", "localhost"),
        ("host", "1.2.3.4"),
        ("domain", "a" * 300 + ".example"),
    ],
)
def test_what_is_not_of_the_internet_cannot_be_declared(
    cast: Cast, browser_of: BrowserOf, kind: str, value: str
) -> None:
    answer = browser_of("alice").post(PAGE, {"kind": kind, "value": value})
    assert answer.status_code == 422
    assert not Asset.objects.exists()


def test_private_addresses_are_declared_only_where_the_installation_says_so(
    cast: Cast, settings: Settings
) -> None:
    settings.SWEEP_PRIVATE = True
    made = perimeters.add_asset(
        establishment=cast.home, kind="address", value="10.1.2.3", by=cast.alice
    )
    assert made.value == "10.1.2.3"


@pytest.mark.parametrize(("on", "until"), [(1, 30), (-10, -1), (0, 400)])
def test_a_consent_that_cannot_stand_is_refused(cast: Cast, on: int, until: int) -> None:
    today = timezone.localdate()
    consent = Consent("C", "D", today + timedelta(days=on), today + timedelta(days=until))
    with pytest.raises(Refused):
        perimeters.give_consent(
            establishment=cast.home, consent=consent, today=today, by=cast.alice
        )
    assert not Perimeter.objects.exclude(consent_by="").exists()


def test_the_file_is_the_one_that_the_command_line_reads(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice, blackouts="lun-ven 08:00-18:00\ndim 00:00-24:00")
    perimeters.add_asset(
        establishment=cast.home,
        kind="host",
        value="pacs.chu.example",
        is_excluded=True,
        by=cast.alice,
    )
    answer = browser_of("alice").get("/etablissements/350000019/exposition/perimetre.yaml")
    found = parse_perimeter(answer.content.decode())
    assert found.consent is not None
    assert (found.finess, found.consent.by) == ("350000019", "Camille Martin")
    assert ([a.value for a in found.assets], found.excluded) == (
        ["chu.example"],
        ["pacs.chu.example"],
    )
    assert found.hours.forbidden[0].days == ["mon", "tue", "wed", "thu", "fri"]


def test_a_perimeter_without_anything_gives_no_file(cast: Cast) -> None:
    with pytest.raises(Refused, match="ne déclare encore rien"):
        file_of(Perimeter(establishment=cast.home))


def test_what_was_discovered_waits_for_a_person(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    found = [
        Candidate("host", "vpn.chu.example", "Nom du certificat de www.chu.example"),
        Candidate("host", "chu", "Rien d’un nom"),
        Candidate("domain", "chu.example", "Déjà là"),
    ]
    assert perimeters.propose_assets(establishment=cast.home, found=found, by=None) == 1
    asset = Asset.objects.proposed().get()
    browser = browser_of("alice")
    assert "vpn.chu.example" in browser.get(PAGE).content.decode()
    browser.post(f"{PAGE}propositions/", {"asset": asset.pk, "choice": "refuse"})
    asset.refresh_from_db()
    assert (asset.state, asset.decided_by) == ("refused", cast.alice)
    assert perimeters.propose_assets(establishment=cast.home, found=found, by=None) == 0


def test_the_assets_of_another_are_not_decided_here(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.far, cast.charlie)
    found = [Candidate("host", "vpn.chu.example", "Nom de certificat")]
    perimeters.propose_assets(establishment=cast.far, found=found, by=None)
    asset = Asset.objects.proposed().get()
    answer = browser_of("alice").post(
        f"{PAGE}propositions/", {"asset": asset.pk, "choice": "accept"}
    )
    assert answer.status_code == 409
    assert Asset.objects.proposed().count() == 1


def test_hours_that_never_open_are_refused(cast: Cast, browser_of: BrowserOf) -> None:
    given = {
        "touch": ["dns"],
        "connections_at_once": 2,
        "connections_per_second": 2,
        "rhythm": "none",
        "blackouts": "lun-dim 00:00-24:00",
    }
    assert browser_of("alice").post(f"{PAGE}reglages/", given).status_code == 422
    assert (
        browser_of("alice").post(f"{PAGE}reglages/", given | {"blackouts": ""}).status_code == 302
    )
    assert Perimeter.objects.get().touch == ["dns"]


def test_hours_past_midnight_are_understood() -> None:
    slot = rules.hours_of("ven-lun 22:00-06:00").forbidden[0]
    assert (slot.days, slot.start, slot.end) == (["fri", "sat", "sun", "mon"], "22:00", "06:00")
    with pytest.raises(Refused, match="plage d’heures"):
        rules.hours_of("tous les jours")


def test_a_consent_is_taken_back(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    browser_of("alice").post(f"{PAGE}consentement/retirer/")
    row = Perimeter.objects.get()
    assert (row.consent_by, row.consent_until) == ("", None)
    assert not Perimeter.objects.consented(timezone.localdate()).exists()


def test_an_extract_of_names_is_proposed_and_never_touched(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_perimeter(cast.home, cast.alice)
    perimeters.add_asset(
        establishment=cast.home, kind="domain", value="autre.example", by=cast.alice
    )
    text = "vieux.autre.example\n*.rdv.autre.example\nwww.chu.example\nautre.example\n???\n"
    given = {"names": SimpleUploadedFile("extrait.txt", text.encode())}
    assert browser_of("alice").post(f"{PAGE}decouvrir/", given).status_code == 302
    proposed = Asset.objects.proposed().order_by("value").values_list("value", flat=True)
    assert list(proposed) == ["rdv.autre.example", "vieux.autre.example"]


def test_a_name_under_a_domain_leads_where_its_domain_may(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_perimeter(cast.home, cast.alice)
    perimeters.add_asset(
        establishment=cast.home, kind="domain", value="autre.example", by=cast.alice,
        with_subdomains=True, follows_addresses=True,
    )  # fmt: skip
    given = {"names": SimpleUploadedFile("extrait.txt", b"vieux.autre.example\n")}
    browser_of("alice").post(f"{PAGE}decouvrir/", given)
    (asset,) = Asset.objects.proposed()
    assert (asset.value, asset.follows_addresses) == ("vieux.autre.example", True)


def test_a_file_that_names_nothing_readable_is_refused(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    given = {"names": SimpleUploadedFile("extrait.json", b'[{"name_value": ')}
    answer = browser_of("alice").post(f"{PAGE}decouvrir/", given)
    assert answer.status_code == 422
    assert "pas un extrait de noms" in answer.content.decode()


def test_too_many_discoveries_are_put_off(cast: Cast) -> None:
    a_perimeter(cast.home, cast.alice)
    found = [Candidate("host", f"h{k}.autre.example", "Extrait") for k in range(20)]
    assert perimeters.propose_assets(establishment=cast.home, found=found, most=5, by=None) == 5


def test_two_people_who_settle_at_once_are_told(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    seen = perimeters.settings_mark(Perimeter.objects.get())
    given = {
        "touch": ["dns"], "connections_at_once": 2, "connections_per_second": 2,
        "rhythm": "daily", "blackouts": "", "was": seen,
    }  # fmt: skip
    Perimeter.objects.update(blackouts="lun-ven 08:00-18:00")
    answer = browser_of("alice").post(f"{PAGE}reglages/", given)
    assert answer.status_code == 422
    assert "Une autre personne a changé" in answer.content.decode()
    assert Perimeter.objects.get().blackouts == "lun-ven 08:00-18:00"
    again = given | {"was": perimeters.settings_mark(Perimeter.objects.get())}
    assert f'value="{again["was"]}"' in answer.content.decode()
    assert browser_of("alice").post(f"{PAGE}reglages/", again).status_code == 302


def test_a_consent_written_meanwhile_is_not_lost_unseen(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    today = timezone.localdate()
    given = {
        "consent_by": "Camille Martin", "consent_function": "directrice", "consent_on": today.isoformat(),
        "consent_until": today.isoformat(), "was": perimeters.consent_mark(Perimeter.objects.get()),
    }  # fmt: skip
    perimeters.withdraw_consent(establishment=cast.home, by=cast.alice)
    assert browser_of("alice").post(f"{PAGE}consentement/", given).status_code == 422
    assert Perimeter.objects.get().consent_on is None


def test_all_that_was_discovered_is_decided_at_once(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    found = [Candidate("host", f"site{k}.chu.example", "Vu dans un certificat") for k in range(3)]
    perimeters.propose_assets(establishment=cast.home, found=found, by=None)
    shown = list(Asset.objects.proposed().values_list("pk", flat=True)[:2])
    far = {"shown": [*shown, "9" * 30, "x"], "choice": "accept_all"}
    assert browser_of("alice").post(f"{PAGE}propositions/", far).status_code == 302
    assert set(Asset.objects.accepted().filter(kind="host").values_list("pk", flat=True)) == set(
        shown
    )
    assert Asset.objects.proposed().count() == 1


@pytest.mark.parametrize("count", [5, 250])
def test_a_wide_perimeter_costs_no_more_queries(
    cast: Cast, browser_of: BrowserOf, django_assert_num_queries: Any, count: int
) -> None:
    row = a_perimeter(cast.home, cast.alice)
    now = timezone.now()
    Asset.objects.bulk_create(
        Asset(perimeter=row, kind="host", value=f"site{k}.chu.example", decided_by=cast.alice, decided_at=now)
        for k in range(count)
    )  # fmt: skip
    browser = browser_of("alice")
    browser.get(PAGE)
    with django_assert_num_queries(QUERIES):
        page = browser.get(f"{PAGE}?page=1").content.decode()
    assert page.count("Retirer<span") == min(count + 1, 100)


def test_a_server_is_given_two_connections_at_least(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    given = {
        "touch": ["dns"], "connections_at_once": 1, "connections_per_second": 2, "rhythm": "none",
    }  # fmt: skip
    assert browser_of("alice").post(f"{PAGE}reglages/", given).status_code == 422
    with pytest.raises(Refused, match="au moins 2"):
        perimeters.settle(
            establishment=cast.home,
            settings=perimeters.Settings(["dns"], connections_at_once=1),
            by=cast.alice,
        )
