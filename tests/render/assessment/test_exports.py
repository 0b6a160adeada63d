"""A self-assessment and a framework, as other tools take them."""

import csv
import io
import json
from importlib.resources import files

import jsonschema
import pytest
import python_calamine as calamine
from msgspec import structs

from rempart.content.knowledge import frameworks
from rempart.engines.exchange.ciso import read_ciso
from rempart.engines.maturity.answers import Given
from rempart.render.assessment.library import ciso_library
from rempart.render.assessment.oscal import oscal
from rempart.render.assessment.tables import as_ciso_xlsx, as_csv, as_json, as_xlsx
from support.sheets import FRAMEWORK, answered, sheet

SCHEMA = files("rempart.render.assessment") / "schemas" / "assessment-1.json"


def rows_of(book: bytes) -> list[list[object]]:
    return (
        calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    )


def result_of(data: bytes) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(data)["assessment-results"]["results"][0]
    return found


def test_oscal_says_satisfied_from_the_target_upwards() -> None:
    findings = result_of(oscal(sheet(answered(a=2, b=1))))["findings"]
    states = [f["target"]["status"]["state"] for f in findings]  # type: ignore[index]
    assert states == ["satisfied", "not-satisfied"]


def test_oscal_makes_no_finding_of_what_is_not_known() -> None:
    result = result_of(oscal(sheet()))
    assert len(result["findings"]) == 2
    answers = [o["props"][0]["value"] for o in result["observations"] if "props" in o]  # type: ignore[index]
    assert answers == ["level", "unknown", "level", "not-applicable"]


def test_oscal_keeps_declared_measured_and_documents_apart() -> None:
    methods = [o["methods"] for o in result_of(oscal(sheet()))["observations"]]
    assert methods.count(["INTERVIEW"]) == 4
    assert methods.count(["TEST"]) == 1
    assert methods.count(["EXAMINE"]) == 1


def test_oscal_of_an_empty_assessment_stands() -> None:
    result = result_of(oscal(sheet({}, lines={}, finess="")))
    assert "observations" not in result
    assert result["reviewed-controls"] == {"control-selections": [{"include-all": {}}]}


def test_the_same_sheet_twice_is_the_same_oscal() -> None:
    assert oscal(sheet()) == oscal(sheet())


def test_no_cell_begins_a_formula() -> None:
    text = as_csv(sheet()).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 5
    assert "'=cmd|' /C calc'!A0" in rows[3]
    assert "=cmd|' /C calc'!A0" in rows_of(as_xlsx(sheet()))[3]


def test_a_workbook_for_ciso_assistant_has_its_columns_and_its_words() -> None:
    head, *rows = rows_of(as_ciso_xlsx(sheet(answered(a=2, b=1, c=0))))
    assert head[:4] == ["ref_id", "name", "assessable", "compliance_result"]
    assert [row[3] for row in rows] == [
        "compliant", "partially_compliant", "non_compliant", "not_assessed",
    ]  # fmt: skip
    assert rows[0][0] == "trial.a"


def test_a_framework_of_others_keeps_their_references() -> None:
    theirs = structs.replace(FRAMEWORK, provider="Une agence")
    _, *rows = rows_of(as_ciso_xlsx(sheet(framework=theirs)))
    assert rows[0][0] == "A"
    assert rows[3][3] == "not_applicable"


def test_json_gives_the_range_and_the_kind_of_each_answer() -> None:
    whole = json.loads(as_json(sheet()))
    assert whole["schema"] == "assessment-1"
    assert whole["score"]["low"] < whole["score"]["high"]
    assert [a["kind"] for a in whole["answers"]] == ["level", "unknown", "level", "not_applicable"]


@pytest.mark.parametrize("answers", [{}, answered(a=2, b=0), None])
def test_json_follows_its_published_schema(answers: dict[str, Given] | None) -> None:
    made = sheet() if answers is None else sheet(answers)
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert list(schema.iter_errors(json.loads(as_json(made)))) == []


def test_the_published_schema_refuses_what_it_does_not_name() -> None:
    wrong = json.loads(as_json(sheet())) | {"more": 1}
    with pytest.raises(jsonschema.ValidationError, match="more"):
        jsonschema.validate(wrong, json.loads(SCHEMA.read_text("utf-8")))


@pytest.mark.parametrize("name", sorted(frameworks()))
def test_a_framework_goes_out_and_comes_back(name: str) -> None:
    ours = frameworks()[name]
    (read,) = read_ciso(ciso_library(ours))
    back = read.framework
    assert [len(i.levels) for i in back.items] == [len(i.levels) for i in ours.items]
    assert [i.title for i in back.items] == [i.title for i in ours.items]
    assert [g.id for g in back.groups] == [g.id for g in ours.groups]
