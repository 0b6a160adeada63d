"""Under which names the public lists hold a product (`reference/exposure_versions.yaml`), and how its branch is read."""

from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Text
from rempart.content.loader import content_root, read_yaml
from rempart.kernel.errors import InvalidContent

_FILE = "exposure_versions.yaml"
Key = Annotated[str, Meta(pattern="^[^:]+:[^:]+$")]


class ProductNames(Struct, forbid_unknown_fields=True, frozen=True):
    """The other names of one product, its branches when their names are not the beginning of a version, and the versions
    that a distribution ships and mends without changing their number, with its name."""

    keys: list[Key] = []
    branches: dict[str, Text] = {}
    packaged: dict[str, Text] = {}


class VersionNames(Struct, forbid_unknown_fields=True, frozen=True):
    """The reference file."""

    revised_on: Text
    products: dict[str, ProductNames]


@cache
def version_names() -> dict[str, ProductNames]:
    """Names by id of product. Raises InvalidContent."""
    try:
        return msgspec.convert(
            read_yaml(content_root() / "reference" / _FILE), VersionNames
        ).products
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/{_FILE} : {fault}.") from fault
