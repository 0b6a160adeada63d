"""Products recognised by what they show: headers, cookies, titles, icons, words of their pages."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from rempart.content.fingerprints import (
    Fingerprint,
    Mark,
    Place,
    exposure_products,
    fingerprint_files,
)
from rempart.engines.exposure.probe.http.session import Answer
from rempart.engines.exposure.seen.services import Product

BODY_READ: Final = 65536  # characters of a page in which a mark is looked for
_PROOF: Final = 120
_PACKAGED: Final = re.compile(
    r"\b(debian|ubuntu|raspbian|centos|red ?hat|rhel|rocky|alma|fedora|suse|amazon|alpine|freebsd)\b|\+deb(\d+)u|\.el(\d)",
    re.IGNORECASE,
)
_ALIASES: Final = {"red hat": "rhel", "redhat": "rhel", "raspbian": "debian"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page shows. `path` is "" for the front page."""

    path: str
    answer: Answer
    title: str = ""
    favicon: str = ""
    cookies: tuple[str, ...] = ()


def packaged_by(text: str) -> str:
    """The distribution that a banner names (debian, ubuntu, rhel…), "" without one.

    A distribution mends holes without changing the number that the banner shows.
    """
    found = _PACKAGED.search(text)
    if found is None:
        return ""
    if found[2]:
        return "debian"
    if found[3]:
        return "rhel"
    word = found[1].lower()
    return _ALIASES.get(word, word)


def named(
    identifier: str, *, version: str = "", proof: str = "", is_unique_build: bool = False
) -> Product:
    """A product of the content, with what was seen of it."""
    known = exposure_products()[identifier]
    return Product(
        id=identifier,
        name=known.name,
        vendor=known.vendor,
        version=version[:60],
        cpe=known.cpe,
        proof=" ".join(proof.split())[:_PROOF],
        is_unique_build=is_unique_build and bool(version),
        packaged=packaged_by(proof),
    )


@cache
def _fingerprints(on_service: bool) -> tuple[Fingerprint, ...]:
    return tuple(
        fingerprint
        for family in fingerprint_files().values()
        for fingerprint in family.fingerprints
        if on_service is any(mark.on is Place.BANNER for mark in fingerprint.marks)
    )


def asked_paths() -> list[str]:
    """Pages that fingerprints want beside the front page, each once, sorted."""
    return sorted({m.path for f in _fingerprints(False) for m in f.marks if m.path})


def recognised(pages: Iterable[Shown]) -> list[Product]:
    """The products that these pages show, sorted by id; the mark that gives a version wins. What one of them imitates is left."""
    found: dict[str, Product] = {}
    shown = [(page, page.answer.text()[:BODY_READ].lower()) for page in pages]
    for fingerprint in _fingerprints(False):
        for mark in fingerprint.marks:
            for page, body in shown:
                if page.path != mark.path or page.answer.status >= 500:
                    continue
                match = _found(mark, page, body)
                if match is not None:
                    _keep(found, fingerprint.product, mark, match)
    imitated = {exposure_products()[key].imitates for key in found}
    return [found[key] for key in sorted(found) if key not in imitated]


def from_banner(banner: str, service: str = "") -> list[Product]:
    """The products that the banner of a service names."""
    found: dict[str, Product] = {}
    for fingerprint in _fingerprints(True):
        if fingerprint.service and service and fingerprint.service != service:
            continue
        for mark in fingerprint.marks:
            match = mark.search(banner[:2000].lower())
            if match is not None:
                _keep(found, fingerprint.product, mark, (match, banner))
                break
    return [found[key] for key in sorted(found)]


def _keep(
    found: dict[str, Product], product: str, mark: Mark, match: tuple[re.Match[str], str]
) -> None:
    groups: Mapping[str, str | None] = match[0].groupdict()
    version = groups.get("version") or ""
    before = found.get(product)
    if before is not None and (before.version or not version):
        return
    where = f"{mark.name or mark.path or mark.on} : " if mark.on is not Place.BANNER else ""
    line = match[1] if mark.on in {Place.HEADER, Place.BANNER, Place.TITLE} else match[0].group()
    found[product] = named(
        product, version=version, proof=where + line, is_unique_build=mark.is_unique_build
    )


def _found(mark: Mark, page: Shown, body: str) -> tuple[re.Match[str], str] | None:
    """Where a mark is on a page, and the text that it is in; `body` is the beginning of the page in small letters."""
    if mark.on is Place.BODY:
        match = mark.search(body)
        return None if match is None else (match, body)
    for text in _texts(mark, page):
        match = mark.search(text.lower())
        if match is not None:
            return match, text
    return None


def _texts(mark: Mark, page: Shown) -> list[str]:
    match mark.on:
        case Place.HEADER:
            return page.answer.every(mark.name.lower())
        case Place.LOCATION:
            return page.answer.every("location")
        case Place.COOKIE:
            return list(page.cookies)
        case Place.TITLE:
            return [page.title]
        case _:
            return [page.favicon]
