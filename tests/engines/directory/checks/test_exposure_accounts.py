"""What attackers use on accounts, where one example directory cannot show the case."""

import re

import pytest

from rempart.content.loader import directory_checks
from support.directories import DAY, TODAY, Small, said

PATTERNS = directory_checks()["extra_password_in_description"].points[0].params["patterns"]


@pytest.mark.parametrize(
    "text",
    [
        "mdp: Azerty123",
        "Mot de passe = bloc2024",
        "password is Summer2025",
        "PWD:x!9kk",
        "compte labo, mdp Labo2023!",
    ],
)
def test_a_text_that_gives_a_password_is_seen(text: str) -> None:
    assert any(re.search(pattern, text, re.IGNORECASE) for pattern in PATTERNS)


@pytest.mark.parametrize(
    "text",
    ["Mot de passe dans le coffre", "passerelle HL7", "password policy owner", "mdp", "code 4512"],
)
def test_a_text_that_only_speaks_of_passwords_is_not(text: str) -> None:
    assert not any(re.search(pattern, text, re.IGNORECASE) for pattern in PATTERNS)


def test_the_password_itself_is_never_repeated() -> None:
    small = Small()
    row = small.account(1001)
    small.builder.attribute(row, "description", ["mdp: Azerty123"])
    points = {1: {"patterns": PATTERNS, "attributes": ["description"]}}
    hits, _ = said("extra_password_in_description", small.build(), points)
    assert [hit.row for hit in hits] == [row]
    assert "Azerty" not in hits[0].detail


def service(**more: int) -> Small:
    small = Small()
    row = small.account(1001, **more)
    small.builder.attribute(row, "serviceprincipalname", ["HTTP/app"])
    return small


def test_a_recent_password_with_unknown_keys_is_not_judged() -> None:
    small = service(password_set=TODAY - 10 * DAY)
    hits, silent = said("extra_kerberoastable", small.build(), {2: {"days": 365}})
    assert hits == []
    assert len(silent) == 1


def test_an_old_password_is_enough_whatever_the_keys() -> None:
    small = service(password_set=TODAY - 400 * DAY)
    hits, _ = said("extra_kerberoastable", small.build(), {2: {"days": 365}})
    assert [hit.detail for hit in hits] == ["mot de passe de 400 jours"]


def test_a_recent_password_with_rc4_only_is_said() -> None:
    small = service(password_set=TODAY - 10 * DAY, encryption_types=4)
    hits, _ = said("extra_kerberoastable", small.build(), {2: {"days": 365}})
    assert [hit.detail for hit in hits] == ["clés AES non déclarées, ticket chiffré en RC4"]
