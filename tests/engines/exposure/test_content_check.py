"""Exposure content that does not hold together is refused, with a sentence that names the file."""

from typing import Any

import pytest

from rempart.content.exposure import ExposureCheck
from rempart.engines.exposure import content_check
from rempart.engines.exposure.content_check import Known, of_check, references
from rempart.engines.exposure.examples import run_examples
from rempart.engines.exposure.registry import CHECKS
from support.exposure import FUNCTIONS, content

KNOWN = Known({"nginx"}, {"care_d1.exposition.correction"})
ENDPOINT = {"address": "127.0.0.9", "port": 3389}
GOOD = {"title": "un site", "expect": "passed", "seen": {"endpoint": ENDPOINT, "service": "https"}}
BAD = {"title": "RDP", "expect": "failed", "seen": {"endpoint": ENDPOINT, "service": "rdp"}}


def rdp(*examples: dict[str, Any], **changes: Any) -> ExposureCheck:
    return content("service_rdp", examples=list(examples), **changes)


def test_a_check_that_holds_together_has_no_fault() -> None:
    assert of_check(rdp(GOOD, BAD), KNOWN) == []
    assert run_examples({"service_rdp": rdp(GOOD, BAD)}, FUNCTIONS) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"theme": "tls"}, "doit commencer par son thème, « tls_ »"),
        ({"fixes": [{"product": "nginx", "steps": "x"}]}, "doit valoir pour tout produit"),
        ({"fixes": []}, "doit valoir pour tout produit"),
        ({"fixes": [{"product": "any", "steps": "x"}] * 2}, "portent sur le même produit"),
        (
            {"fixes": [{"product": "x", "steps": "x"}, {"product": "any", "steps": "x"}]},
            "le produit « x » n’est pas dans",
        ),
        ({"objectives": []}, "il manque l’objectif"),
        ({"objectives": ["care_d1.nothing"]}, "l’objectif « care_d1.nothing » n’existe pas"),
        ({"examples": [GOOD]}, "il manque un exemple qui doit donner « failed »"),
    ],
)
def test_a_fault_of_a_check_is_told(changes: dict[str, Any], said: str) -> None:
    faults = of_check(content("service_rdp", **{"examples": [GOOD, BAD]} | changes), KNOWN)
    assert len(faults) == 1
    assert said in faults[0]


def test_content_and_functions_name_each_other() -> None:
    faults = references(
        {"tls_other": content("tls_other")}, {"service_rdp": FUNCTIONS["service_rdp"]}, KNOWN
    )
    assert "exposure_checks/tls_other.yaml : aucune fonction ne porte cet identifiant." in faults
    assert "fonction service_rdp : aucun fichier exposure_checks/service_rdp.yaml." in faults


@pytest.mark.parametrize(
    ("example", "said"),
    [
        (
            BAD | {"expect": "passed"},
            "passed attendu, failed obtenu (Le bureau à distance répond.)",
        ),
        ({"title": "x", "expect": "passed", "seen": {}}, "ne se lit pas"),
        (GOOD | {"seen": GOOD["seen"] | {"servce": "rdp"}}, "champs inconnus : servce"),
        (GOOD | {"seen": {"endpoint": ENDPOINT | {"prot": 1}}}, "champs inconnus : endpoint.prot"),
        (GOOD | {"today": "demain"}, "ne se lit pas"),
    ],
)
def test_an_example_that_is_wrong_is_told(example: dict[str, Any], said: str) -> None:
    (failure,) = run_examples({"service_rdp": rdp(example)}, FUNCTIONS)
    assert said in failure.found


def test_an_example_may_say_that_nothing_answered() -> None:
    silent = {
        "title": "muet",
        "expect": "not_measured",
        "seen": {"endpoint": ENDPOINT, "reach": "silent"},
    }
    assert run_examples({"service_rdp": rdp(silent)}, FUNCTIONS) == []


def test_an_unknown_check_is_told() -> None:
    (failure,) = run_examples({"service_rdp": rdp(GOOD)}, {})
    assert failure.found == "Aucune fonction ne porte cet identifiant."


def test_a_check_that_breaks_or_says_nothing_is_told() -> None:
    mute = FUNCTIONS["service_rdp"].__class__(
        "service_rdp",
        FUNCTIONS["service_rdp"].kind,
        lambda *_: [],
        FUNCTIONS["service_rdp"].reaches,
    )
    torn = FUNCTIONS["service_rdp"].__class__(
        "service_rdp",
        FUNCTIONS["service_rdp"].kind,
        lambda *_: 1 / 0,
        FUNCTIONS["service_rdp"].reaches,
    )  # type: ignore[arg-type, return-value]
    said = [
        run_examples({"service_rdp": rdp(GOOD)}, {"service_rdp": c})[0].found for c in (mute, torn)
    ]
    assert said[0] == "Le contrôle ne dit rien de cet exemple."
    assert "ZeroDivisionError" in said[1]


def test_the_functions_of_the_tests_are_not_those_of_the_audit() -> None:
    assert all(CHECKS.get(name) is not check for name, check in FUNCTIONS.items())


def test_a_deprecated_check_owes_no_example() -> None:
    assert of_check(rdp(status="deprecated"), KNOWN) == []
    assert len(of_check(rdp(), KNOWN)) == 2


def test_examples_are_not_tried_while_names_do_not_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_check, "CHECKS", {})
    monkeypatch.setattr(content_check, "exposure_checks", lambda: {"service_rdp": rdp(GOOD, BAD)})
    faults = content_check.faults_of_content()
    assert faults[0] == (
        "exposure_checks/service_rdp.yaml : aucune fonction ne porte cet identifiant."
    )
    assert not any("Aucune fonction" in fault for fault in faults)
