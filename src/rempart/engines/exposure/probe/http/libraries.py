"""JavaScript libraries of a page, and their version: from the address, else from the first lines of the file."""

import re
from functools import cache
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from rempart.content.loader import content_root, read_yaml
from rempart.engines.exposure.seen.services import Product
from rempart.kernel.errors import InvalidContent

HEAD_READ: Final = 4096  # bytes of a script in which its banner is looked for
_VERSION: Final = r"(?P<version>\d{1,4}\.\d{1,4}(?:\.\d{1,5})?(?:[-.](?:alpha|beta|rc)[.\d]{0,6})?)"


class Library(Struct, forbid_unknown_fields=True, frozen=True):
    """A library: `file` is the pattern of its file's name, `says` the patterns of its first lines (§ = a version)."""

    id: Annotated[str, Meta(min_length=1)]
    name: Annotated[str, Meta(min_length=1)]
    file: Annotated[str, Meta(min_length=1)]
    says: list[str] = []


@cache
def libraries() -> list[Library]:
    """The libraries of reference/javascript_libraries.yaml. Raises InvalidContent."""
    data = read_yaml(content_root() / "reference" / "javascript_libraries.yaml")
    try:
        return msgspec.convert(data, dict[str, list[Library]])["libraries"]
    except (msgspec.ValidationError, KeyError) as fault:
        raise InvalidContent(f"reference/javascript_libraries.yaml : {fault}.") from fault


@cache
def _patterns() -> list[
    tuple[Library, re.Pattern[str], tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]
]:
    """(library, its file, versions in the address, versions in the file) for each."""
    compiled = []
    for known in libraries():
        file = rf"(?:^|/){known.file}"
        places = (
            rf"(?:^|/){known.file}(?:[.@/-]|/v)v?{_VERSION}",  # jquery-3.6.0.min.js, jquery@3.6.0
            rf"/{known.file}[^?#]*[?&](?:v|ver|version)={_VERSION}",  # jquery.js?ver=3.6.0
            rf"/v?{_VERSION}/(?:[a-z]{{1,12}}/)?{known.file}",  # /3.6.0/jquery.min.js
        )
        compiled.append(
            (
                known,
                re.compile(file + r"(?:[.@/_-][^?#/]*)?(?:\.m?js)?(?:[?#/]|$)", re.IGNORECASE),
                tuple(re.compile(place, re.IGNORECASE) for place in places),
                tuple(re.compile(s.replace("§", _VERSION), re.IGNORECASE) for s in known.says),
            )
        )
    return compiled


def from_address(url: str) -> tuple[Product | None, bool]:
    """(library with its version when the address gives both, whether the file is worth opening to know)."""
    known_ones = _patterns()
    for known, _, places, _ in known_ones:
        for place in places:
            found = place.search(url[:500])
            if found:
                return _product(known, found["version"], url), False
    return None, any(says and file.search(url[:500]) for _, file, _, says in known_ones)


def from_head(text: str, url: str) -> Product | None:
    """The library that the first lines of a script name."""
    for known, _, _, says in _patterns():
        for pattern in says:
            found = pattern.search(text[:HEAD_READ])
            if found:
                return _product(known, found["version"], url)
    return None


def _product(known: Library, version: str, url: str) -> Product:
    return Product(id=known.id, name=known.name, version=version, proof=url[:120])
