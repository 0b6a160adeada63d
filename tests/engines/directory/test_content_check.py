"""What `rempart content check` finds, on content broken on purpose."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from rempart.content.catalogue import DirectoryCatalogue, directory_catalogue
from rempart.content.directory import Status
from rempart.engines.directory import checks, content_check
from rempart.engines.directory.content_check import of_check, references
from rempart.engines.directory.examples.run import Failure
from rempart.engines.directory.registry import CHECKS

REGISTERED = checks.__name__
CATALOGUE = directory_catalogue()
KRBTGT = CATALOGUE.checks["vuln_krbtgt"]


def broken(**more: Any) -> DirectoryCatalogue:
    return replace(CATALOGUE, **more)


def test_sound_content_has_no_fault() -> None:
    assert references(CATALOGUE, CHECKS) == []


def test_a_file_without_function_and_a_function_without_file_are_named() -> None:
    alone = broken(checks={**CATALOGUE.checks, "vuln_seul": KRBTGT})
    assert any("vuln_seul" in f and "aucune fonction" in f for f in references(alone, CHECKS))
    without = {k: v for k, v in CATALOGUE.checks.items() if k != "vuln_krbtgt"}
    faults = references(broken(checks=without), CHECKS)
    assert any("fonction vuln_krbtgt" in fault for fault in faults)


def test_a_relation_or_an_action_that_points_nowhere_is_named() -> None:
    relation = msgspec.structs.replace(CATALOGUE.relations["MemberOf"], cut="rien")
    action = msgspec.structs.replace(CATALOGUE.actions["remove_ace"], closes=["vuln_inconnu"])
    faults = references(
        broken(
            relations={**CATALOGUE.relations, "MemberOf": relation},
            actions={**CATALOGUE.actions, "remove_ace": action},
        ),
        CHECKS,
    )
    assert any("geste « rien »" in fault for fault in faults)
    assert any("vuln_inconnu" in fault for fault in faults)


def test_a_fact_without_label_is_named() -> None:
    faults = references(broken(labels={}), CHECKS)
    assert any("« uac » n’a pas de libellé" in fault for fault in faults)


def test_faults_of_one_check_are_all_said() -> None:
    point = msgspec.structs.replace(KRBTGT.points[0], params={"rights": ["RuleTheWorld"]})
    faults = of_check(
        msgspec.structs.replace(KRBTGT, points=[point, point], related=["vuln_perdu"], examples=[]),
        CATALOGUE.checks,
    )
    for word in ("même niveau", "vuln_perdu", "RuleTheWorld", "« failed »", "« passed »"):
        assert any(word in fault for fault in faults), word
    assert of_check(msgspec.structs.replace(KRBTGT, points=[]), CATALOGUE.checks)


def test_the_content_of_the_project_is_sound_and_its_examples_are_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        content_check, "run_examples", lambda: [Failure("vuln_krbtgt", "un exemple", "rien")]
    )
    assert content_check.faults_of_content() == ["vuln_krbtgt : un exemple : rien"]
    monkeypatch.setattr(content_check, "references", lambda *_: ["un renvoi"])
    assert content_check.faults_of_content() == ["un renvoi"]


def test_a_withdrawn_check_needs_no_example() -> None:
    withdrawn = msgspec.structs.replace(KRBTGT, status=Status.DEPRECATED, examples=[])
    assert of_check(withdrawn, CATALOGUE.checks) == []
