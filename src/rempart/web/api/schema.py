"""The OpenAPI description, and its reading by people."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.utils.module_loading import import_string

METHODS: Final = ("get", "post", "put")


@dataclass(frozen=True, slots=True)
class Described:
    """One operation: what it does, and what it takes."""

    method: str
    path: str
    summary: str
    text: str
    parameters: list[tuple[str, str]]
    body: list[tuple[str, str]]


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI 3.1 description of the API."""
    api = import_string("rempart.web.api.urls.api")
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


def text() -> str:
    """The description as it is published, beside the code."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def described(description: dict[str, Any]) -> dict[str, list[Described]]:
    """Operations by group, in the order of the description."""
    groups: dict[str, list[Described]] = {}
    for path, operations in description["paths"].items():
        for method in METHODS:
            if found := operations.get(method):
                row = _described(method, path, found, description)
                groups.setdefault(found["tags"][0], []).append(row)
    return groups


def _described(
    method: str, path: str, operation: dict[str, Any], description: dict[str, Any]
) -> Described:
    parameters = [
        (p["name"], p.get("description", "") or p["schema"].get("description", ""))
        for p in operation.get("parameters", [])
    ]
    body: list[tuple[str, str]] = []
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body += [
            (name, one.get("description", ""))
            for name, one in _resolved(content["schema"], description).items()
        ]
    return Described(
        method.upper(),
        path,
        operation["summary"],
        operation.get("description", ""),
        parameters,
        body,
    )


def _resolved(found: dict[str, Any], description: dict[str, Any]) -> dict[str, Any]:
    if name := found.get("$ref"):
        found = description["components"]["schemas"][name.rpartition("/")[2]]
    return dict(found.get("properties", {}))
