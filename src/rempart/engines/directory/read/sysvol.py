"""SYSVOL: the files of every group policy, from a share, a folder copied by hand, or the copies of another tool."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact, Source
from rempart.engines.directory.policies import PolicyFiles, merged, policy_key
from rempart.engines.directory.read.archives import open_container
from rempart.engines.directory.read.policy_files import parser_of
from rempart.engines.directory.read.policy_preferences import BadPolicyFileError
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer

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
            _add(found, PolicyFiles(place[0] or domain.lower(), place[1]))
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
        _add(found, replace(said, domain=owner.domain, guid=owner.guid))
    return found


def _add(found: dict[str, PolicyFiles], policy: PolicyFiles) -> None:
    key = policy_key(policy.domain, policy.guid)
    found[key] = merged(found[key], policy) if key in found else policy


def fill(builder: Builder, policies: dict[str, PolicyFiles]) -> None:
    """Put policies into the model, merged with those that another source gave; SYSVOL is known from then on."""
    for policy in policies.values():
        _add(builder.sysvol, policy)
    builder.facts.add(Fact.SYSVOL)


def read(path: Path, builder: Builder, observer: Observer, domain: str = "") -> Source:
    """Read a copy of SYSVOL (folder or zip) into `builder`.

    `domain` (DNS name) is needed only when the copy begins at `Policies`. Raises `UnreadableSource` when no policy is
    found, or when no domain can be told.
    """
    container = open_container(path)
    wanted = [member for member in container if is_wanted(member.name)]
    observer.stage(f"Lecture de {path.name}", len(wanted))
    files = []
    for member in wanted:
        with member.open() as stream:
            files.append((member.name, stream.read(MAX_FILE + 1)))
        observer.advance()
    folders = {
        member.name[: member.name.index("}") + 1] for member in container if place_of(member.name)
    }
    policies = policies_of(files, domain, known=folders)
    if not policies:
        raise UnreadableSource(
            f"« {path.name} » ne contient aucune stratégie de groupe.",
            expected="Une copie de SYSVOL contient des dossiers Policies\\{GUID}\\MACHINE.",
            todo="Copiez \\\\domaine\\SYSVOL\\domaine avec le dossier Policies, puis donnez cette copie.",
        )
    if any(not policy.domain for policy in policies.values()):
        raise UnreadableSource(
            f"« {path.name} » ne dit pas de quel domaine viennent ces stratégies.",
            todo="Copiez le dossier qui porte le nom du domaine, au-dessus de Policies.",
        )
    fill(builder, policies)
    source = Source("SYSVOL", container.source_files(frozenset(member.name for member in wanted)))
    builder.sources.append(source)
    return source
