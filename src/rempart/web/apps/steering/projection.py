"""The situations, written from the facts by one statement of the database: `INSERT … SELECT … ON CONFLICT`.

The SELECT is built by the ORM, which knows the tables and the words of each database; 100 000 rows never pass through
Python.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Left, TruncDate

from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment, Grouping, GroupingMember
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.states import OPEN
from rempart.web.apps.steering.filling import filled
from rempart.web.apps.steering.models import (
    NEVER,
    NO_DUE,
    UNKNOWN_LEVEL,
    Progress,
    Situation,
)

CHUNK: Final = 500
"""Numbers in one statement: far under what any database binds."""
MANY: Final = 5_000
"""Above, all those between the first number and the last are written again: that is quicker than so many numbers."""


def _of(rows: QuerySet[Any], aggregate: Any) -> Subquery:
    """One figure of the rows of an establishment."""
    own = rows.filter(establishment=OuterRef("pk")).order_by().values("establishment")
    return Subquery(own.annotate(figure=aggregate).values("figure"))


def _ght() -> Coalesce:
    """The GHT of the operator, else of the establishment: two look-ups that an index answers, where an OR would scan."""
    present = GroupingMember.objects.filter(
        grouping__kind=Grouping.Kind.GHT, left_on__isnull=True
    ).order_by("grouping_id")
    return Coalesce(
        Subquery(present.filter(operator=OuterRef("operator")).values("grouping_id")[:1]),
        Subquery(present.filter(establishment=OuterRef("pk")).values("grouping_id")[:1]),
    )


def _signs() -> tuple[Any, ...]:
    """What shows that somebody is there: an audit deposited, an action moved by a person, a self-assessment finished."""
    moved = Action.objects.filter(state_by__isnull=False)
    deposited = _of(Audit.objects.all(), TruncDate(Max("deposited_at")))
    found = (deposited, _of(moved, Max("state_on")), F("assessed_on"))
    return tuple(Coalesce(sign, Value(NEVER)) for sign in found)


def _assessed() -> dict[str, Any]:
    """The last self-assessment that was finished, and whether one was begun; a result only while it is shared."""
    mine = Assessment.objects.filter(establishment=OuterRef("pk"))
    finished = mine.known().order_by("-submitted_at", "-pk")
    shared = finished.annotate(
        shown_low=Case(When(shared_with_region=True, then=F("low"))),
        shown_high=Case(When(shared_with_region=True, then=F("high"))),
    )
    begun = Exists(mine.filter(last_answer_at__isnull=False))
    return {
        "assessed_on": Subquery(finished.values(day=TruncDate("submitted_at"))[:1]),
        "framework": Coalesce(Subquery(finished.values("framework_id")[:1]), Value("")),
        "low": Subquery(shared.values("shown_low")[:1]),
        "high": Subquery(shared.values("shown_high")[:1]),
        "progress": Case(
            When(assessed_on__isnull=False, then=Value(Progress.FINISHED)),
            When(begun, then=Value(Progress.BEGUN)),
            default=Value(Progress.NONE),
            output_field=IntegerField(),
        ),
    }


def facts() -> QuerySet[Establishment, Any]:
    """A row for each open establishment, its columns in the order of `COLUMNS`."""
    todo = Action.objects.filter(state__in=OPEN)
    latest = FilteredRelation(
        "audits", condition=Q(audits__is_latest=True, audits__kind=Audit.Kind.DIRECTORY)
    )
    figures: dict[str, Any] = {
        "shown_name": Case(When(long_name="", then=F("name")), default=F("long_name")),
        "sort_name": Left("search", 80),
        "ght": _ght(),
        "level": Coalesce("latest__level", Value(UNKNOWN_LEVEL), output_field=IntegerField()),
        "at_most": Coalesce("latest__at_most", Value(False)),
        "findings_open": Coalesce(_of(Finding.objects.open(), Count("pk")), Value(0)),
        "actions_open": Coalesce(_of(todo, Count("pk")), Value(0)),
        "next_due_on": Coalesce(_of(todo, Min("due_on")), Value(NO_DUE)),
    }
    rows = Establishment.objects.open().annotate(latest=latest).annotate(**figures)
    rows = rows.annotate(**_assessed()).annotate(last_sign_on=Greatest(*_signs()))
    return rows.order_by().values_list(*COLUMNS.values())


COLUMNS: Final = {
    "finess": "finess",
    "name": "shown_name",
    "sort_name": "sort_name",
    "search": "search",
    "municipality": "municipality",
    "department": "department",
    "region": "region",
    "category": "category",
    "operator_id": "operator_id",
    "ght_id": "ght",
    "directory_level": "level",
    "directory_at_most": "at_most",
    "directory_on": "latest__measured_on",
    "directory_not_measured": "latest__points_not_measured",
    "directory_exposed": "latest__exposed",
    "findings_open": "findings_open",
    "actions_open": "actions_open",
    "next_due_on": "next_due_on",
    "last_sign_on": "last_sign_on",
    "assessment_progress": "progress",
    "assessed_on": "assessed_on",
    "assessed_framework": "framework",
    "assessed_low": "low",
    "assessed_high": "high",
}
"""Column of `Situation` → the expression of `facts` that fills it."""


def write(rows: QuerySet[Establishment, Any]) -> None:
    """Insert the situations of these establishments, or overwrite those that changed."""
    sql, params = rows.query.sql_with_params()
    quote = connection.ops.quote_name
    table, names = quote(Situation._meta.db_table), [quote(name) for name in COLUMNS]
    kept, found = names[1:], [f"excluded.{name}" for name in names[1:]]
    changes = ", ".join(f"{name} = {value}" for name, value in zip(kept, found, strict=True))
    differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    before = ", ".join(f"{table}.{name}" for name in kept)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) {sql}"  # names of our own tables
        f" ON CONFLICT ({names[0]}) DO UPDATE SET {changes}"
        f" WHERE ({before}) {differs} ({', '.join(found)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@contextmanager
def _room() -> Iterator[None]:
    """Memory for the indexes while all the rows are written: SQLite's usual 8 MB would go to the disk and back."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        usual = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA cache_size = -96000")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def recompute(finess: Collection[str] | None) -> None:
    """Write the situations of these establishments again, or of all; those that are closed have none."""
    if finess is None:
        with _room(), filled():
            write(facts())
        _gone().delete()
    elif len(finess) > MANY:
        ends = (min(finess), max(finess))
        with _room():
            write(facts().filter(pk__range=ends))
        _gone().filter(finess__range=ends).delete()
    else:
        for some in _chunks(finess):
            write(facts().filter(pk__in=some))
            _gone().filter(finess__in=some).delete()


def begin(finess: str) -> None:
    """Note that an establishment began a self-assessment: all that a first answer changes here."""
    Situation.objects.filter(finess=finess, assessment_progress=Progress.NONE).update(
        assessment_progress=Progress.BEGUN
    )


def _gone() -> QuerySet[Situation]:
    return Situation.objects.exclude(
        Exists(Establishment.objects.open().filter(pk=OuterRef("finess")))
    )


def _chunks(numbers: Collection[str]) -> Iterator[list[str]]:
    rest = iter(numbers)
    while some := list(islice(rest, CHUNK)):
        yield some
