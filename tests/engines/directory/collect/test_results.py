"""Refusals of a server, in French."""

import ssl

import pytest

from rempart.engines.directory.collect.messages import Result
from rempart.engines.directory.collect.results import bind_refused, explain, unreachable
from rempart.engines.directory.collect.target import Protection, Target

TARGET = Target("dc1.chu.fr", 636, Protection.LDAPS, timeout=7)


@pytest.mark.parametrize(
    ("code", "message", "meaning"),
    [
        (49, "80090308: LdapErr: DSID-0C09044E, comment: …, data 52e, v2580", "mot de passe"),
        (49, "80090308: LdapErr: DSID-0C090439, comment: …, data 775, v4563", "verrouillé"),
        (
            49,
            "80090346: LdapErr: DSID-0C090597, comment: …, data 80090346, v4563",
            "liaison au canal",
        ),
        (49, "autre", "compte ou mot de passe refusé"),
        (8, "", "signée ou chiffrée"),
        (53, "", "refuse la demande"),
        (4242, "", "4242"),
    ],
)
def test_a_refusal_is_explained(code: int, message: str, meaning: str) -> None:
    assert meaning in explain(Result(code, message))


@pytest.mark.parametrize(
    ("code", "advice"), [(8, "ldaps://"), (7, "autre méthode"), (49, "mot de passe")]
)
def test_a_refused_bind_says_what_to_do(code: int, advice: str) -> None:
    error = bind_refused(TARGET, Result(code, ""))
    assert "ldaps://dc1.chu.fr:636" in error.found
    assert advice in error.todo


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ConnectionRefusedError(), "rien n’écoute"),
        (TimeoutError(), "ne répond pas en 7 s"),
        (OSError(113, "No route to host"), "No route to host"),
        (ssl.SSLError(1, "wrong version number"), "TLS"),
        (ValueError("Coupé."), "s’est interrompu. Coupé."),
    ],
)
def test_an_unreachable_server_is_explained(error: Exception, found: str) -> None:
    made = unreachable(TARGET, error)
    assert found in made.found
    assert made.todo
