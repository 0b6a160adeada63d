"""What is wrong with a perimeter is said in French, with its place."""

from pathlib import Path

import pytest
import yaml

from rempart.engines.exposure.faults import fault_words
from rempart.engines.exposure.perimeter import parse_perimeter, read_perimeter
from rempart.kernel.errors import UnreadableSource

HEAD = "name: CH\nassets:\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nom: CH\nassets: []\n", "(clé inconnue : nom)"),
        ("name: CH\n", "(il manque la clé assets)"),
        (HEAD + "  - {kind: maison, value: a.example}\n", "(valeur inconnue : 'maison', dans assets[0].kind)"),
        ("name: 3\nassets: []\n", "(type str attendu, int trouvé, dans name)"),
        ('name: "x\n', "(ce n’est pas du YAML bien formé, ligne 2, colonne 1)"),
        ("name: !!python/object:os.system x\n", "(ce n’est pas du YAML bien formé, ligne 1, colonne 7)"),
        (HEAD + "  - {kind: domain, value: ''}\n", "(str de longueur >= 1 attendu, dans assets[0].value)"),
        ("limits: {per_second: 1000}\n" + HEAD, "(nombre <= 100.0 attendu, dans limits.per_second)"),
        ('hours: {allowed: [{from: "8:00", to: "18:00"}]}\n' + HEAD, "(heure écrite autrement qu’attendu (08:00), dans hours"),
        ("consent: {on: 2026-13-01}\n" + HEAD, "(date inconnue (attendu : 2026-10-01))"),
        ("consent: {by: A, function: b, on: 01/10/2026}\n" + HEAD, "(date inconnue (attendu : 2026-10-01), dans consent.on)"),
        (HEAD + "  - {kind: domain, value: exemple}\n", "(« exemple » n’est pas un nom complet)"),
        ("a: " + "[" * 5000, "(des éléments sont emboîtés sans fin)"),
    ],
)  # fmt: skip
def test_a_fault_of_a_perimeter_is_said_in_french_with_its_place(text: str, words: str) -> None:
    with pytest.raises(UnreadableSource) as refused:
        parse_perimeter(text)
    assert words in str(refused.value)


def test_a_file_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "binaire.yaml").write_bytes(b"\xff\xfe")
    for path, words in (
        (tmp_path / "absent.yaml", "n’existe pas"),
        (tmp_path / "binaire.yaml", "UTF-8"),
        (tmp_path, "ne peut pas être lu"),
    ):
        with pytest.raises(UnreadableSource, match=words):
            read_perimeter(path)


def test_a_fault_without_a_place_is_told_all_the_same() -> None:
    assert fault_words(yaml.MarkedYAMLError(problem="?")) == "ce n’est pas du YAML bien formé"
