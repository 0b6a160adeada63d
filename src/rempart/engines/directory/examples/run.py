"""Running the examples of the content files: each check must conclude what its examples say."""

from collections.abc import Iterable
from dataclasses import dataclass

from rempart.content.directory import CheckKind, DirectoryCheck, Example
from rempart.content.loader import directory_checks
from rempart.engines.directory import checks as registered_checks
from rempart.engines.directory.entries.values import rdn_value
from rempart.engines.directory.examples.directory import example_directory, today_of
from rempart.engines.directory.groups import Groups
from rempart.engines.directory.model import Directory
from rempart.engines.directory.registry import (
    CHECKS,
    Context,
    Hit,
    NotApplicable,
    NotMeasured,
    Unmeasured,
)
from rempart.kernel.outcome import Outcome

REGISTERED = registered_checks.__name__
"""Importing the package of checks registers them; the name is kept so that the import has a use."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An example whose check concludes something else. The text is French."""

    check: str
    example: str
    found: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a check says of a directory."""

    outcome: Outcome
    levels: frozenset[int]
    hits: tuple[Hit, ...]
    reason: str = ""


def run_examples(check_ids: Iterable[str] | None = None) -> list[Failure]:
    """Run the examples of these checks, or of all; the failures in order of check and example."""
    contents = directory_checks()
    wanted = contents if check_ids is None else {name: contents[name] for name in check_ids}
    found = []
    for name, content in wanted.items():
        for example in content.examples:
            fault = fault_of(content, example)
            if fault:
                found.append(Failure(name, example.title, fault))
    return found


def fault_of(content: DirectoryCheck, example: Example) -> str:
    """What is wrong with one example, in French; "" when the check concludes as it says."""
    try:
        directory = example_directory(example)
    except (KeyError, ValueError) as error:
        return f"L’exemple ne se lit pas : {error}."
    said = conclude(content, directory, today_of(example))
    if said is None:
        return "Aucune fonction ne porte cet identifiant."
    if said.outcome != example.expect:
        objects = ", ".join(directory.labels({hit.row for hit in said.hits})[:8])
        detail = objects or said.reason or "aucun objet"
        return f"{example.expect} attendu, {said.outcome} obtenu ({detail})."
    if example.levels and frozenset(example.levels) != said.levels:
        return f"Niveaux {sorted(example.levels)} attendus, {sorted(said.levels)} obtenus."
    named = frozenset().union(*(short_names(directory, hit.row) for hit in said.hits))
    missing = [name for name in example.objects if not _is_named(name, named)]
    if missing:
        return f"Objets absents : {', '.join(missing)} (obtenus : {', '.join(sorted(named))})."
    return ""


def conclude(content: DirectoryCheck, directory: Directory, today: int) -> Conclusion | None:
    """Run one check on a directory; None when no function has its id."""
    check = CHECKS.get(content.id)
    if check is None:
        return None
    points = {point.level: point.params for point in content.points}
    lacking = sorted(fact for fact in check.needs if not directory.has(fact))
    if lacking:
        reason = ", ".join(lacking)
        return Conclusion(Outcome.NOT_MEASURED, frozenset(), (), reason)
    context = Context(directory, Groups(directory), today, points)
    try:
        said = list(check.function(context))
    except NotMeasured as silence:
        return Conclusion(Outcome.NOT_MEASURED, frozenset(), (), str(silence))
    except NotApplicable as silence:
        return Conclusion(Outcome.NOT_APPLICABLE, frozenset(), (), str(silence))
    hits = tuple(one for one in said if isinstance(one, Hit))
    silent = [one.reason for one in said if isinstance(one, Unmeasured)]
    levels: set[int] = set()
    for hit in hits:
        levels |= set(points) if hit.level is None else {hit.level}
    outcome = Outcome.FAILED if hits else Outcome.NOT_MEASURED if silent else Outcome.PASSED
    return Conclusion(outcome, frozenset(levels), hits, " ".join(silent))


def not_clean() -> list[Failure]:
    """Controls that do not pass on the healthy directory, where they all should."""
    directory = example_directory()
    day = today_of(Example(title="sain", expect="passed"))
    found = []
    for name, content in directory_checks().items():
        if content.kind != CheckKind.CONTROL:
            continue
        said = conclude(content, directory, day)
        if said is not None and said.outcome not in (Outcome.PASSED, Outcome.NOT_APPLICABLE):
            objects = ", ".join(directory.labels({hit.row for hit in said.hits})[:8])
            found.append(Failure(name, "annuaire sain", f"{said.outcome} : {objects}{said.reason}"))
    return found


def short_names(directory: Directory, row: int) -> frozenset[str]:
    """How examples may call a row: sAMAccountName without its dollar, cn, displayName, in lower case."""
    given = [directory.value(row, "samaccountname"), directory.value(row, "displayname")]
    dn = directory.dns[row]
    given += [rdn_value(dn) if dn else directory.label(row).partition("@")[0]]
    return frozenset(name.removesuffix("$").lower() for name in given if name)


def _is_named(name: str, named: frozenset[str]) -> bool:
    aliases = {"domaine": "sain", "schéma": "schema"}
    key = aliases.get(name.lower(), name.lower()).removesuffix("$")
    return key in named
