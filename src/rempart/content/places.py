"""Departments and regions of France, with the codes that FINESS uses for overseas (`reference/departments.yaml`)."""

from functools import cache
from typing import TypeVar

import msgspec
from msgspec import Struct

from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent


class Region(Struct, forbid_unknown_fields=True, frozen=True):
    """A region: its INSEE code and name."""

    code: str
    name: str


class Department(Struct, forbid_unknown_fields=True, frozen=True):
    """A department or an overseas collectivity; `region` is empty where there is none, `finess` the registry's own code."""

    code: str
    name: str
    region: str
    finess: str = ""


Place = TypeVar("Place", Region, Department)


def _read(name: str, struct: type[Place]) -> dict[str, Place]:
    path = content_root() / "reference" / name
    try:
        items: list[Place] = msgspec.convert(read_yaml(path), list[struct])  # type: ignore[valid-type]
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/{name} : {fault}.") from fault
    return {item.code: item for item in items}


@cache
def regions() -> dict[str, Region]:
    """Regions by INSEE code."""
    return _read("regions.yaml", Region)


@cache
def departments() -> dict[str, Department]:
    """Departments by INSEE code."""
    return _read("departments.yaml", Department)


@cache
def departments_of_finess() -> dict[str, Department]:
    """Departments by the code that FINESS writes: the INSEE code, or 9A to 9J overseas."""
    return {d.finess or d.code: d for d in departments().values()}


@cache
def category_words() -> dict[str, str]:
    """What people type when they look for a category: code → usual words, folded."""
    path = content_root() / "reference" / "category_words.yaml"
    return msgspec.convert(read_yaml(path), dict[str, str])
