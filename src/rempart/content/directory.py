"""The knowledge on directories: one YAML file a check, validated as it is read.

Files: `directory_checks/<id>.yaml`, `directory_relations/<Kind>.yaml`, `reference/directory_facts.yaml`.
The text is ours, in French; identifiers, levels and figures are those of the source that each file names.
"""

from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(min_length=1)]
Level = Annotated[int, Meta(ge=1, le=4)]


class CheckKind(StrEnum):
    """How a check counts: only controls decide the level."""

    CONTROL = "control"  # one of the ANSSI points, scored
    WARNING = "warning"  # unscored item of the same list
    INFO = "info"  # unscored item of the same list, for information
    EXTRA = "extra"  # what attackers use and the list lacks


class Status(StrEnum):
    """Life of a content file: never deleted silently."""

    DRAFT = "draft"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Reference(Struct, forbid_unknown_fields=True, frozen=True):
    """Where a fact comes from: document, its version or date, link, and the anchor within it."""

    document: Text
    version: Text
    link: str = ""
    anchor: str = ""


class Point(Struct, forbid_unknown_fields=True, frozen=True):
    """One threshold of a control: failing it holds the directory at `level`. `params` are its dated figures."""

    level: Level
    params: dict[str, Any] = {}
    in_force_on: str = ""
    statement: str = ""  # what this threshold asks, when the control has several


class Fix(Struct, forbid_unknown_fields=True, frozen=True):
    """How an administrator mends it, how to go back, and what services may feel."""

    console: Text
    rollback: Text
    service_effect: Text
    powershell: str = ""
    minutes: Annotated[int, Meta(ge=1)] = 30  # of one administrator, for one object


class Example(Struct, forbid_unknown_fields=True, frozen=True):
    """A change to the example directory, and what the check must then say. See engines/directory/examples/directory.py."""

    title: Text
    expect: Annotated[str, Meta(pattern="^(passed|failed|not_applicable|not_measured)$")]
    levels: list[int] = []  # failing points expected; empty: not looked at
    objects: list[str] = []  # sAMAccountName or cn expected among the objects; empty: not looked at
    today: str = ""
    change: dict[str, dict[str, Any]] = {}
    add: list[dict[str, Any]] = []
    remove: list[str] = []
    aces: list[dict[str, Any]] = []
    without: list[str] = []  # facts taken away, to prove NOT_MEASURED
    facts: list[str] = []  # facts added, as a richer source would give
    observed: dict[str, dict[str, Any]] = {}  # attributes that collectors read on machines
    policies: list[dict[str, Any]] = []  # folders of group policies in SYSVOL
    collector: str = ""


class DirectoryCheck(Struct, forbid_unknown_fields=True, frozen=True):
    """A check of the directory audit, as its file states it."""

    id: Annotated[str, Meta(pattern="^(vuln|warning|info|extra)_[a-z0-9_]+$")]
    kind: CheckKind
    theme: Text
    title: Text  # the finding, as a sentence: what is wrong when it fails
    why: Text  # what it would cost to care
    attack: Text  # how it is used against a hospital, in a sentence or two
    fix: Fix
    source: Reference
    status: Status
    revised_on: Text
    points: list[Point] = []  # controls have at least one; others have a single hint or none
    level_hint: list[int] = []  # unscored items: the level that the source suggests
    related: list[str] = []
    examples: list[Example] = field(default_factory=list)


class DirectoryRelation(Struct, forbid_unknown_fields=True, frozen=True):
    """A kind of edge of the control graph, under its BloodHound CE name."""

    id: Text
    label: Text  # « membre de », « change le mot de passe de »…
    meaning: Text  # what the first can do to the second
    difficulty: Annotated[int, Meta(ge=0, le=100)]  # cost for the attacker, 0 = nothing to do
    traversable: bool
    cut: Text  # id of the action that removes it, or "none" when it cannot be cut
    source: Reference
    status: Status
    revised_on: Text


class DirectoryAction(Struct, forbid_unknown_fields=True, frozen=True):
    """A gesture of an administrator that cuts edges of the control graph."""

    id: Text
    title: Text  # with {principal} and {target}
    cost: Annotated[
        int, Meta(ge=1, le=1000)
    ]  # relative: minutes of work and risk for services together
    minutes: Annotated[int, Meta(ge=1)]
    fix: Fix
    groups_by: Annotated[str, Meta(pattern="^(pair|principal|target|place|principal_place)$")]
    closes: list[str] = []  # checks that it mends when nothing else offends
    status: Status = Status.STABLE
    revised_on: Text = "2026-11-21"
