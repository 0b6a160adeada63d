"""The content that one audit uses, with its version: what makes a report reproducible."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rempart.content.directory import DirectoryAction, DirectoryCheck, DirectoryRelation
from rempart.content.loader import (
    content_root,
    directory_actions,
    directory_checks,
    directory_facts,
    directory_relations,
)

_FOLDERS = ("directory_actions", "directory_checks", "directory_relations", "reference")


@dataclass(frozen=True, slots=True)
class DirectoryCatalogue:
    """Checks, relations, actions and labels of the directory audit; `version` is the latest revision date of a
    check, `sha256` the hash of every file of the four folders."""

    checks: Mapping[str, DirectoryCheck]
    relations: Mapping[str, DirectoryRelation]
    actions: Mapping[str, DirectoryAction]
    labels: Mapping[str, str]
    version: str
    sha256: str


@cache
def directory_catalogue() -> DirectoryCatalogue:
    """The catalogue as packaged. Raises InvalidContent when a file does not fit its schema."""
    checks = directory_checks()
    return DirectoryCatalogue(
        checks=checks,
        relations=directory_relations(),
        actions=directory_actions(),
        labels=directory_facts(),
        version=max((c.revised_on for c in checks.values()), default=""),
        sha256=_hash(),
    )


def _hash() -> str:
    """SHA-256 over names and contents, line ends made equal so that a Windows checkout gives the same value."""
    digest = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((content_root() / folder).iterdir(), key=lambda p: p.name):
            if path.name.endswith(".yaml"):
                digest.update(f"{folder}/{path.name}\0".encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()
