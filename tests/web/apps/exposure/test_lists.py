"""A perimeter by the thousand: lists given at once, proposals decided by pages or all together, nothing shown whole."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from factories.exposure import a_perimeter, an_exposed, an_exposure, an_exposure_audit
from rempart.engines.exposure.perimeter import parse_perimeter
from rempart.web.apps.exposure import declared, discovering, listing, perimeters, rules
from rempart.web.apps.exposure.declared import file_of
from rempart.web.apps.exposure.listing import Line
from rempart.web.apps.exposure.models import Asset, Perimeter
from rempart.web.apps.exposure.perimeters import Candidate
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
PAGE: Final = "/etablissements/350000019/exposition/perimetre/"
LIST: Final = f"{PAGE}liste/"
DECIDE: Final = f"{PAGE}propositions/"


def given(text: str, **more: str) -> dict[str, str]:
    return {"text": text, "names_are": "host"} | more


def values(state: str = "accepted", **more: Any) -> list[str]:
    rows = Asset.objects.filter(state=state, **more).order_by("kind", "value")
    return list(rows.values_list("value", flat=True))


def test_a_list_is_declared_with_the_kind_of_each_line(cast: Cast, browser_of: BrowserOf) -> None:
    text = "WWW.chu.example # le site\n93.184.215.14; 93.184.216.0/28\nvpn.chu.example\n\n# rien\n"
    answer = browser_of("alice").post(LIST, given(text, follows_addresses="on"), follow=True)
    assert "4 éléments nouveaux, 0 changé, 0 déjà là." in answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")  # fmt: skip
    rows = Asset.objects.order_by("kind", "value").values_list("kind", "value", "follows_addresses")
    assert list(rows) == [
        ("address", "93.184.215.14", False), ("host", "vpn.chu.example", True), ("host", "www.chu.example", True),
        ("range", "93.184.216.0/28", False),
    ]  # fmt: skip
    told = JournalEntry.objects.get(act="declare_assets")
    assert told.details["count"] == 4 and told.actor_id == cast.alice.pk


def test_one_bad_line_refuses_the_list_unless_it_may_be_left(
    cast: Cast, browser_of: BrowserOf
) -> None:
    text = "www.chu.example\npas_un_nom\n10.0.0.1\n"
    browser = browser_of("alice")
    answer = browser.post(LIST, given(text))
    assert answer.status_code == 422 and "pas_un_nom" in answer.content.decode()
    assert "10.0.0.1" in answer.content.decode() and not Asset.objects.exists()
    assert browser.post(LIST, given(text, may_skip="on")).status_code == 302
    assert values() == ["www.chu.example"]


@pytest.mark.parametrize("text", ["", "# rien\n", "\n \n"])
def test_a_list_that_names_nothing_is_refused(cast: Cast, browser_of: BrowserOf, text: str) -> None:
    answer = browser_of("alice").post(LIST, given(text))
    assert answer.status_code == 422 and not Perimeter.objects.filter(version__gt=1).exists()


def test_a_list_accepts_what_was_proposed_and_never_opens_what_was_closed(
    cast: Cast, browser_of: BrowserOf
) -> None:
    a_perimeter(cast.home, cast.alice)
    perimeters.propose_assets(
        establishment=cast.home, found=[Candidate("host", "neuf.chu.example", "Vu")], by=None
    )
    browser = browser_of("alice")
    browser.post(LIST, given("pacs.chu.example", is_excluded="on"))
    browser.post(LIST, given("pacs.chu.example\nneuf.chu.example\n"))
    assert values(is_excluded=True) == ["pacs.chu.example"]
    assert values("proposed") == [] and "neuf.chu.example" in values()
    browser.post(LIST, given("neuf.chu.example", is_excluded="on"))
    assert values(is_excluded=True) == ["neuf.chu.example", "pacs.chu.example"]


def test_the_file_of_the_command_line_is_a_list_too(cast: Cast, browser_of: BrowserOf) -> None:
    a_perimeter(cast.home, cast.alice)
    browser = browser_of("alice")
    browser.post(LIST, given("pacs.chu.example\n93.184.216.9", is_excluded="on"))
    before = parse_perimeter(file_of(Perimeter.objects.select_related("establishment").get()))
    Asset.objects.all().delete()
    written = yaml_of(before)
    answer = browser.post(LIST, {"names_are": "host", "upload": written})
    assert answer.status_code == 302
    row = Perimeter.objects.select_related("establishment").get()
    assert declared.declared(row).assets == before.assets
    assert declared.declared(row).excluded == before.excluded


def yaml_of(perimeter: Any) -> SimpleUploadedFile:
    lines = [f"  - {{kind: {a.kind}, value: {a.value}, subdomains: {str(a.subdomains).lower()}}}" for a in perimeter.assets]  # fmt: skip
    text = "name: CH\nassets:\n" + "\n".join(lines) + f"\nexcluded: {[*map(str, perimeter.excluded)]}\n"  # fmt: skip
    return SimpleUploadedFile("perimetre.yaml", text.encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name: CH\nassets: [{kind: host}]\n", "il manque la clé value"),
        (b'{"name": "CH", "assets": [{"kind": "host", "value": "a.chu.example", "touch": ["dns"]}]}', "ses propres limites"),
        (b"\xff\xfe", "UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_with_its_fault(
    cast: Cast, browser_of: BrowserOf, content: bytes, said: str
) -> None:
    file = SimpleUploadedFile("liste.txt", content)
    answer = browser_of("alice").post(LIST, {"names_are": "host", "upload": file})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Asset.objects.exists()


def test_a_public_suffix_and_too_wide_ranges_are_refused_before_they_spoil_the_perimeter(
    cast: Cast,
) -> None:
    with pytest.raises(Refused, match="suffixe public"):
        perimeters.add_asset(
            establishment=cast.home, kind="domain", value="asso.fr", with_subdomains=True, by=cast.alice
        )  # fmt: skip
    lines = [Line("range", f"93.{k}.0.0/20") for k in range(17)]
    with pytest.raises(Refused, match="adresses en tout"):
        listing.add_assets(establishment=cast.home, lines=lines, by=cast.alice)
    assert not Asset.objects.exists()


def test_a_list_that_is_too_long_is_refused_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ASSETS", 3)
    lines = [Line("host", f"h{k}.chu.example") for k in range(4)]
    with pytest.raises(Refused, match="au plus 3 éléments"):
        listing.add_assets(establishment=cast.home, lines=lines, by=cast.alice)
    assert not Asset.objects.exists()


def proposed(cast: Cast, count: int) -> None:
    a_perimeter(cast.home, cast.alice)
    found = [Candidate("host", f"h{k:04}.autre{k % 2}.example", "Extrait") for k in range(count)]
    perimeters.propose_assets(establishment=cast.home, found=found, most=discovering.MOST, by=None)


@pytest.mark.parametrize("count", [5, 350])
def test_proposals_are_read_by_pages_that_cost_the_same(
    cast: Cast, browser_of: BrowserOf, django_assert_num_queries: Any, count: int
) -> None:
    proposed(cast, count)
    browser = browser_of("alice")
    browser.get(DECIDE)
    with django_assert_num_queries(6):
        page = browser.get(DECIDE).content.decode()
    assert page.count('name="asset"') == min(count, 100)
    assert browser.get(PAGE).content.decode().count('name="asset"') == min(count, 10)


def test_all_proposals_that_hold_a_word_are_decided_at_once(
    cast: Cast, browser_of: BrowserOf
) -> None:
    proposed(cast, 350)
    browser = browser_of("alice")
    page = browser.get(f"{DECIDE}?q=autre1").content.decode()
    assert "Les 175 propositions qui contiennent" in page
    answer = browser.post(DECIDE, {"choice": "accept_every", "q": "autre1"})
    assert answer.headers["Location"] == DECIDE
    assert (len(values(kind="host")), len(values("proposed"))) == (175, 175)
    answer = browser.post(DECIDE, {"choice": "refuse_every", "q": ""})
    assert (answer.headers["Location"], len(values("refused"))) == (PAGE, 175)
    told = JournalEntry.objects.filter(act="refuse_assets").latest("pk").details
    assert (told["count"], len(told["values"])) == (175, 175)
    assert "h0000.autre0.example" in browser.get(f"{DECIDE}?etat=refuse").content.decode()


def test_a_name_is_found_in_a_wide_perimeter(cast: Cast, browser_of: BrowserOf) -> None:
    row, now = a_perimeter(cast.home, cast.alice), timezone.now()
    Asset.objects.bulk_create(
        Asset(perimeter=row, kind="host", value=f"h{k}.chu.example", decided_by=cast.alice, decided_at=now)
        for k in range(150)
    )  # fmt: skip
    page = browser_of("alice").get(f"{PAGE}?q=H149").content.decode()
    assert page.count("Retirer<span") == 1 and "h149.chu.example" in page
    assert "Rien de déclaré" in browser_of("alice").get(f"{PAGE}?q=zzz").content.decode()


def test_addresses_are_listed_as_people_count(cast: Cast, browser_of: BrowserOf) -> None:
    lines = [Line("address", f"93.184.215.{n}") for n in (10, 100, 2)]
    listing.add_assets(establishment=cast.home, lines=lines, by=cast.alice)
    perimeters.add_asset(
        establishment=cast.home, kind="address", value="93.184.215.9", by=cast.alice
    )
    page = browser_of("alice").get(PAGE).content.decode()
    shown = [page.index(f"93.184.215.{n}<") for n in (2, 9, 10, 100)]
    assert shown == sorted(shown)


def test_findings_of_one_gravity_are_listed_as_people_count(
    cast: Cast, browser_of: BrowserOf
) -> None:
    found = [an_exposed(target=f"93.184.215.{n}:3389") for n in (10, 100, 2)]
    an_exposure_audit(cast.home, cast.alice, an_exposure(*found))
    page = browser_of("alice").get("/etablissements/350000019/exposition/").content.decode()
    shown = [page.index(f"<bdi>93.184.215.{n}:3389</bdi>") for n in (2, 10, 100)]
    assert shown == sorted(shown)
