"""The pages of one establishment: filters, what is hostile, as many queries whatever there is to show."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace
from pytest_django import Settings

from factories.exposure import (
    APRIL,
    a_perimeter,
    an_exposed,
    an_exposure,
    an_exposure_audit,
    an_exposure_file,
)
from rempart.content.severity import severity_choices
from rempart.engines.exposure.report import Claim, Gap, Reference, ThemeScore
from rempart.render.severity import severity_legend
from rempart.web.apps.exposure import actions
from rempart.web.apps.exposure.models import ExposedFinding
from rempart.web.core import jobs
from web.conftest import Cast

BrowserOf = Callable[[str | None], Client]
HOME = "/etablissements/350000019/exposition/"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode()).replace("\xa0", " ")


def test_findings_are_narrowed_by_their_filters(cast: Cast, browser_of: BrowserOf) -> None:
    report = an_exposure(
        an_exposed("tls_legacy", "www.chu.example:443", severity="medium"),
        an_exposed("hole_known", "vpn.chu.example:443", confidence="probable", cves=["CVE-2026-1"]),
    )
    an_exposure_audit(cast.home, cast.alice, report)
    browser = browser_of("alice")
    for query, seen, unseen in (
        ("gravite=medium", "tls_legacy", "hole_known"),
        ("theme=hole", "hole_known", "tls_legacy"),
        ("certitude=probable", "hole_known", "tls_legacy"),
        ("q=cve-2026-1", "hole_known", "tls_legacy"),
        ("q=www", "tls_legacy", "hole_known"),
        ("gravite=bad&theme=x", "tls_legacy", "nothing"),
    ):
        text = text_of(browser, f"{HOME}?{query}")
        assert f"Constat {seen}" in text
        assert f"Constat {unseen}" not in text


def test_what_a_target_sent_is_shown_and_never_obeyed(cast: Cast, browser_of: BrowserOf) -> None:
    evil = "<script>alert(1)</script>\u202e\x00"
    finding = an_exposed(
        target=f"{evil}:80",
        evidence=evil,
        product=evil,
        references=[Reference(evil, link="javascript:alert(1)")],
        claims=[Claim(evil, evil, evil, agrees=False)],
    )
    gap = Gap("dns_caa", evil, evil, "silent")
    an_exposure_audit(cast.home, cast.alice, an_exposure(finding, gaps=(gap,), notes=[evil]))
    browser = browser_of("alice")
    line = ExposedFinding.objects.get()
    pages = text_of(browser, HOME) + text_of(browser, f"/exposition/constats/{line.pk}/")
    pages += text_of(browser, f"/exposition/audits/{line.audit_id}/")
    assert "<script>alert" not in pages
    assert "javascript:" not in pages
    assert "\u202e" not in pages
    assert "⟨U+202E⟩" in pages


def test_a_finding_goes_with_the_audit_that_saw_it(cast: Cast, browser_of: BrowserOf) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    line = ExposedFinding.objects.get()
    address = f"/exposition/constats/{line.pk}/"
    assert "Éditez la configuration" in text_of(browser_of("alice"), address)
    an_exposure_audit(cast.home, cast.alice, an_exposure(at=APRIL))
    assert browser_of("alice").get(address).status_code == 404


def test_a_finding_says_in_words_what_it_counts_for(cast: Cast, browser_of: BrowserOf) -> None:
    known = an_exposed(objectives=["care_d1.exposition.correction", "hygiene.34", "<b>"])
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(known))
    (line,) = audit.exposed_findings.all()
    text = text_of(browser_of("alice"), f"/exposition/constats/{line.pk}/")
    assert "CaRE domaine 1, « Les failles visibles depuis internet" in text
    assert "42 mesures d’hygiène, « " in text
    assert "<li>&lt;b&gt;</li>" in text


def test_the_page_of_the_establishment_has_its_panel(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of("alice")
    assert "Déclarez ce qui est à vous" in text_of(browser, "/etablissements/350000019/")
    a_perimeter(cast.home, cast.alice)
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(severity="critical")))
    text = text_of(browser, "/etablissements/350000019/")
    assert "1 constat critique est ouvert" in text
    assert "constat critique" not in text_of(browser_of("rose"), "/etablissements/350000019/")


@pytest.mark.parametrize("day", ["", "2026-02-27"])
def test_what_nobody_looked_for_is_never_shown_as_nothing(
    cast: Cast, browser_of: BrowserOf, day: str
) -> None:
    holes = ThemeScore("hole", 0.0, 0.0, 0, 0)
    graded = an_exposure(data_as_of=day)
    report = replace(graded, score=replace(graded.score, themes=[holes]))
    an_exposure_audit(cast.home, cast.alice, report)
    text = text_of(browser_of("alice"), HOME)
    assert ("pas cherchées</td>" in text) is (day == "")
    assert ("Tout a pu être évalué." in text) is (day != "")


def test_a_note_that_gaps_cannot_lower_says_that_holes_were_not_sought(
    cast: Cast, browser_of: BrowserOf
) -> None:
    gap = Gap("dns_caa", "chu.example", "Silence.", "silent")
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(), gaps=(gap,), score=0.0))
    text = text_of(browser_of("alice"), HOME)
    assert "Les failles connues n’ont pas été cherchées." in text
    assert "La même si" not in text


def test_a_note_is_a_whole_number_that_is_never_rounded_up(
    cast: Cast, browser_of: BrowserOf
) -> None:
    graded = an_exposure(an_exposed(), score=17.7)
    report = replace(graded, score=replace(graded.score, low=16.9))
    an_exposure_audit(cast.home, cast.alice, report)
    pages = text_of(browser_of("alice"), HOME) + text_of(browser_of("alice"), "/exposition/")
    assert "16 à 17 sur 100" in pages
    assert "17,7" not in pages


def test_a_severity_has_the_words_of_the_report(cast: Cast, browser_of: BrowserOf) -> None:
    an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed(severity="critical")))
    text = text_of(browser_of("alice"), HOME)
    for _, word in severity_choices():
        assert f">{word}</option>" in text
    assert severity_legend() in text


def test_a_report_is_downloaded_and_never_opened(cast: Cast, browser_of: BrowserOf) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    address = f"/exposition/audits/{audit.pk}/rapport."
    answer = browser_of("alice").get(f"{address}json")
    assert b"exposure-report" in b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert browser_of("alice").get(f"{address}exe").status_code == 404


@pytest.mark.parametrize("end", ["exposition/", "exposition/perimetre/", ""])
def test_the_queries_of_a_page_do_not_grow(cast: Cast, browser_of: BrowserOf, end: str) -> None:
    browser, counts = browser_of("alice"), []
    for size in (5, 50):
        a_perimeter(cast.home, cast.alice, *(f"d{k}.example" for k in range(size)))
        found = [an_exposed(target=f"h{k}.chu.example:443") for k in range(size)]
        an_exposure_audit(cast.home, cast.alice, an_exposure(*found, tool_version=str(size)))
        with CaptureQueriesContext(connection) as queries:
            text_of(browser, f"/etablissements/350000019/{end}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("form", "start"),
    [("pdf", b"%PDF"), ("html", b"<!"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")],
)
def test_a_report_leaves_in_each_form(
    cast: Cast, browser_of: BrowserOf, form: str, start: bytes
) -> None:
    audit = an_exposure_audit(cast.home, cast.alice, an_exposure(an_exposed()))
    answer = browser_of("alice").get(f"/exposition/audits/{audit.pk}/rapport.{form}")
    assert b"".join(answer.streaming_content).startswith(start)  # type: ignore[arg-type]


def test_a_reading_under_way_is_followed_until_its_figures_are_there(
    cast: Cast, browser_of: BrowserOf
) -> None:
    file = an_exposure_file(an_exposure(an_exposed()))
    audit = actions.deposit(establishment=cast.home, file=file, by=cast.alice).audit
    page, browser = f"/exposition/audits/{audit.pk}/", browser_of("alice")
    address, asked = f"{page}avancement/", {"HX-Request": "true"}
    before = browser.get(address, headers=asked)
    assert f'data-hx-get="{address}"' in before.content.decode()
    assert f'data-hx-get="{address}"' in text_of(browser, page)
    assert "HX-Redirect" not in before.headers
    jobs.perform(audit.job_id or 0)
    after = browser.get(address, headers=asked)
    assert after.headers["HX-Redirect"] == page
    assert "C’est terminé." in after.content.decode() and "hx-get" not in after.content.decode()
    assert browser.get(address).headers["Location"] == page
