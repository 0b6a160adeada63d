"""A self-assessment as OSCAL assessment-results (NIST, 1.1.2, JSON).

Declared answers are INTERVIEW observations, measured ones TEST, documents EXAMINE. A finding is written only for an
item that was answered by a level: satisfied from its target upwards, else not-satisfied. « Je ne sais pas » and « sans
objet » are observations without a finding: OSCAL has no third state, and unknown is not a failure.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from rempart.engines.maturity.answers import Kind, level_of
from rempart.render.assessment.sheet import Line, Sheet

NAMESPACE: Final = "urn:rempart:oscal"
VERSION: Final = "1.1.2"
STATES: Final[Mapping[Kind, str]] = {
    Kind.LEVEL: "level",
    Kind.UNKNOWN: "unknown",
    Kind.NOT_APPLICABLE: "not-applicable",
}


def oscal(sheet: Sheet) -> bytes:
    """The document, the same bytes for the same sheet: identifiers are computed from what they name."""
    moment = f"{sheet.made_on}T00:00:00Z"
    given = [line for line in sheet.lines.values() if line.given is not None or line.measured]
    observations = [o for line in given for o in _observations(sheet, line, moment)]
    result: dict[str, Any] = {
        "uuid": _uuid(sheet, "result"),
        "title": f"{sheet.framework.title} : {sheet.establishment}",
        "description": sheet.framework.description,
        "start": moment,
        "end": moment,
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": i} for i in sheet.lines]}
                if sheet.lines
                else {"include-all": {}}
            ]
        },
    }
    if observations:
        result["observations"] = observations
    if findings := [f for line in given for f in _finding(sheet, line)]:
        result["findings"] = findings
    metadata: dict[str, Any] = {
        "title": result["title"],
        "last-modified": moment,
        "version": sheet.framework.version,
        "oscal-version": VERSION,
    }
    if sheet.finess:
        metadata["props"] = [_prop("finess", sheet.finess)]
    whole = {
        "uuid": _uuid(sheet, "document"),
        "metadata": metadata,
        "import-ap": {"href": f"#{_uuid(sheet, 'plan')}"},
        "results": [result],
    }
    return msgspec.json.format(msgspec.json.encode({"assessment-results": whole}), indent=1)


def _observations(sheet: Sheet, line: Line, moment: str) -> Iterator[dict[str, Any]]:
    if line.given is not None:
        props = [_prop("answer", STATES[line.given.kind])]
        if (value := level_of(line.item, line.given)) is not None:
            props += [_prop("level", str(value)), _prop("target", str(line.item.target))]
        yield _observation(
            sheet, line, "declared", "INTERVIEW", line.note or line.item.title, moment, props
        )
    if line.measured:
        yield _observation(sheet, line, "measured", "TEST", line.measured, moment, [])
    for place, document in enumerate(line.documents):
        yield _observation(sheet, line, f"document-{place}", "EXAMINE", document, moment, [])


def _observation(
    sheet: Sheet,
    line: Line,
    what: str,
    method: str,
    description: str,
    moment: str,
    props: list[dict[str, str]],
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": _uuid(sheet, f"{line.item.id}/{what}"),
        "title": line.item.title,
        "description": description,
        "methods": [method],
        "types": ["control-objective"],
        "collected": moment,
    }
    return found | ({"props": props} if props else {})


def _finding(sheet: Sheet, line: Line) -> Iterator[dict[str, Any]]:
    value = level_of(line.item, line.given)
    if value is None:
        return
    related = [_uuid(sheet, f"{line.item.id}/declared")]
    if line.measured:
        related.append(_uuid(sheet, f"{line.item.id}/measured"))
    yield {
        "uuid": _uuid(sheet, f"{line.item.id}/finding"),
        "title": line.item.title,
        "description": line.item.plain or line.item.title,
        "target": {
            "type": "objective-id",
            "target-id": line.item.id,
            "status": {"state": "satisfied" if value >= line.item.target else "not-satisfied"},
        },
        "related-observations": [{"observation-uuid": uuid} for uuid in related],
    }


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": value}


def _uuid(sheet: Sheet, what: str) -> str:
    whole = f"{NAMESPACE}:{sheet.finess}:{sheet.framework.id}:{sheet.framework.version}:{sheet.made_on}:{what}"
    return str(uuid5(NAMESPACE_URL, whole))
