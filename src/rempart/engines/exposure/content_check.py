"""What `rempart content check` verifies of the exposure content beyond the schemas: references, functions, examples."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.content.directory import Status
from rempart.content.exposure import ExposureCheck
from rempart.content.exposure_catalogue import exposure_checks
from rempart.content.exposure_rules import held_rules, score_rules
from rempart.content.fingerprints import (
    exposed_paths,
    exposure_ports,
    exposure_products,
    fingerprint_files,
)
from rempart.content.knowledge import frameworks
from rempart.engines.exposure.examples import run_examples
from rempart.engines.exposure.registry import CHECKS, Check

ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a check may give."""

    products: Collection[str]
    objectives: Collection[str]


def faults_of_content() -> list[str]:
    """Every fault, as a French sentence that names the file; empty when all is well.

    Raises InvalidContent when a file does not fit its schema.
    """
    for read in (score_rules, held_rules, exposed_paths, exposure_ports, fingerprint_files):
        read()
    checks = exposure_checks()
    objectives = {item.id for framework in frameworks().values() for item in framework.items}
    faults = references(checks, CHECKS, Known(exposure_products(), objectives))
    if not faults:
        faults += [f"{f.check} : {f.example} : {f.found}" for f in run_examples(checks)]
    return faults


def references(
    checks: Mapping[str, ExposureCheck], functions: Mapping[str, Check], known: Known
) -> list[str]:
    """Names that content gives and that nothing has, and functions without content."""
    faults = [
        f"exposure_checks/{i}.yaml : aucune fonction ne porte cet identifiant."
        for i in sorted(set(checks) - set(functions))
    ]
    faults += [
        f"fonction {i} : aucun fichier exposure_checks/{i}.yaml."
        for i in sorted(set(functions) - set(checks))
    ]
    for check in checks.values():
        faults += [f"exposure_checks/{check.id}.yaml : {fault}" for fault in of_check(check, known)]
    return faults


def of_check(check: ExposureCheck, known: Known) -> list[str]:
    """Faults of one check: its theme, its fixes, the objectives that it counts for, its examples."""
    faults = []
    if check.id.partition("_")[0] != check.theme:
        faults.append(f"l’identifiant doit commencer par son thème, « {check.theme}_ ».")
    faults += _of_fixes(check, known.products)
    if not check.objectives:
        faults.append("il manque l’objectif pour lequel un constat compte (« objectives »).")
    faults += [
        f"l’objectif « {name} » n’existe pas."
        for name in check.objectives
        if name not in known.objectives
    ]
    if check.status != Status.DEPRECATED:
        expected = {e.expect for e in check.examples}
        faults += [
            f"il manque un exemple qui doit donner « {e} »."
            for e in ("failed", "passed")
            if e not in expected
        ]
    return faults


def _of_fixes(check: ExposureCheck, products: Collection[str]) -> list[str]:
    named = [fix.product for fix in check.fixes]
    faults = []
    if not named or named[-1] != ANY:
        faults.append(f"la dernière correction doit valoir pour tout produit (« {ANY} »).")
    if len(named) != len(set(named)):
        faults.append("deux corrections portent sur le même produit.")
    faults += [
        f"le produit « {name} » n’est pas dans reference/exposure_products.yaml."
        for name in named
        if name != ANY and name not in products
    ]
    return faults
