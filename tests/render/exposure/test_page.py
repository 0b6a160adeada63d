"""The page of an exposure audit: whole, self-contained, deaf to hostile names, and never green on what is unknown."""

import html
import re
from collections.abc import Callable

import msgspec
import pytest

from rempart.engines.exposure.report import ExposureReport, Gap
from rempart.render.exposure import view
from rempart.render.exposure.page import SHOWN_TARGETS, page
from rempart.render.exposure.pdf import document
from support import exposure_reports as reports
from support.markup import Reader

VARIANTS = [reports.sample, reports.clean, reports.empty, reports.hostile]
Make = Callable[[], ExposureReport]


def text_of(report: ExposureReport) -> str:
    plain = re.sub(r"<(style|script)>.*?</\1>|<[^>]+>", " ", page(report), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(plain)).replace("\u202f", " ")


@pytest.mark.parametrize("make", VARIANTS)
def test_the_page_is_well_made(make: Make) -> None:
    reader = Reader()
    reader.feed(page(make()))
    assert [f for f in reader.faults if not f.startswith("a script in the page")] == []
    assert [name for name, times in reader.ids.items() if times > 1] == []


@pytest.mark.parametrize("make", VARIANTS)
def test_links_within_the_page_arrive(make: Make) -> None:
    text = page(make())
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


@pytest.mark.parametrize("make", VARIANTS)
def test_the_page_asks_nothing_of_the_network(make: Make) -> None:
    text = page(make())
    assert "default-src &#39;none&#39;" in text
    assert re.findall(r"<(?:img|link|iframe|object|embed|video|audio)\b|@import|url\(", text) == []
    assert re.findall(r'\bsrc=|style="', text) == []


def test_a_hostile_name_is_shown_and_never_obeyed() -> None:
    text = page(reports.hostile())
    assert "<script>alert" not in text
    assert "‮" not in text
    assert "⟨U+202E⟩" in text


def test_what_measured_nothing_has_no_grade() -> None:
    gap = Gap("tls_expired", "www.chu.example:443", "Le délai est dépassé.")
    said = text_of(msgspec.structs.replace(reports.empty(), gaps=[gap]))
    assert "exposition non notée, rien n’a pu être mesuré" in said
    assert "ne permet de conclure sur rien" in said
    assert not re.search(r"\b[A-F] \(\d+ sur 100\)|notée [A-F]", said)


def test_what_was_interrupted_says_so_before_its_grade_everywhere() -> None:
    report = msgspec.structs.replace(reports.sample(), pieces=30, pieces_stopped=8)
    said, laid = text_of(report), document(report)
    assert view.headline(report).startswith("Balayage incomplet, ")
    assert "ce qui a été fait est noté" in laid["headline"]
    assert view.lead(report).startswith("Balayage incomplet : 22\u00a0travaux faits sur 30")
    assert laid["lead"] == view.lead(report)
    assert "Note partielle" in said
    assert "<title>Balayage incomplet" in page(report)
    assert "incomplet" not in view.headline(reports.sample())


def test_what_was_interrupted_is_never_said_to_be_whole() -> None:
    report = msgspec.structs.replace(reports.clean(), gaps=[], pieces=3, pieces_stopped=1)
    laid = document(report)
    assert "Tout ce qui devait être mesuré" not in laid["whole"] + " ".join(laid["unknown"])
    assert "Tout ce qui devait être mesuré" not in text_of(report)
    assert "La meilleure note est atteinte" not in text_of(report)
    assert view.tiles(report)[1].value == "inconnue"


def test_the_grade_comes_first_then_what_the_next_one_costs() -> None:
    said = text_of(reports.sample())
    places = [
        said.index(x)
        for x in ("exposition notée F (29 sur 100)", "Pour atteindre E", "Les trois choses")
    ]
    assert places == sorted(places)
    assert "Note plafonnée à 29 : une faille que des attaquants exploitent est ouverte." in said


def test_what_was_not_measured_is_said_and_never_called_good() -> None:
    said = text_of(reports.sample())
    assert "22 mesures n’ont pas pu être faites" in said
    gaps = page(reports.sample()).partition('id="non-evalues"')[2].partition("</section>")[0]
    assert 'class="tag none"' in gaps
    assert 'class="tag ok"' not in gaps


def test_a_clean_report_says_so_without_promising() -> None:
    said = text_of(reports.clean())
    assert "Rien à corriger dans ce qui a été mesuré." in said
    assert "La meilleure note est atteinte." in said and "au pire" not in said
    assert "les failles connues et les fins de vie n’ont pas pu être cherchées" in said


def test_the_best_grade_of_a_sweep_cut_short_is_no_promise() -> None:
    clean = reports.clean()
    score = msgspec.structs.replace(clean.score, grade_low="F")
    said = text_of(msgspec.structs.replace(clean, score=score))
    assert "notée A (100 sur 100), F au pire" in said
    assert "ce qui ne l’a pas été le peut encore" in said
    assert "La meilleure note est atteinte." not in said


def test_an_empty_sweep_is_not_taken_for_a_good_one() -> None:
    assert "Ce balayage n’a rien vu à évaluer." in text_of(reports.empty())


def test_the_fix_is_that_of_each_product() -> None:
    said = text_of(reports.sample())
    assert "Comment corriger : nginx (1 cible)" in said
    assert "Comment corriger : tout produit (1 cible)" in said


def test_another_tool_that_disagrees_is_shown() -> None:
    said = text_of(reports.sample())
    assert "testssl dit le contraire , le 19 novembre 2026 : non proposé" in said
    assert "nmap le voit aussi" in said
    assert "nessus ( 42873 ), 18 novembre 2026 : 3DES accepté" in said


def test_what_is_outside_the_perimeter_is_apart_and_says_that_it_does_not_count() -> None:
    text = page(reports.sample())
    part = text[text.index('id="hors-perimetre"') :]
    assert "www.mutuelle.example" in part and "PHP 5.6" in part and "--import FICHIER" in part
    assert 'id="hors-perimetre"' not in page(reports.clean())


def test_a_check_with_many_targets_shows_the_first_ones_and_says_where_the_rest_is() -> None:
    assert f"Les {SHOWN_TARGETS} premières sur 60" in text_of(reports.sample())


def test_an_expired_certificate_is_said_in_words() -> None:
    said = text_of(reports.sample())
    assert "expiré depuis 3 jours" in said
    assert [e.days for e in view.expiries(reports.sample())] == [-3, 10, 99, 405]


def test_a_day_that_is_not_one_loses_the_dates_and_nothing_else() -> None:
    assert view.expiries(msgspec.structs.replace(reports.sample(), audited_on="hier")) == []


def test_the_first_thing_to_do_is_what_the_nearest_grade_asks() -> None:
    first, second, third = view.priorities(reports.sample())
    assert [first.anchor, second.anchor] == ["hole_exploited", "service_rdp"]
    assert third.gain.replace("\u00a0", " ").startswith("vers la note")


def test_without_a_finding_the_gaps_are_the_thing_to_do() -> None:
    report = msgspec.structs.replace(reports.sample(), findings=[], score=reports.clean().score)
    assert [p.anchor for p in view.priorities(report)] == ["non-evalues"]


def test_many_reasons_are_cut_and_the_rest_is_said_to_be_elsewhere() -> None:
    gaps = [Gap("tls_old", f"h{k}.example:443", f"Raison {k}.", "silent") for k in range(300)]
    report = msgspec.structs.replace(reports.sample(), gaps=gaps)
    assert "Les 60 premières raisons sur 300" in text_of(report)
    assert document(report)["gaps_note"].startswith("Les 40 premières sur 300")


def test_a_long_proof_is_cut_at_a_word_and_says_where_the_rest_is() -> None:
    report = reports.sample()
    first = view.by_severity(report)[0][1][0].findings[0]
    long = msgspec.structs.replace(first, detail="chiffrement " * 60, evidence="preuve " * 200)
    findings = [long if f.key == first.key else f for f in report.findings]
    report = msgspec.structs.replace(report, findings=findings)
    detail = document(report)["findings"][0]["detail"]
    assert detail.endswith("chiffrement… (suite dans report.html)")
    said = text_of(report)
    assert "chiffrement " * 59 + "chiffrement" in said
    assert "preuve… (suite dans findings.xlsx)" in said
    assert "caractères)" not in detail + said
