"""What an establishment exposes, as people click: the perimeter, a report, a finding, the region."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from factories.exposure import HSTS, RDP, a_perimeter, an_exposed, an_exposure, an_exposure_audit
from rempart.engines.exposure.report import EndpointLine, ExposureReport, Gap, Reference, ThemeScore
from rempart.web.apps.exposure import perimeters, sweeping
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.apps.exposure.perimeters import Candidate
from rempart.web.core import jobs
from support import fake_probes
from web.conftest import Cast

PageAs = Callable[..., Page]
Look = Callable[..., None]
HOME = "/etablissements/350000019/exposition/"
VPN, WWW, BUREAU = "vpn.ch-exemple.example:443", "www.ch-exemple.example:443", "203.0.113.10:3389"


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def a_shown_report(days_ago: int, **fields: object) -> ExposureReport:
    """A report as a hospital would have one."""
    findings = [
        an_exposed(
            "hole_known", VPN, title="Ce portail VPN a une faille que des attaquants exploitent",
            severity="critical", product="FortiGate", cves=["CVE-2024-21762"], is_exploited=True,
            data_as_of="2026-06-01", detail="La version 7.2.5 a cette faille ; elle est corrigée en 7.2.7.",
            evidence="Empreinte de la page de connexion : FortiOS 7.2.5",
            why="Par ce portail, un attaquant entre sans mot de passe et chiffre le dossier patient.",
        ),
        an_exposed(RDP, BUREAU, title="Le bureau à distance répond à tout internet",
                   references=[Reference("ANSSI, administration sécurisée", "3.0", "R27")]),
        an_exposed(HSTS, WWW, title="Le site n’impose pas HTTPS", severity="low"),
        an_exposed("mail_dmarc", "ch-exemple.example", severity="medium",
                   title="N’importe qui peut écrire au nom de l’hôpital", confidence="probable"),
    ]  # fmt: skip
    gaps = (
        Gap("tls_chain", "imap.ch-exemple.example:993", "Le serveur n’a pas répondu.", "silent"),
        Gap("hole_known", WWW, "La version n’est pas prouvée.", "answered"),
    )
    at = timezone.now() - timedelta(days=days_ago)
    seen = at.isoformat()
    endpoints = (
        EndpointLine(
            VPN, "203.0.113.9", 443, "https", "FortiGate", "7.2.5", "TLS 1.2, 1.3", seen_at=seen
        ),
        EndpointLine(
            WWW, "203.0.113.8", 443, "https", "nginx", "1.24.0", "TLS 1.2, 1.3", seen_at=seen
        ),
    )
    report = an_exposure(*findings, at=at, gaps=gaps, endpoints=endpoints, score=44.0, **fields)
    themes = [
        ThemeScore("service", 25, 25, 1, 0),
        ThemeScore("hole", 22, 28, 1, 1),
        ThemeScore("mail", 6, 6, 1, 0),
        ThemeScore("http", 3, 3, 1, 0),
        ThemeScore("tls", 0, 4, 0, 1),
    ]
    return msgspec.structs.replace(
        report, score=msgspec.structs.replace(report.score, themes=themes)
    )


def before_the_hole(report: ExposureReport) -> ExposureReport:
    """The same report without its first finding, nor anything that answers."""
    themes = [
        msgspec.structs.replace(theme, findings=0) if theme.theme == "hole" else theme
        for theme in report.score.themes
    ]
    score = msgspec.structs.replace(report.score, themes=themes)
    return msgspec.structs.replace(report, score=score, endpoints=[], findings=report.findings[1:])


def perform(job_id: int) -> None:
    """Run a job, and leave no connection behind."""
    jobs.perform(job_id)
    connection.close()


def test_a_perimeter_is_declared_and_its_discoveries_decided(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    page = page_as("alice", HOME)
    axe_clean(page)
    page.get_by_role("link", name="Déclarer le périmètre").click()
    page.get_by_label("Nom ou adresse").fill("127.0.0.1")
    page.get_by_label("Sorte").select_option("adresse")
    page.get_by_role("button", name="Ajouter au périmètre").click()
    expect(page.get_by_role("alert")).to_contain_text("une adresse de cette machine")
    page.get_by_label("Nom ou adresse").fill("ch-exemple.example")
    page.get_by_label("Sorte").select_option("domaine")
    page.get_by_label("Avec ses sous-domaines").check()
    page.get_by_role("button", name="Ajouter au périmètre").click()
    page.get_by_role("link", name="Donner le consentement").click()
    page.get_by_label("Qui consent ?").fill("Camille Martin")
    page.get_by_label("Sa fonction").fill("directrice")
    until = timezone.localdate() + timedelta(days=300)
    page.get_by_label("Jusqu’au").fill(until.isoformat())
    axe_clean(page)
    page.get_by_role("button", name="Enregistrer").click()
    found = [
        Candidate("host", "vpn.ch-exemple.example", "Nom du certificat de www.ch-exemple.example")
    ]
    perimeters.propose_assets(establishment=cast.home, found=found, by=None)
    page.reload()
    axe_clean(page)
    shoot(page, "exposition-perimetre")
    page.get_by_label("vpn.ch-exemple.example").check()
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_text("Découvert, à décider")).to_have_count(0)
    page.get_by_role("link", name="Découvrir ce qui manque").click()
    axe_clean(page)
    page.go_back()
    page.get_by_role("link", name="Changer").click()
    axe_clean(page)
    page.get_by_label("Heures sans aucune sonde").fill("lun-ven 08:00-18:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("lun-ven 08:00-18:00")).to_be_visible()


def test_a_list_is_declared_and_proposals_decided_by_pages(
    cast: Cast, page_as: PageAs, axe_clean: Look
) -> None:
    a_perimeter(cast.home, cast.alice, "ch-exemple.example")
    found = [Candidate("host", f"h{k}.autre.example", "Extrait donné") for k in range(130)]
    perimeters.propose_assets(establishment=cast.home, found=found, by=None)
    page = page_as("alice", f"{HOME}perimetre/")
    page.get_by_role("link", name="Déclarer une liste").click()
    axe_clean(page)
    page.get_by_label("Liste à coller").fill("vpn.ch-exemple.example\npas_un_nom")
    page.get_by_role("button", name="Déclarer cette liste").click()
    expect(page.get_by_role("alert")).to_contain_text("pas_un_nom")
    axe_clean(page)
    page.get_by_label("Laisser de côté ce qui ne convient pas").check()
    page.get_by_role("button", name="Déclarer cette liste").click()
    expect(page.get_by_role("row", name="vpn.ch-exemple.example")).to_be_visible()
    page.get_by_role("link", name="tout voir, chercher et décider").click()
    axe_clean(page)
    page.locator("summary", has_text="Tout refuser").click()
    page.get_by_role("button", name="Tout refuser").click()
    page.get_by_role("link", name="Refusé :").click()
    axe_clean(page)


def test_a_report_is_deposited_and_read(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look, tmp_path: Path
) -> None:
    a_perimeter(cast.home, cast.alice, "ch-exemple.example")
    an_exposure_audit(cast.home, cast.alice, before_the_hole(a_shown_report(38, closed=[WWW])))
    file = tmp_path / "report.json"
    file.write_bytes(msgspec.json.encode(a_shown_report(2)))
    page = page_as("alice", HOME)
    page.get_by_role("link", name="Déposer un rapport").click()
    page.get_by_label("Fichier").set_input_files(file)
    axe_clean(page)
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_text("En attente d’une place")).to_be_visible()
    axe_clean(page)
    jobs.perform(ExposureAudit.objects.latest("pk").job_id or 0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("44 sur 100")
    axe_clean(page)
    page.get_by_role("link", name="Voir les constats").click()
    expect(page.get_by_text("ouvert", exact=True)).to_be_visible()
    axe_clean(page)
    shoot(page, "exposition")
    shoot(page, "exposition-telephone", narrow=True)
    page.get_by_label("Gravité").select_option("critique")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name="Ce portail VPN").click()
    axe_clean(page)
    shoot(page, "exposition-constat")
    page.goto("/etablissements/350000019/")
    axe_clean(page)


def test_a_sweep_is_asked_for_and_stopped(
    cast: Cast,
    page_as: PageAs,
    axe_clean: Look,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SWEEP_PRIVATE = True
    monkeypatch.setattr(sweeping, "probes", lambda: fake_probes.quick)
    a_perimeter(cast.home, cast.alice, connections_per_second=50)
    page = page_as("alice", HOME)
    page.get_by_role("button", name="Balayer maintenant").click()
    axe_clean(page)
    page.goto(HOME)
    page.get_by_role("button", name="Tout arrêter").click()
    expect(page.get_by_text("Les balayages sont arrêtés").first).to_be_visible()
    axe_clean(page)
    page.get_by_role("button", name="Laisser reprendre").click()
    page.get_by_role("button", name="Balayer maintenant").click()
    # The engine has an event loop of its own, which the thread of the browser cannot hold.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(perform, ExposureAudit.objects.latest("pk").job_id or 0).result()
    page.goto(HOME)
    expect(page.get_by_role("heading", level=1)).to_contain_text("sur 100")


def test_the_region_sees_who_is_covered_and_the_cert_who_exposes(
    cast: Cast, page_as: PageAs, axe_clean: Look, shoot: Look
) -> None:
    a_perimeter(cast.home, cast.alice, "ch-exemple.example", is_searchable=True)
    an_exposure_audit(cast.home, cast.alice, a_shown_report(2))
    page = page_as("rose", "/exposition/couverture/")
    axe_clean(page)
    shoot(page, "exposition-couverture")
    cert = page_as("nadia", "/exposition/recherche/")
    axe_clean(cert)
    cert.get_by_label("Produit, version, CVE ou contrôle").fill("fortigate 7.2")
    cert.get_by_role("button", name="Chercher").click()
    expect(cert.get_by_text("1 établissement trouvé")).to_be_visible()
    axe_clean(cert)
    shoot(cert, "exposition-recherche")
    own = page_as("alice", "/exposition/")
    axe_clean(own)
