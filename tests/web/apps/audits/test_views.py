"""The pages of audits."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from factories.audits import APRIL, MARCH, a_control, a_deposit, a_report, an_upload
from rempart.kernel.outcome import Outcome
from rempart.web.apps.audits import actions
from rempart.web.apps.audits.models import Audit
from rempart.web.core import jobs
from rempart.web.core.models import Job
from support import reports
from web.conftest import Cast

Browsers = Callable[[str | None], Client]
DEPOSIT = "/etablissements/350000019/audits/deposer/"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def waiting(cast: Cast) -> Audit:
    files = [an_upload(a_report(a_control("a")))]
    return actions.deposit(establishment=cast.home, files=files, is_kept=False, by=cast.alice).audit


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("rose", 403), ("nadia", 403), ("charlie", 404), (None, 302)],
)
def test_only_the_establishment_deposits(
    browser_of: Browsers, who: str | None, status: int
) -> None:
    assert browser_of(who).get(DEPOSIT).status_code == status


def test_a_deposit_leads_to_its_progress_then_to_its_figures(
    cast: Cast, browser_of: Browsers
) -> None:
    browser = browser_of("alice")
    answer = browser.post(DEPOSIT, {"uploads": an_upload(reports.sample())})
    audit = Audit.objects.get()
    assert answer.headers["Location"] == f"/audits/{audit.pk}/"
    assert "En attente d’une place" in browser.get(f"/audits/{audit.pk}/").text
    jobs.perform(audit.job_id or 0)
    page = browser.get(f"/audits/{audit.pk}/").text
    assert "49 comptes ordinaires sur 1 585" in page.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Retirer à SVC-SAUVEGARDE le droit de réplication" in page


def test_several_files_are_one_deposit(cast: Cast, browser_of: Browsers) -> None:
    files = [an_upload(b'{"data": []}', "users.json"), an_upload(b'{"data": [1]}', "groups.json")]
    browser_of("alice").post(DEPOSIT, {"uploads": files, "is_not_kept": "on"})
    audit = Audit.objects.get()
    assert (audit.source_name, audit.sources.count(), audit.is_kept) == ("2 fichiers", 2, False)


def test_a_drawing_is_refused_in_the_form_with_a_sentence(browser_of: Browsers) -> None:
    file = an_upload(b"<svg onload='alert(1)'/>", "collecte.json")
    answer = browser_of("alice").post(DEPOSIT, {"uploads": file})
    assert answer.status_code == 422
    assert "est une image SVG" in answer.text


def test_a_deposit_without_a_file_says_so(browser_of: Browsers) -> None:
    answer = browser_of("alice").post(DEPOSIT, {})
    assert (answer.status_code, "Choisissez un fichier." in answer.text) == (422, True)


def test_the_same_files_again_lead_to_the_same_audit(cast: Cast, browser_of: Browsers) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    again = {"uploads": an_upload(a_report(a_control("a")))}
    answer = browser_of("alice").post(DEPOSIT, again, follow=True)
    assert answer.redirect_chain == [(f"/audits/{audit.pk}/", 302)]
    assert "déjà été déposés" in answer.text


def test_a_refused_deposit_says_what_to_do(cast: Cast, browser_of: Browsers) -> None:
    audit = a_deposit(cast.home, cast.alice, an_upload(b"PK\x03\x04 tronquee", "collecte.zip"))
    page = browser_of("alice").get(f"/audits/{audit.pk}/").text
    assert "tronquée ou abîmée" in page
    assert "Recopiez-la depuis le poste de collecte" in page


def test_the_progress_sends_to_the_figures_once_they_are_there(
    cast: Cast, browser_of: Browsers
) -> None:
    audit, browser = waiting(cast), browser_of("alice")
    address = f"/audits/{audit.pk}/avancement/"
    asked = {"HX-Request": "true"}
    assert "HX-Redirect" not in browser.get(address, headers=asked).headers
    jobs.perform(audit.job_id or 0)
    assert browser.get(address, headers=asked).headers["HX-Redirect"] == f"/audits/{audit.pk}/"
    assert browser.get(address).status_code == 302


def test_an_analysis_can_be_cancelled_and_leaves_nothing(
    cast: Cast, browser_of: Browsers, tmp_path: Path
) -> None:
    audit = waiting(cast)
    browser_of("alice").post(f"/audits/{audit.pk}/annuler/")
    audit.refresh_from_db()
    assert (audit.state, Job.objects.get(pk=audit.job_id).state) == ("refused", "cancelled")
    assert list((tmp_path / "transient").iterdir()) == []
    again = browser_of("alice").post(f"/audits/{audit.pk}/annuler/")
    assert again.status_code == 409


def test_the_difference_is_on_the_page_of_the_later_audit(cast: Cast, browser_of: Browsers) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a"), a_control("b"), on=MARCH))
    after = (a_control("a", Outcome.PASSED), a_control("b", Outcome.NOT_MEASURED), a_control("c"))
    audit = a_deposit(cast.home, cast.alice, a_report(*after, on=APRIL))
    page = browser_of("alice").get(f"/audits/{audit.pk}/").text
    assert "Depuis l’audit du" in page
    assert page.index("corrigé</span> Le point a") < page.index("nouveau</span> Le point c")
    assert "ce n’est pas une correction" in page


@pytest.mark.parametrize(
    ("form", "begins"),
    [("html", b"<!doctype html>"), ("pdf", b"%PDF"), ("xlsx", b"PK"), ("json", b"{")],
)
def test_a_report_is_downloaded_and_never_opened_in_the_page(
    cast: Cast, browser_of: Browsers, form: str, begins: bytes
) -> None:
    audit = a_deposit(cast.home, cast.alice, reports.sample())
    answer = browser_of("alice").get(f"/audits/{audit.pk}/rapport.{form}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue()[:15].lower().startswith(begins.lower())
    answer.close()


def test_an_unknown_form_of_the_report_does_not_exist(cast: Cast, browser_of: Browsers) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    assert browser_of("alice").get(f"/audits/{audit.pk}/rapport.exe").status_code == 404


def test_the_workbook_of_a_hostile_report_holds_no_formula(
    cast: Cast, browser_of: Browsers
) -> None:
    audit = a_deposit(cast.home, cast.alice, reports.hostile())
    content = browser_of("alice").get(f"/audits/{audit.pk}/rapport.xlsx").getvalue()
    with ZipFile(BytesIO(content)) as book:
        sheets = [book.read(name) for name in book.namelist() if "worksheets/" in name]
    assert sheets
    assert not any(b"<f>" in sheet for sheet in sheets)


def test_hostile_names_are_escaped_on_the_page(cast: Cast, browser_of: Browsers) -> None:
    audit = a_deposit(cast.home, cast.alice, reports.hostile())
    page = browser_of("alice").get(f"/audits/{audit.pk}/").text
    assert "<script>alert(1)</script>" not in page
    assert "onerror=alert(1)>" not in page
    assert "javascript:alert" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("report", [reports.group(), reports.clean(), reports.unmeasured()])
def test_every_kind_of_report_has_its_page(
    cast: Cast, browser_of: Browsers, report: reports.Report
) -> None:
    audit = a_deposit(cast.home, cast.alice, report)
    assert (audit.state, audit.refusal) == ("done", {})
    assert browser_of("alice").get(f"/audits/{audit.pk}/").status_code == 200


def test_a_large_report_has_a_short_page(cast: Cast, browser_of: Browsers) -> None:
    large = reports.large(objects=300, failing=76)
    audit = a_deposit(cast.home, cast.alice, a_report(*large.controls))
    page = browser_of("alice").get(f"/audits/{audit.pk}/").text
    assert "Et 275 de plus" in page
    assert len(page) < 1_500_000


def test_an_establishment_without_an_audit_is_told_how_to_begin(browser_of: Browsers) -> None:
    page = browser_of("alice").get("/etablissements/350000019/audits/").text
    assert "Aucun audit pour l’instant" in page
    assert DEPOSIT in page


def test_the_list_shows_the_level_through_time(cast: Cast, browser_of: Browsers) -> None:
    a_deposit(cast.home, cast.alice, a_report(a_control("a", level=1), on=MARCH))
    a_deposit(cast.home, cast.alice, a_report(a_control("a", level=3), on=APRIL))
    page = browser_of("alice").get("/etablissements/350000019/audits/").text
    assert "Le niveau passe de 1 à 3 sur 5 en 2 audits." in page


def test_the_page_of_the_establishment_says_where_the_directory_is(
    cast: Cast, browser_of: Browsers
) -> None:
    url = f"/etablissements/{cast.home.pk}/"
    assert "Aucun audit d’annuaire pour l’instant" in browser_of("alice").get(url).text
    a_deposit(cast.home, cast.alice, a_report(a_control("a", level=1)))
    page = browser_of("alice").get(url).text
    assert "Niveau 1 sur 5" in page
    assert "1 point est en échec" in page.replace("\u00a0", " ")
    assert "Et maintenant" not in browser_of("rose").get(url).text


@pytest.mark.parametrize("address", ["/audits/", "/etablissements/350000019/audits/"])
def test_the_list_takes_as_many_queries_for_fifty_audits_as_for_five(
    cast: Cast, browser_of: Browsers, address: str
) -> None:
    browser, counts = browser_of("alice"), []
    whole = 0
    for number in (5, 50):
        Audit.objects.bulk_create(
            Audit(
                establishment=cast.home,
                deposited_by=cast.alice,
                source_name=str(k),
                source_sha256=str(k),
            )
            for k in range(whole, number)
        )
        whole = number
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_the_page_of_an_audit_takes_a_constant_number_of_queries(
    cast: Cast, browser_of: Browsers
) -> None:
    browser, counts = browser_of("alice"), []
    for number, home in ((5, cast.home), (50, cast.home)):
        controls = [a_control(f"{number}-{k}") for k in range(number)]
        audit = a_deposit(home, cast.alice, a_report(*controls, domain=f"S-{number}"))
        browser.get(f"/audits/{audit.pk}/")
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/audits/{audit.pk}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("bob", 404), ("charlie", 404), ("rose", 403), ("nadia", 403)],
)
@pytest.mark.parametrize("end", ["", "rapport.json", "rapport.html", "avancement/"])
def test_nobody_else_sees_an_audit_by_its_number(
    cast: Cast, browser_of: Browsers, who: str, status: int, end: str
) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    answer = browser_of(who).get(f"/audits/{audit.pk}/{end}", headers={"HX-Request": "true"})
    answer.close()
    assert answer.status_code == status


def test_the_files_of_a_deposit_are_deleted_from_its_page(cast: Cast, browser_of: Browsers) -> None:
    audit, browser = a_deposit(cast.home, cast.alice, a_report(a_control("a"))), browser_of("alice")
    assert "Effacer les fichiers déposés" in browser.get(f"/audits/{audit.pk}/").text
    page = browser.post(f"/audits/{audit.pk}/effacer-les-fichiers/", follow=True).text
    assert "Les fichiers déposés sont effacés" in page
    assert "fichiers non conservés" in page


def test_an_audit_of_another_site_is_withdrawn_from_its_page(
    cast: Cast, browser_of: Browsers
) -> None:
    audit, browser = a_deposit(cast.home, cast.alice, a_report(a_control("a"))), browser_of("alice")
    assert browser.post(f"/audits/{audit.pk}/retirer/", {"reason": ""}).status_code == 409
    page = browser.post(f"/audits/{audit.pk}/retirer/", {"reason": "Autre site."}, follow=True).text
    assert "Cet audit a été retiré" in page
    assert "Aucun audit pour l’instant" in browser.get("/etablissements/350000019/audits/").text


@pytest.mark.parametrize("end", ["annuler", "effacer-les-fichiers", "retirer"])
def test_nobody_else_changes_an_audit_by_its_number(
    cast: Cast, browser_of: Browsers, end: str
) -> None:
    audit = a_deposit(cast.home, cast.alice, a_report(a_control("a")))
    people = ("bob", "charlie", "rose", "nadia")
    statuses = [
        browser_of(who).post(f"/audits/{audit.pk}/{end}/", {"reason": "x"}).status_code
        for who in people
    ]
    assert statuses == [404, 404, 403, 403]
    assert Audit.objects.get().state == Audit.State.DONE
