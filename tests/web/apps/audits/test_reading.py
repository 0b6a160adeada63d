"""Reports as files, and what is drawn from them. No database."""

from datetime import date
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from factories.audits import MAY, a_control, a_report
from rempart.engines.directory.report import Action, Plan, Report
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.outcome import Outcome
from rempart.kernel.progress import Silent
from rempart.render.outputs import encoded
from rempart.web.apps.audits import reading, rules
from rempart.web.apps.audits.rules import Given, Newest, fingerprint, latest, subject_of
from rempart.web.apps.remediation.rules import Look
from support import reports

TODAY = date(2026, 11, 22)


def written(tmp_path: Path, content: bytes | Report, name: str = "report.json") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else encoded(content))
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("report.json", encoded(a_report(a_control("a"))), True),
        ("report.zip", encoded(a_report(a_control("a"))), False),
        ("users.json", b'{"data": [], "meta": {}}', False),
        ("a.json", b'{"bonjour": 1}', False),
        ("a.json", b'{"tronqu', False),
        ("a.json", b"[" * 200_000, False),
        ("a.json", b'{"schema": "autre/1"}', True),
        (
            "a.json",
            b'{"x": "' + b"y" * 9000 + b'", "schema": "s", "z": "' + b"y" * 9000 + b'"}',
            True,
        ),
    ],
)
def test_a_report_is_told_from_a_collection(
    tmp_path: Path, name: str, content: bytes, expected: bool
) -> None:
    assert reading.is_report(written(tmp_path, content, name)) is expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources": [], "audited_on": "hier"}, "de quel jour"),
        ({"plan": Plan([], -1, 0.0, 0)}, "quantités négatives"),
        ({"unscored": [a_control("x")] * 1001}, "1 002 points"),
        ({"schema": "rempart/directory-report/7"}, "autre version"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    report = msgspec.structs.replace(a_report(a_control("a")), **change)
    with pytest.raises(UnreadableSource) as refusal:
        reading.read_report(written(tmp_path, report), TODAY)
    assert words in str(refusal.value).replace("\u202f", " ").replace("\u00a0", " ")


def test_a_report_that_is_too_long_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_REPORT", 10)
    with pytest.raises(UnreadableSource, match="fichier de plus de"):
        reading.read_report(written(tmp_path, a_report(a_control("a"))), TODAY)


def test_a_collection_that_holds_nothing_is_no_audit(tmp_path: Path) -> None:
    empty = tmp_path / "collecte.zip"
    with ZipFile(empty, "w") as archive:
        meta = '"meta": {"type": "users", "version": 5, "count": 0}'
        archive.writestr("20261122_users.json", f'{{"data": [], {meta}}}')
    with pytest.raises(UnreadableSource, match="aucun compte"):
        reading.analyse([empty], TODAY, Silent())


def test_the_day_of_measure_is_that_of_the_collection_or_else_of_the_audit() -> None:
    assert reading.measured_on(a_report(on=MAY)) == MAY
    assert reading.measured_on(a_report(sources=[], audited_on="2026-06-02")) == date(2026, 6, 2)


def test_each_outcome_is_an_observation() -> None:
    report = a_report(
        a_control("a"),
        a_control("b", Outcome.PASSED),
        a_control("c", Outcome.NOT_MEASURED),
        a_control("d", Outcome.NOT_APPLICABLE),
    )
    looks = {o.key: o.look for o in reading.observations(report)}
    assert (looks["a"], looks["b"]) == (Look.SEEN, Look.ABSENT)
    assert (looks["c"], looks["d"]) == (Look.NOT_MEASURED, Look.ABSENT)
    assert looks[reading.EXPOSURE] is Look.ABSENT


def test_a_gesture_mends_the_objects_that_it_is_about() -> None:
    gesture = Action("g-001", "Un geste", 1, ["a"], "remove", 15, objects=[reports.DUPONT])
    report = a_report(a_control("a"), a_control("b"), plan=Plan([gesture], 1, 1.0, 0))
    first, *others = reading.proposals(report)
    assert first.mends[0].concerned == (reports.DUPONT.id,)
    assert [p.mends[0].key for p in others] == ["a", "b"]


def test_a_control_that_the_gestures_mend_whole_is_not_proposed_again() -> None:
    both = [reports.DUPONT, reports.BACKUP]
    gesture = Action("g-001", "Un geste", 1, ["a"], "remove", 15, objects=both)
    report = a_report(a_control("a"), plan=Plan([gesture], 1, 1.0, 0))
    assert [p.title for p in reading.proposals(report)] == ["Un geste"]


def test_a_gesture_that_closes_no_control_mends_the_exposure() -> None:
    gesture = Action("g-001", "Un geste", 1, [], "remove", 15, objects=[reports.DUPONT])
    report = a_report(plan=Plan([gesture], 1, 1.0, 0))
    assert [m.key for m in reading.proposals(report)[0].mends] == [reading.EXPOSURE]


def test_a_gesture_has_the_same_origin_whatever_its_rank() -> None:
    made = [Action(i, "G", 1, [], "remove", 15, objects=[reports.DUPONT]) for i in ("g-1", "g-9")]
    origins = {reading.proposals(a_report(plan=Plan([a], 1, 1.0, 0)))[0].origin for a in made}
    assert len(origins) == 1


def test_what_is_only_for_information_asks_for_nothing() -> None:
    info = msgspec.structs.replace(a_control("i"), kind="info", failed_levels=[])
    report = a_report(unscored=[info])
    assert reading.proposals(report) == []
    assert next(o for o in reading.observations(report) if o.key == "i").severity == "info"


def test_a_gesture_without_words_says_nothing_of_how() -> None:
    assert reading.how(None) == ""


def test_the_notes_of_the_reading_are_kept_for_the_report() -> None:
    noted = reading.Noted(Silent())
    noted.stage("Lecture", 3)
    noted.advance()
    noted.note("Un fichier manque.")
    assert noted.notes == ["Un fichier manque."]


def test_a_deposit_without_or_with_too_many_files_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="Aucun fichier"):
        rules.check_deposit([], 100)
    with pytest.raises(UnreadableSource, match="201 fichiers"):
        rules.check_deposit([Given("a.json", 1, b"{")] * 201, 1000)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\a\\collecte.zip", "collecte.zip"),
        ("../../etc/passwd", "passwd"),
        ("é\u202egnp.zip", "é_gnp.zip"),
        ("", "fichier"),
        ("...", "fichier"),
        ("x" * 300 + ".zip", "x" * 117 + ".zip"),
    ],
)
def test_a_file_name_is_only_a_name(given: str, kept: str) -> None:
    assert rules.file_name(given) == kept


def test_a_deposit_is_known_by_its_contents_in_any_order() -> None:
    assert fingerprint(["b", "a"]) == fingerprint(["a", "b"]) != fingerprint(["a"])
    assert fingerprint(["a"]) == "a"


def test_a_directory_is_known_by_the_domains_that_it_shares() -> None:
    known = {"S-1": ["S-1", "S-2"], "S-9": ["S-9"]}
    assert subject_of(["S-2", "S-3"], known) == "S-1"
    assert subject_of(["S-4"], known) == "S-4"
    assert subject_of([], known) == "sans-domaine"


def test_a_directory_that_is_no_longer_measured_no_longer_stands() -> None:
    old, new = Newest(1, date(2024, 1, 1), 1), Newest(2, date(2026, 1, 1), 4)
    assert latest([old, new]) == 2
    assert latest([Newest(1, date(2025, 6, 1), 1), new]) == 1
    assert latest([Newest(1, date(2026, 1, 1), 4), new]) == 2
    assert latest([]) is None
