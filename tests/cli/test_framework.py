"""`rempart framework check`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli.framework import framework
from rempart.engines.exchange.reading import UnreadableFramework
from rempart.render.assessment.library import ciso_library
from support.sheets import FRAMEWORK

CATALOG = {
    "catalog": {
        "metadata": {"title": "Catalogue d’essai", "version": "1", "parties": [{"name": "NIST"}]},
        "groups": [
            {
                "id": "ac",
                "title": "Accès",
                "controls": [
                    {"id": "ac-1", "title": "Nommer"},
                    {"id": "ac-2", "props": [{"name": "status", "value": "withdrawn"}]},
                ],
            }
        ],
    }
}


def said(file: Path) -> str:
    done = CliRunner().invoke(framework, ["check", str(file)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_library_is_told_in_a_few_lines(tmp_path: Path) -> None:
    file = tmp_path / "essai.yaml"
    file.write_bytes(ciso_library(FRAMEWORK))
    text = said(file)
    assert "3 thèmes, 4 questions" in text.replace("\xa0", " ")
    assert "droits : EUPL-1.2" in text


def test_a_catalog_says_what_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "essai.json"
    file.write_text(json.dumps(CATALOG), encoding="utf-8")
    text = said(file)
    assert "Catalogue d’essai" in text
    assert "laissé de côté : ac-2" in text


def test_a_file_that_is_no_framework_ends_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "essai.yaml"
    file.write_text("une phrase", encoding="utf-8")
    with pytest.raises(UnreadableFramework, match="objects"):
        said(file)
