"""The HTML report: whole, self-contained, and deaf to what a directory puts in its names."""

import html
import re
from html.parser import HTMLParser

import msgspec
import pytest

from rempart.engines.directory.report import Bucket
from rempart.render.html.directory import page
from rempart.render.html.page import safe_link
from support import reports

VOID = {"meta", "link", "br", "input", "img", "hr"}


class Outline(HTMLParser):
    """Tags opened and closed in order, ids, and the text of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


VARIANTS = [reports.sample, reports.clean, reports.unmeasured, reports.hostile]


@pytest.mark.parametrize("make", VARIANTS)
def test_every_tag_is_closed_in_its_place(make: object) -> None:
    outline = Outline(page(make()))  # type: ignore[operator]
    assert outline.faults == []
    assert outline.open == []


@pytest.mark.parametrize("make", VARIANTS)
def test_ids_are_unique_and_links_within_the_page_arrive(make: object) -> None:
    tags = Outline(page(make())).tags  # type: ignore[operator]
    ids = [str(attrs["id"]) for _, attrs in tags if "id" in attrs]
    targets = {str(a["href"])[1:] for t, a in tags if t == "a" and str(a.get("href")).startswith("#")}  # fmt: skip
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


def test_the_title_says_the_result() -> None:
    outline = Outline(page(reports.sample()))
    assert "chu.test : niveau 1, et trois chemins vers le cœur" in outline.text.replace("\u00a0", " ")  # fmt: skip
    assert "Deux gestes suffisent à l’empêcher." in outline.text


def test_a_level_with_gaps_is_said_at_most() -> None:
    report = msgspec.structs.replace(reports.sample(), level=reports.level(2))
    text = Outline(page(report)).text.replace("\u00a0", " ")
    assert "niveau 2 au plus" in text
    assert "5 points n’ont pas pu être évalués" in text


def test_nothing_is_loaded_and_nothing_else_may_be() -> None:
    text = page(reports.sample())
    outline = Outline(text)
    policy = next(a["content"] for t, a in outline.tags if a.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in str(policy)
    assert not [t for t, a in outline.tags if "src" in a or t in {"link", "iframe", "object", "img"}]  # fmt: skip
    assert not [a for _, a in outline.tags if "style" in a or any(k.startswith("on") for k in a)]


def test_names_are_text_whatever_they_hold() -> None:
    outline = Outline(page(reports.hostile()))
    assert sum(t == "script" for t, _ in outline.tags) == 1
    assert not [t for t, _ in outline.tags if t == "img"]
    assert "<script>alert(1)</script>" in outline.text
    assert "{{ 7*7 }}" in outline.text


def test_no_bidirectional_or_control_character_reaches_the_page() -> None:
    text = html.unescape(page(reports.hostile()))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]", text)
    assert "compta⟨U+202E⟩gpj.exe" in text


def test_a_link_that_is_not_https_is_dropped() -> None:
    assert safe_link("javascript:alert(1)") == ""
    assert safe_link("https://[bad") == ""
    assert safe_link("http://example.org") == ""
    assert safe_link("https://www.cert.ssi.gouv.fr/x#y") == "https://www.cert.ssi.gouv.fr/x#y"
    assert "javascript:" not in page(reports.hostile())


def test_only_the_first_objects_are_listed_and_the_rest_is_said() -> None:
    text = page(reports.sample())
    assert "SRV-049@CHU.TEST" in text
    assert "SRV-050@CHU.TEST" not in text
    assert "Les 50 premiers sur 73" in text


@pytest.mark.slow
def test_a_report_of_five_thousand_objects_a_control_stays_under_three_megabytes() -> None:
    assert len(page(reports.large()).encode()) < 3_000_000


def test_the_cut_of_a_path_is_marked_and_leads_to_its_gesture() -> None:
    text = page(reports.sample())
    assert 'class="cut"' in text
    assert '<a href="#geste-1">geste 1</a>' in text
    assert 'id="geste-1"' in text


def test_a_clean_directory_has_nothing_to_do_and_says_it() -> None:
    text = Outline(page(reports.clean())).text
    assert "aucun chemin connu vers le cœur" in text
    assert "Aucun point de contrôle n’est en échec" in text
    assert "Tous les points de contrôle ont été évalués." in text


def test_paths_that_were_not_measured_are_never_said_absent() -> None:
    text = Outline(page(reports.unmeasured())).text
    assert "n’ont pas pu être mesurés" in text
    assert "Aucun chemin connu" not in text
    assert "aucune liste d’accès" in text


def test_accepted_risks_tell_what_is_declared_from_what_is_measured() -> None:
    text = Outline(page(reports.sample())).text
    assert "déclaré A. Martin" in text
    assert "expiré : compte à nouveau" in text


def test_the_directories_of_a_group_are_shown_together() -> None:
    outline = Outline(page(reports.group()))
    assert outline.faults == []
    assert "ghs.test" in outline.text
    assert "Fermer les chemins" in outline.text
    assert "même identifiant" in outline.text
    assert "Chemin croisé 1" in outline.text


def test_far_distances_are_drawn_together_and_kept_apart_in_the_table() -> None:
    base = reports.sample()
    far = [Bucket(str(n), 1, 20) for n in range(1, 21)]
    shown = msgspec.structs.replace(base.exposure, by_distance=far)
    text = Outline(page(msgspec.structs.replace(base, exposure=shown))).text
    assert "8 et plus" in text
    assert "20 1 20 5" in text.replace("\u202f", " ")


def test_a_kind_without_any_exposed_one_is_still_told() -> None:
    base = reports.sample()
    none = msgspec.structs.replace(base.exposure, by_kind={"user": 49})
    text = Outline(page(msgspec.structs.replace(base, exposure=none))).text.replace("\u202f", " ")
    assert "0 sur 382 (0 %)" in text


def test_what_cannot_be_cut_is_explained_and_drawn() -> None:
    base = reports.sample()
    stuck = msgspec.structs.replace(
        base.plan, uncuttable=base.exposure.paths[:1], uncuttable_reason="Le groupe est intégré."
    )
    text = Outline(page(msgspec.structs.replace(base, plan=stuck))).text
    assert "Ce que le plan ne peut pas couper" in text
    assert "Chemin sans coupure 1" in text
