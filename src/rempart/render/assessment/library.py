"""A framework as a CISO Assistant library (YAML), so that whoever leaves takes it along."""

from typing import Any

import yaml

from rempart.content.frameworks import Framework, Item


def ciso_library(framework: Framework) -> bytes:
    """The library: a node for each theme, one for each item, whose levels are the scored choices of one question."""
    base = f"urn:rempart:risk:{{}}:{framework.id}"
    nodes: list[dict[str, Any]] = []
    for theme in framework.themes:
        place = f"{base.format('req_node')}:theme-{theme.id}".lower()
        nodes.append(
            _kept(
                {
                    "urn": place,
                    "depth": 1,
                    "assessable": False,
                    "name": theme.title,
                    "description": theme.why,
                }
            )
        )
        nodes.extend(_node(framework, item, place) for item in theme.items)
    levels = [len(item.levels) for item in framework.items]
    inner = {
        "urn": base.format("framework"),
        "ref_id": framework.id,
        "name": framework.title,
        "description": framework.description,
        "min_score": 0,
        "max_score": max(levels, default=1) - 1,
        "implementation_groups_definition": [
            {"ref_id": g.id, "name": g.title} for g in framework.groups
        ]
        or None,
        "requirement_nodes": nodes,
    }
    whole = {
        "urn": base.format("library"),
        "locale": framework.language,
        "ref_id": framework.id,
        "name": framework.title,
        "description": framework.statement,
        "copyright": framework.copyright or "EUPL-1.2",
        "version": _number(framework.version),
        "provider": framework.provider or "Rempart",
        "packager": "rempart",
        "objects": {"framework": _kept(inner)},
    }
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=110).encode("utf-8")


def _node(framework: Framework, item: Item, parent: str) -> dict[str, Any]:
    urn = f"urn:rempart:risk:req_node:{framework.id}:{item.id}".lower()
    question = f"{urn}:question:1"
    return _kept(
        {
            "urn": urn,
            "parent_urn": parent,
            "depth": 2,
            "assessable": True,
            "ref_id": item.id,
            "name": item.title,
            "description": item.plain,
            "annotation": item.how_to_know,
            "typical_evidence": "\n".join(piece.title for piece in item.pieces),
            "implementation_groups": list(item.groups) or None,
            "weight": max(1, round(item.weight)),
            "questions": {
                question: {
                    "type": "unique_choice",
                    "text": item.title,
                    "choices": [
                        {
                            "urn": f"{question}:choice:{level.value}",
                            "value": level.text,
                            "add_score": level.value,
                            "compute_result": _result(item, level.value),
                        }
                        for level in item.levels
                    ],
                }
            },
        }
    )


def _result(item: Item, value: int) -> str:
    if value >= item.target:
        return "compliant"
    return "non_compliant" if value == item.levels[0].value else "partially_compliant"


def _kept(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, "")}


def _number(version: str) -> int:
    digits = version.split(".")[0]
    return int(digits) if digits.isdigit() else 1
