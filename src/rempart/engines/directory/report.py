"""The report of a directory audit: what is rendered, compared and sent to the platform.

The JSON schema (`schemas/directory-report-1.json`) is generated from these structs and committed; a change that
is not an addition takes a new version number. Every list is sorted, so that the same input gives the same bytes.
"""

from typing import Final

from msgspec import Struct, field

from rempart.kernel.outcome import Outcome

SCHEMA: Final = "rempart/directory-report/1"


class ObjectRef(Struct, frozen=True, gc=False):
    """An object of the directory: id (SID or GUID), name, kind (`user`, `computer`…), DN, and what is wrong with it."""

    id: str
    name: str
    kind: str
    dn: str = ""
    detail: str = ""
    levels: list[int] = []


class FixText(Struct, frozen=True):
    """How to mend, French: console steps, PowerShell, way back, effect on services, minutes of an administrator."""

    console: str
    powershell: str
    rollback: str
    service_effect: str
    minutes: int


class PointResult(Struct, frozen=True):
    """The outcome of one threshold of a control."""

    level: int
    outcome: Outcome
    reason: str = ""
    objects: int = 0
    statement: str = ""


class AcceptedRisk(Struct, frozen=True):
    """An object set aside by the accepted-risk register, or recognised as protected like AdminSDHolder."""

    control: str
    object: ObjectRef
    reason: str
    by: str = ""
    accepted_on: str = ""
    expires_on: str = ""
    state: str = "active"  # active, expired (the object counts again), unmatched


class ControlResult(Struct, frozen=True):
    """A check and its result. `levels` are the levels of its points; `failed_levels` those that fail.

    `outcome` is failed when a point fails, else not_measured when a point could not be judged, else passed or
    not_applicable. `reason` is French and never empty for not_measured and not_applicable.
    """

    id: str
    kind: str  # control, warning, info, extra
    theme: str
    title: str
    levels: list[int]
    outcome: Outcome
    reason: str
    objects: list[ObjectRef]
    failed_levels: list[int] = []
    points: list[PointResult] = []
    why: str = ""
    attack: str = ""
    fix: FixText | None = None
    link: str = ""
    related: list[str] = []


class LevelCount(Struct, frozen=True):
    """How the points of one level came out."""

    level: int
    failed: int
    passed: int
    not_measured: int
    not_applicable: int


class Level(Struct, frozen=True):
    """The ANSSI level: lowest level with a failing point, else 5.

    `value` is computed on what was measured; `at_most` is true when points that were not measured could lower it
    (« niveau ≤ value »); `points_not_measured` counts (control, level) points, of all levels.
    """

    value: int
    at_most: bool
    points_not_measured: int
    by_level: list[LevelCount] = []


class Step(Struct, frozen=True):
    """One edge of a path: `source` can act on `target`. `cut_by` is the id of the action of the plan that removes it."""

    source: ObjectRef
    relation: str  # BloodHound CE kind
    label: str  # French
    target: ObjectRef
    difficulty: int
    explanation: str = ""
    cut_by: str = ""


class Path(Struct, frozen=True):
    """A path from an ordinary principal to Tier 0; `stands_for` counts the principals whose cheapest path ends like it."""

    steps: list[Step]
    difficulty: int
    stands_for: int = 1


class Bucket(Struct, frozen=True):
    """A count out of a total, for one label (OU, site, distance, kind)."""

    label: str
    exposed: int
    total: int


class ChokePoint(Struct, frozen=True):
    """An object that every path of `principals` ordinary principals crosses (dominator)."""

    object: ObjectRef
    principals: int


class Exposure(Struct, frozen=True):
    """Who can reach Tier 0. Counts are of enabled ordinary users and computers."""

    low_privileged: int
    exposed: int
    by_kind: dict[str, int]  # exposed, by kind
    low_privileged_by_kind: dict[str, int] = {}
    exposed_without_sessions: int = 0
    tier0: int = 0
    tier0_objects: list[ObjectRef] = []
    by_ou: list[Bucket] = []
    by_site: list[Bucket] = []
    by_distance: list[Bucket] = []
    choke_points: list[ChokePoint] = []
    paths: list[Path] = []
    principals: list["ExposedPrincipal"] = []
    reason: str = ""  # why it could not be measured; empty when it was


class ExposedPrincipal(Struct, frozen=True, gc=False):
    """One exposed principal: steps to Tier 0, difficulty of the cheapest path, first step and entry point."""

    object: ObjectRef
    distance: int
    difficulty: int
    via: str = ""


class Action(Struct, frozen=True):
    """One gesture of an administrator, in the order of the plan.

    `cuts` counts the relations it removes, `closes` the controls it mends when nothing else offends,
    `exposed_after` and `remaining_cost` describe the directory once it and those before it are done.
    """

    id: str
    title: str
    cost: int
    closes: list[str]
    kind: str = ""
    minutes: int = 0
    cuts: int = 0
    objects: list[ObjectRef] = []
    fix: FixText | None = None
    exposed_after: int = 0
    remaining_cost: int = 0


class Plan(Struct, frozen=True):
    """The minimum-cost set of actions that leaves no path, and its proof.

    `bound` is the optimum of the linear program solved apart (HiGHS): equal to `cost`, the plan is minimal.
    `exposed_after` is measured by searching again the graph without what the plan cuts.
    """

    actions: list[Action]
    cost: int
    bound: float
    exposed_after: int
    minimal: bool = False
    level_after: Level | None = None
    structural_cost: int = 0  # without sessions
    structural_actions: int = 0
    uncuttable: list[Path] = []
    uncuttable_reason: str = ""
    monthly: list[Bucket] = []


class SourceFileRef(Struct, frozen=True):
    """An input file and its SHA-256."""

    name: str
    size: int
    sha256: str


class SourceRef(Struct, frozen=True):
    """A collection that was read."""

    format: str
    collector: str
    collected_on: str
    files: list[SourceFileRef]


class DomainRef(Struct, frozen=True):
    """A domain of the directory, with its counts of enabled accounts and objects."""

    id: str
    name: str
    functional_level: str = ""
    users: int = 0
    computers: int = 0
    groups: int = 0
    created_on: str = ""
    trusts: list[str] = []


class DirectoryResult(Struct, frozen=True):
    """One directory among several (a GHT): its own level and size."""

    name: str
    domains: list[DomainRef]
    level: Level
    exposed: int
    low_privileged: int
    collected_on: str = ""


class Duplicate(Struct, frozen=True):
    """An account that seems to exist in several directories (same login or same person)."""

    key: str
    objects: list[ObjectRef]
    reason: str


class Stage(Struct, frozen=True):
    """A stage of the convergence trajectory: what, for which directories, to reach which level."""

    title: str
    statement: str
    directories: list[str]
    actions: list[str] = []
    level: int = 0


class Convergence(Struct, frozen=True):
    """Several directories together: table, duplicates, crossing paths, trajectory."""

    directories: list[DirectoryResult]
    duplicates: list[Duplicate]
    crossing_paths: list[Path]
    stages: list[Stage]


class Report(Struct, frozen=True, omit_defaults=False):
    """A whole audit."""

    title: str
    audited_on: str  # ISO date given to the run
    tool_version: str
    catalogue_version: str  # latest revision date of the content used
    catalogue_sha256: str
    sources: list[SourceRef]
    domains: list[DomainRef]
    level: Level
    controls: list[ControlResult]  # the ANSSI points, scored
    unscored: list[ControlResult]  # warnings, infos, extras
    exposure: Exposure
    plan: Plan
    accepted: list[AcceptedRisk] = []
    convergence: Convergence | None = None
    notes: list[str] = []  # what the reader should know of the collection, French
    facts_missing: list[str] = []  # French labels of what the sources did not give
    schema: str = SCHEMA
    pseudonymised: bool = False


class Difference(Struct, frozen=True):
    """What became of one finding between two reports."""

    control: str
    title: str
    object: ObjectRef
    state: str  # mended, new, still_there


class Comparison(Struct, frozen=True):
    """Two reports of the same directory."""

    old_date: str
    new_date: str
    old_level: Level
    new_level: Level
    differences: list[Difference]
    controls_mended: list[str] = field(default_factory=list)
    controls_new: list[str] = field(default_factory=list)
    old_exposed: int = 0
    new_exposed: int = 0
    old_cost: int = 0
    new_cost: int = 0
    no_longer_measured: list[str] = field(
        default_factory=list
    )  # failed before, not measured now: not mended
