"""Which files of SYSVOL belong to which group policy, wherever they were found: a share, a copy, another tool."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from rempart.engines.directory.policies import PolicyFiles, merged, policy_key
from rempart.engines.directory.policy_files import parser_of
from rempart.engines.directory.policy_preferences import BadPolicyFileError

MAX_FILE: Final = 32 * 1024 * 1024
"""Bytes of one policy file; genuine ones are a few hundred kilobytes at most."""

_PLACE: Final = re.compile(r"(?:^|/)(?:([^/]+)/)?policies/\{([0-9a-f-]{36})\}/(.+)$", re.IGNORECASE)


def place_of(path: str) -> tuple[str, str, str] | None:
    """(domain or "", GUID, path inside the policy) of a file of SYSVOL, or None when it is not one of a policy."""
    found = _PLACE.search(path.replace("\\", "/"))
    if not found:
        return None
    domain = (found.group(1) or "").lower()
    # Above a copied Policies folder there may be anything; a domain has a dot.
    return domain if "." in domain else "", found.group(2).upper(), found.group(3)


def is_wanted(path: str) -> bool:
    """Whether a file of SYSVOL is worth reading, by its path."""
    place = place_of(path)
    return place is not None and parser_of(place[2]) is not None


def policies_of(
    files: Iterable[tuple[str, bytes]], domain: str = "", known: Iterable[str] = ()
) -> dict[str, PolicyFiles]:
    """Policies by `policy_key`, from (path, content) pairs in any order; other files are ignored.

    `domain` is taken where the path names none; `known` lists paths of policy folders that may hold no file.
    A file that cannot be read is listed in `unreadable` with its reason.
    """
    found: dict[str, PolicyFiles] = {}
    for path in known:
        if place := place_of(f"{path.rstrip('/')}/."):
            add(found, PolicyFiles(place[0] or domain.lower(), place[1]))
    for path, data in files:
        place = place_of(path)
        parser = parser_of(place[2]) if place else None
        if place is None or parser is None:
            continue
        owner = PolicyFiles(place[0] or domain.lower(), place[1])
        try:
            if len(data) > MAX_FILE:
                raise BadPolicyFileError(f"fichier de {len(data)} octets")
            said = parser(data, place[2])
        except BadPolicyFileError as error:
            said = PolicyFiles("", "", unreadable=(f"{place[2]} : {error}",))
        add(found, replace(said, domain=owner.domain, guid=owner.guid))
    return found


def add(found: dict[str, PolicyFiles], policy: PolicyFiles) -> None:
    """Put one policy among those found, merged with what is known of it already."""
    key = policy_key(policy.domain, policy.guid)
    found[key] = merged(found[key], policy) if key in found else policy
