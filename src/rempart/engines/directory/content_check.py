"""What `rempart content check` verifies of the directory content beyond the schemas: references, functions, examples."""

from collections.abc import Iterable, Mapping

from rempart.content.catalogue import DirectoryCatalogue, directory_catalogue
from rempart.content.directory import CheckKind, DirectoryCheck, Status
from rempart.engines.directory.examples.run import run_examples
from rempart.engines.directory.model import Fact
from rempart.engines.directory.registry import CHECKS, Check
from rempart.engines.directory.rights import Right


def faults_of_content() -> list[str]:
    """Every fault, as a French sentence that names the file; empty when all is well."""
    catalogue = directory_catalogue()
    faults = references(catalogue, CHECKS)
    if not faults:
        faults += [f"{f.check} : {f.example} : {f.found}" for f in run_examples()]
    return faults


def references(catalogue: DirectoryCatalogue, functions: Mapping[str, Check]) -> list[str]:
    """Names that content gives and that nothing has, and functions without content."""
    checks = catalogue.checks
    faults = [
        f"directory_checks/{i}.yaml : aucune fonction ne porte cet identifiant."
        for i in sorted(set(checks) - set(functions))
    ]
    faults += [
        f"fonction {i} : aucun fichier directory_checks/{i}.yaml."
        for i in sorted(set(functions) - set(checks))
    ]
    faults += _of_relations(catalogue)
    for check in checks.values():
        faults += [
            f"directory_checks/{check.id}.yaml : {fault}" for fault in of_check(check, checks)
        ]
    faults += [
        f"reference/directory_facts.yaml : le fait « {f} » n’a pas de libellé."
        for f in Fact
        if f not in catalogue.labels
    ]
    return faults


def of_check(check: DirectoryCheck, known: Iterable[str]) -> list[str]:
    """Faults of one check: points, related checks, rights that it names, examples."""
    faults = []
    if check.kind == CheckKind.CONTROL and not check.points:
        faults.append("un point de contrôle doit avoir au moins un seuil (points).")
    levels = [p.level for p in check.points]
    if len(levels) != len(set(levels)):
        faults.append("deux seuils portent le même niveau.")
    faults += [f"le point lié « {i} » n’existe pas." for i in check.related if i not in known]
    for point in check.points:
        rights = point.params.get("rights", [])
        faults += [f"le droit « {r} » n’existe pas." for r in rights if r not in Right.__members__]
    if check.status != Status.DEPRECATED:
        expected = {e.expect for e in check.examples}
        faults += [
            f"il manque un exemple qui doit donner « {e} »."
            for e in ("failed", "passed")
            if check.kind == CheckKind.CONTROL and e not in expected
        ]
    return faults


def _of_relations(catalogue: DirectoryCatalogue) -> list[str]:
    faults = [
        f"directory_relations/{r.id}.yaml : le geste « {r.cut} » n’existe pas."
        for r in catalogue.relations.values()
        if r.cut != "none" and r.cut not in catalogue.actions
    ]
    for action in catalogue.actions.values():
        faults += [
            f"directory_actions/{action.id}.yaml : le point de contrôle « {i} » n’existe pas."
            for i in action.closes
            if i not in catalogue.checks
        ]
    return faults
