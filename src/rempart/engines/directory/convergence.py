"""Several directories of one group of hospitals: duplicates, paths that cross, and a trajectory by stages.

CaRE domain 1 asks public hospitals of a GHT for a trajectory of convergence of their directories; the stages are
ours and follow the order in which a weakness of one directory endangers the others.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.content.catalogue import DirectoryCatalogue
from rempart.engines.directory.assemble import control_graph
from rempart.engines.directory.exposure import paths_from, representative, search
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import UNKNOWN, Directory, Kind
from rempart.engines.directory.objects import object_ref
from rempart.engines.directory.report import (
    Convergence,
    DirectoryResult,
    Duplicate,
    Path,
    Stage,
)
from rempart.engines.directory.tier0 import tier0
from rempart.kernel.french import counted

MOST_DUPLICATES: Final = 2_000
MOST_PATHS: Final = 10
# Accounts that every domain has under the same name.
_BUILT_IN_RIDS: Final = (500, 501, 502, 503)


def convergence(
    combined: Directory,
    directories: Sequence[Directory],
    results: Sequence[DirectoryResult],
    catalogue: DirectoryCatalogue,
) -> Convergence:
    """Table, duplicates, crossing paths and stages of several directories."""
    owner = _directory_of(combined, directories)
    crossing = _crossing(combined, owner, len(directories), catalogue)
    doubles = duplicates(combined, owner)
    return Convergence(
        directories=list(results),
        duplicates=doubles,
        crossing_paths=crossing,
        stages=stages(results, doubles, crossing),
    )


def _directory_of(combined: Directory, directories: Sequence[Directory]) -> NDArray[np.int32]:
    """Number of the directory that each row of the whole comes from (the first that describes it)."""
    owner = np.full(len(combined), UNKNOWN, np.int32)
    for number, d in reversed(list(enumerate(directories))):
        rows = np.array([combined.index[i] for i in d.ids], np.int64)
        owner[rows[d.kind != Kind.UNKNOWN]] = number
    return owner


def duplicates(combined: Directory, owner: NDArray[np.int32]) -> list[Duplicate]:
    """Enabled accounts that seem to be one person in several directories: same login, or same employee number or mail."""
    enabled = combined.enabled() & (combined.kind == Kind.USER)
    out: list[Duplicate] = []
    seen: set[frozenset[int]] = set()
    for attribute, reason in (
        ("employeeid", "même matricule"),
        ("mail", "même adresse électronique"),
        ("samaccountname", "même identifiant de connexion"),
    ):
        by_value: dict[str, list[int]] = defaultdict(list)
        for row, values in combined.attributes.get(attribute, {}).items():
            if enabled[row] and combined.rid[row] not in _BUILT_IN_RIDS:
                by_value[values[0].strip().casefold()].append(row)
        for value, rows in sorted(by_value.items()):
            places = {int(owner[row]) for row in rows} - {UNKNOWN}
            if value and len(places) > 1 and frozenset(rows) not in seen:
                seen.add(frozenset(rows))
                refs = [object_ref(combined, row) for row in rows]
                out.append(Duplicate(value, sorted(refs, key=lambda o: o.name), reason))
    return out[:MOST_DUPLICATES]


def _crossing(
    combined: Directory, owner: NDArray[np.int32], count: int, catalogue: DirectoryCatalogue
) -> list[Path]:
    """For each directory taken as the target, the cheapest ways into its Tier 0 from the other directories."""
    groups = Groups(combined)
    core = tier0(combined, groups)
    out: list[Path] = []
    for number in range(count):
        mine = owner == number
        graph = control_graph(combined, groups, core & mine, catalogue.relations)
        outside = replace(graph, low=graph.low & ~mine & (owner != UNKNOWN))
        found = search(outside)
        shown = representative(found, most=MOST_PATHS)
        out += paths_from(combined, found, shown, weights=shown)
    return sorted(out, key=lambda p: (-p.stands_for, p.difficulty))[: MOST_PATHS * count]


def stages(
    results: Sequence[DirectoryResult], doubles: Sequence[Duplicate], crossing: Sequence[Path]
) -> list[Stage]:
    """The trajectory: close what crosses, raise the weakest, one account a person, then fewer directories."""
    ranked = sorted(results, key=lambda r: (r.level.value, -r.exposed, r.name))
    every = sorted({r.name for r in results})
    largest = max(results, key=lambda r: sum(d.users for d in r.domains)).name
    proposed = (
        (bool(crossing), _close_crossing(len(crossing), every)),
        (True, _leave_level_1([r.name for r in ranked if r.level.value <= 1])),
        (True, _reach_level_3([r.name for r in ranked if r.level.value <= 2])),
        (bool(doubles), _one_account_a_person(len(doubles), every)),
        (True, _converge(largest, [r.name for r in results if r.name != largest])),
    )
    return [stage for wanted, stage in proposed if wanted and stage.directories]


def _close_crossing(paths: int, directories: list[str]) -> Stage:
    return Stage(
        "Fermer les chemins d’un annuaire à l’autre",
        f"{counted(paths, 'chemin mène', 'chemins mènent')} d’un établissement au cœur d’un autre : "
        "d’ici là, le groupement a le niveau de son annuaire le plus faible.",
        directories,
    )


def _leave_level_1(directories: list[str]) -> Stage:
    return Stage(
        "Sortir du niveau 1",
        "Lever les points de niveau 1, les plus exposés d’abord, avant toute nouvelle approbation.",
        directories,
        level=2,
    )


def _reach_level_3(directories: list[str]) -> Stage:
    return Stage(
        "Atteindre le niveau 3 partout",
        "C’est le niveau d’un annuaire qui n’a pas été affaibli depuis son installation.",
        directories,
        level=3,
    )


def _one_account_a_person(accounts: int, directories: list[str]) -> Stage:
    return Stage(
        "Un compte par personne",
        f"{counted(accounts, 'compte existe', 'comptes existent')} dans plusieurs annuaires : "
        "choisir l’annuaire de référence de chacun, "
        "fermer les autres au départ de la personne.",
        directories,
    )


def _converge(largest: str, others: list[str]) -> Stage:
    return Stage(
        "Converger vers un annuaire",
        f"{largest} compte le plus d’utilisateurs : les autres y migrent par établissement, sans reprise des "
        "anciens identifiants, puis leurs approbations sont retirées.",
        others,
        level=3,
    )
