"""SYSVOL copied by hand (folder or zip): the files of every group policy, into the builder."""

from pathlib import Path

from rempart.engines.directory.builder import Builder
from rempart.engines.directory.model import Fact, Source
from rempart.engines.directory.policies import PolicyFiles
from rempart.engines.directory.policy_folders import (
    MAX_FILE,
    add,
    is_wanted,
    place_of,
    policies_of,
)
from rempart.engines.directory.read.archives import open_container
from rempart.kernel.errors import UnreadableSource
from rempart.kernel.progress import Observer


def fill(builder: Builder, policies: dict[str, PolicyFiles]) -> None:
    """Put policies into the model, merged with those that another source gave; SYSVOL is known from then on."""
    for policy in policies.values():
        add(builder.sysvol, policy)
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
