"""Products of the internet exposure audit, how they are recognised, and the pages and ports that are asked.

Facts only: names, headers, paths and marks that the product itself shows; every word is ours.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from rempart.content.directory import Reference, Status, Text
from rempart.content.loader import content_root, load_folder, read_yaml
from rempart.kernel.errors import InvalidContent

Identifier = Annotated[str, Meta(pattern="^[a-z0-9_]+$")]


class Place(StrEnum):
    """Where a mark is looked for."""

    HEADER = "header"  # a header of the answer, `name` says which
    COOKIE = "cookie"  # the name of a cookie
    TITLE = "title"
    BODY = "body"  # the beginning of the page
    LOCATION = "location"  # where a redirection sends
    FAVICON = "favicon"  # SHA-256 and MD5 of the icon, in hexadecimal
    BANNER = "banner"  # what a service says, HTTP apart


class ExposureProduct(Struct, forbid_unknown_fields=True, frozen=True):
    """A product that a finding can name. `cpe` is CPE 2.3 without version, `endoflife` the name in endoflife.date.

    `imitates` is the product whose marks it shows as well, to serve its clients: that one is then not there.
    """

    name: Text
    vendor: Text
    kind: Identifier
    cpe: str = ""
    endoflife: str = ""
    imitates: str = ""


class Mark(Struct, forbid_unknown_fields=True, frozen=True):
    """One thing that a product shows: `pattern` is searched, without case; its group `version` gives the version."""

    on: Place
    pattern: Text
    name: str = ""
    path: str = ""  # page to ask for, "" for the front page
    is_unique_build: bool = False  # the version that it gives is that of one build alone

    def search(self, text: str) -> re.Match[str] | None:
        """Where the mark is in a text whose capitals have been made small (str.lower)."""
        return _compiled(self.pattern).search(text)


class Fingerprint(Struct, forbid_unknown_fields=True, frozen=True):
    """A product and its marks: one is enough."""

    product: Identifier
    marks: Annotated[list[Mark], Meta(min_length=1)]
    examples: list[str] = []  # texts in which the first mark is found
    service: str = ""  # rdp, ssh…: for banners, the service that the product gives


class FingerprintFile(Struct, forbid_unknown_fields=True, frozen=True):
    """A family of fingerprints: one file of `exposure_fingerprints/`."""

    id: Identifier
    title: Text
    fingerprints: list[Fingerprint]
    source: Reference
    status: Status
    revised_on: Text


class PageKind(StrEnum):
    """What a page that should not answer gives away."""

    LEAK = "leak"  # passwords, keys, sources
    CONSOLE = "console"  # an administration console
    INSTALL = "install"  # an installer left behind
    STATE = "state"  # the server's own state
    API = "api"  # data or an interface without identification


class ExposedPath(Struct, forbid_unknown_fields=True, frozen=True):
    """A page that should not answer: found when the status fits and `pattern` is in the beginning of the answer."""

    id: Identifier
    path: Annotated[str, Meta(pattern="^/")]
    label: Text
    kind: PageKind
    pattern: Text
    severity: Annotated[str, Meta(pattern="^(critical|high|medium|low)$")]
    example: Text  # an answer that fits, written by us
    statuses: tuple[int, ...] = (200,)
    product: str = ""


class PortGroup(StrEnum):
    """What the perimeter must allow before a port is spoken to (`touch` of the perimeter)."""

    SERVICES = "services"
    MEDICAL = "medical"
    INDUSTRIAL = "industrial"
    AMPLIFICATION = "amplification"


class ExposurePort(Struct, forbid_unknown_fields=True, frozen=True):
    """A port of the list, and the exchange that tells who answers: `talk` is a name of probe/services."""

    port: Annotated[int, Meta(ge=1, le=65535)]
    service: Identifier  # what is usually there
    label: Text
    talk: Identifier
    group: PortGroup = PortGroup.SERVICES
    transport: Annotated[str, Meta(pattern="^(tcp|udp)$")] = "tcp"
    is_web: bool = False  # a web site may answer there
    is_tls: bool = False


_MOST_PATTERN: Final = 400
T = TypeVar("T")


_PARTS: Final = re.compile(r"\\.|\(\?P<\w+>|.", re.DOTALL)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern in small letters, its escapes and names kept: four times as fast as a search that ignores case."""
    return re.compile(
        _PARTS.sub(lambda m: m[0] if m[0][0] == "\\" or len(m[0]) > 1 else m[0].lower(), pattern)
    )


def _reference(name: str, key: str, kind: type[T]) -> T:
    """One key of one file of reference/. Raises InvalidContent."""
    data = read_yaml(content_root() / "reference" / name)
    if not isinstance(data, dict) or key not in data:
        raise InvalidContent(f"reference/{name} : la clé {key} est attendue.")
    try:
        return msgspec.convert(data[key], kind)
    except msgspec.ValidationError as fault:
        raise InvalidContent(f"reference/{name} : {fault}.") from fault


@cache
def exposure_products() -> dict[str, ExposureProduct]:
    """Products by id."""
    return _reference("exposure_products.yaml", "products", dict[Identifier, ExposureProduct])


@cache
def exposed_paths() -> list[ExposedPath]:
    """Pages that should not answer, in the order in which they are asked."""
    return _reference("exposure_paths.yaml", "paths", list[ExposedPath])


@cache
def exposure_ports() -> list[ExposurePort]:
    """Ports of the default list, in order of port."""
    found = _reference("exposure_ports.yaml", "ports", list[ExposurePort])
    return sorted(found, key=lambda p: (p.transport, p.port))


@cache
def fingerprint_files() -> dict[str, FingerprintFile]:
    """Families of fingerprints by id. Raises InvalidContent on an unknown product or a pattern that does not compile."""
    families = load_folder("exposure_fingerprints", FingerprintFile)
    for family in families.values():
        for fingerprint in family.fingerprints:
            if fingerprint.product not in exposure_products():
                raise InvalidContent(
                    f"exposure_fingerprints/{family.id}.yaml : produit inconnu, {fingerprint.product}."
                )
            for mark in fingerprint.marks:
                _check_pattern(family.id, mark.pattern)
    return families


def _check_pattern(where: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as fault:
        raise InvalidContent(
            f"exposure_fingerprints/{where}.yaml : motif illisible, {pattern} ({fault})."
        ) from fault
    if len(pattern) > _MOST_PATTERN:
        raise InvalidContent(f"exposure_fingerprints/{where}.yaml : motif trop long, {pattern}.")
