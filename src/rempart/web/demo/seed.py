"""Fill an empty database with the demonstration region: what its people open first at once, the rest by a job."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from rempart.engines.directory.report import Report
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.audits import recording
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.establishments.models import Establishment, Grouping
from rempart.web.apps.exposure.models import ExposureAudit
from rempart.web.apps.remediation import actions
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.states import Event, State
from rempart.web.core import jobs, projections
from rempart.web.core.jobs import Run
from rempart.web.core.text import folded
from rempart.web.demo import assessing, care, data, exposing, registry
from rempart.web.demo.history import Past, histories
from rempart.web.demo.people import FAR, GHT, HOME, PEOPLE, SUPPORT

OWNERS: Final = ("Référente", "Prestataire informatique", "Direction")


def is_filled() -> bool:
    """Whether the database already holds somebody."""
    return User.objects.exists()


@transaction.atomic
def begin(today: date) -> None:
    """The registry, the people and their own establishments, at once; the audits of the others are left to a job."""
    registry.fill()
    people = registry.fill_people()
    depositors = {HOME: people["alice"], SUPPORT: people["bob"], FAR: people["charlie"]}
    with projections.gathered():
        for row, size, past in histories(_invented()):
            if row.finess in depositors:
                live(_establishment(row), size, past, today=today, by=depositors[row.finess])
        for finess, swept in exposing.PASTS.items():
            place = Establishment.objects.get(pk=finess)
            exposing.expose(place, swept, today=today, by=depositors[finess])
        assessing.begin(Establishment.objects.get(pk=HOME), today=today, by=people["alice"])
        support, group = Establishment.objects.get(pk=SUPPORT), Grouping.objects.get(pk=GHT)
        care.give_file(support, group, by=depositors[SUPPORT])
    projections.refresh(None)
    jobs.enqueue(fill_region, today=today.isoformat())


@jobs.job("fill_demo_region", title="Remplir la région de démonstration")
def fill_region(run: Run, *, today: str) -> None:
    """The audits and self-assessments of every other invented establishment; run again, it goes on from where it was."""
    day, by = date.fromisoformat(today), User.objects.get(email=PEOPLE[1].email)
    known = set(Audit.objects.values_list("establishment_id", flat=True))
    left = [found for found in histories(_invented()) if found[0].finess not in known]
    run.stage("Audits inventés", len(left))
    for row, size, past in left:
        with transaction.atomic(), projections.gathered():
            live(_establishment(row), size, past, today=day, by=by)
        run.advance()
    data.forget()
    _assess_region(run, day, by)
    _expose_region(run, day, by)


def _expose_region(run: Run, today: date, by: User) -> None:
    known = set(ExposureAudit.objects.values_list("establishment_id", flat=True))
    places = [row.finess for row in _invented()[::3]]
    run.stage("Balayages inventés", len(places))
    for rank, finess in enumerate(places):
        if finess not in known:
            with transaction.atomic(), projections.gathered():
                past = exposing.REGION[rank % len(exposing.REGION)]
                exposing.expose(Establishment.objects.get(pk=finess), (past,), today=today, by=by)
        run.advance()


def _assess_region(run: Run, today: date, by: User) -> None:
    known = set(Assessment.objects.values_list("establishment_id", flat=True))
    left = [found for found in assessing.rounds(_invented()) if found[0].finess not in known]
    run.stage("Auto-évaluations inventées", len(left))
    for row, given in left:
        with transaction.atomic(), projections.gathered():
            place = _establishment(row)
            assessing.assess(place, given, today=today, by=by)
            if place.pk == SUPPORT:
                assessing.give_documents(place, today=today, by=by)
        run.advance()
    assessing.freeze(today)


def _invented() -> list[data.Row]:
    return [row for row in data.establishments() if row.operator_name]


def _establishment(row: data.Row) -> Establishment:
    return Establishment.objects.get(pk=row.finess)


def live(
    establishment: Establishment, size: str, past: tuple[Past, ...], *, today: date, by: User
) -> None:
    """The audits of one establishment in their order; between two of them, some of the plan is done."""
    for rank, one in enumerate(past):
        day = today - timedelta(days=one.days_ago)
        _record(establishment, size, one, day, by)
        if rank + 1 < len(past):
            _work(establishment, past[rank + 1].mended, day, by)
        elif establishment.pk in (HOME, SUPPORT):
            _plan(establishment, day, today, by)


def _record(establishment: Establishment, size: str, past: Past, day: date, by: User) -> None:
    town = folded(establishment.municipality).replace(" ", "-")
    domain = f"{town}-{establishment.pk[-4:]}.invente.test"
    text = data.report(size, past.mended, domain, day.isoformat())
    audit = Audit(
        establishment=establishment,
        source_name="collecte inventée",
        source_sha256=sha256(text).hexdigest(),
        deposited_by=by,
    )
    audit.save()
    audit.deposited_at = _noon(day)
    report = msgspec.json.decode(text, type=Report)
    recording.record(audit, report, Audit.Form.COLLECTION, day)


def _work(establishment: Establishment, count: int, day: date, by: User) -> None:
    """Some proposals are taken and declared done a month later: the next audit says whether they were."""
    proposed = Action.objects.filter(establishment=establishment, state=State.PROPOSED).in_order()
    done_on = day + timedelta(days=30)
    for action in proposed[: count + 1]:
        actions.close_action(
            action=action,
            done_on=done_on,
            proof=actions.Proof("Fait avec le prestataire (donnée inventée)."),
            today=done_on,
            by=by,
        )


def _plan(establishment: Establishment, day: date, today: date, by: User) -> None:
    """What is left gets people and dates; the first is late, the second has begun."""
    proposed = Action.objects.filter(establishment=establishment, state=State.PROPOSED).in_order()
    for rank, action in enumerate(proposed[:5]):
        values = actions.Values(
            title=action.title,
            how=action.how,
            owner=by if rank == 1 else None,
            owner_function="" if rank == 1 else OWNERS[rank % len(OWNERS)],
            due_on=today + timedelta(days=21 * rank - 6),
            half_days=action.half_days,
        )
        actions.change_action(action=action, values=values, today=day, by=by)
        if rank == 1:
            actions.move_action(action=action, event=Event.START, today=day, by=by)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
