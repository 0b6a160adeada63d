"""Fingerprints, exposed pages, ports and products: whole, and each recognised by its own example."""

import re
from pathlib import Path

import pytest

from rempart.content import fingerprints
from rempart.content.fingerprints import (
    ExposedPath,
    Fingerprint,
    exposed_paths,
    exposure_ports,
    exposure_products,
    fingerprint_files,
)
from rempart.engines.exposure.probe.services.datagrams import questions
from rempart.engines.exposure.probe.services.look import TALKS
from rempart.engines.exposure.probe.services.web import INTERFACES
from rempart.kernel.errors import InvalidContent

PRINTS = [f for family in fingerprint_files().values() for f in family.fingerprints]


@pytest.mark.parametrize("fingerprint", PRINTS, ids=lambda f: f"{f.product}-{f.service}")
def test_each_product_has_an_example_that_one_of_its_marks_finds(fingerprint: Fingerprint) -> None:
    assert fingerprint.examples
    for example in fingerprint.examples:
        assert any(mark.search(example.lower()) for mark in fingerprint.marks)


@pytest.mark.parametrize("path", exposed_paths(), ids=lambda p: str(p.id))
def test_each_page_is_found_in_its_example_and_not_in_an_ordinary_page(path: ExposedPath) -> None:
    pattern = re.compile(path.pattern, re.IGNORECASE | re.MULTILINE)
    assert pattern.search(path.example)
    assert not pattern.search("<!doctype html><title>Page introuvable</title><p>Erreur 404</p>")
    assert path.product in {"", *exposure_products()}
    # A page of empty lines would be read once for each of its lines: seconds, during which nobody else is heard.
    assert "^\\s*" not in path.pattern


def test_the_ids_of_pages_and_ports_are_each_given_once() -> None:
    paths, ports = exposed_paths(), exposure_ports()
    assert len({p.id for p in paths}) == len({p.path for p in paths}) == len(paths)
    assert len({(p.transport, p.port) for p in ports}) == len(ports)


def test_every_port_names_an_exchange_that_exists() -> None:
    known = {*TALKS, *INTERFACES, *questions(b""), "connect", "listen", "mllp", "ldaps"}
    assert {port.talk for port in exposure_ports()} <= known


def test_french_and_medical_products_that_public_sets_lack_are_known() -> None:
    wanted = {"stormshield", "wallix", "orthanc", "telemis", "maincare", "dedalus", "clinisys"}
    assert wanted <= {fingerprint.product for fingerprint in PRINTS}


FAMILY = """id: essai
title: Essai
source: {{document: Essai, version: "1"}}
status: draft
revised_on: "2026-01-01"
fingerprints:
  - {{product: {product}, marks: [{{on: title, pattern: "{pattern}"}}]}}
"""


@pytest.mark.parametrize(
    ("product", "pattern", "fault"),
    [
        ("inconnu", "a", "produit inconnu"),
        ("nginx", "(", "motif illisible"),
        ("nginx", "a" * 401, "trop long"),
    ],
)
def test_a_family_that_does_not_hold_is_refused(
    product: str, pattern: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exposure_products()
    (tmp_path / "exposure_fingerprints").mkdir()
    path = tmp_path / "exposure_fingerprints" / "essai.yaml"
    path.write_text(FAMILY.format(product=product, pattern=pattern), encoding="utf-8")
    monkeypatch.setattr("rempart.content.loader.content_root", lambda: tmp_path)
    with pytest.raises(InvalidContent, match=fault):
        fingerprints.fingerprint_files.__wrapped__()


@pytest.mark.parametrize("text", ["autre: []", "paths: [{id: a}]"])
def test_a_list_of_pages_that_does_not_hold_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "exposure_paths.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(fingerprints, "content_root", lambda: tmp_path)
    with pytest.raises(InvalidContent, match=r"exposure_paths\.yaml"):
        exposed_paths.__wrapped__()
