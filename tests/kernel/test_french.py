"""What counts agrees with its number."""

import pytest

from rempart.kernel import french


@pytest.mark.parametrize(
    ("count", "noun", "many", "said"),
    [
        (0, "objet", "", "0 objet"),
        (1, "objet", "", "1 objet"),
        (2, "objet", "", "2 objets"),
        (3, "mois", "", "3 mois"),
        (-2, "choix", "", "-2 choix"),
        (2, "cheval", "chevaux", "2 chevaux"),
        (1500, "compte a", "comptes ont", "1\u202f500 comptes ont"),
    ],
)
def test_a_noun_agrees_with_its_number(count: int, noun: str, many: str, said: str) -> None:
    assert french.counted(count, noun, many) == said
