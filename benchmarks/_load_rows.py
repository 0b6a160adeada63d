"""The rows of the load: the demonstration region and fifty people; and, at the end, what became of every write."""

import time
from datetime import timedelta
from importlib import import_module

import django

django.setup()

from benchmarks._load_people import Person, Tally  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from rempart.web.api.models import ApiToken  # noqa: E402
from rempart.web.api.rules import digest_of, new_secret  # noqa: E402
from rempart.web.apps.accounts.models import Membership, User  # noqa: E402
from rempart.web.apps.audits.models import Audit  # noqa: E402
from rempart.web.apps.remediation.models import Action  # noqa: E402
from rempart.web.core import journal, projections  # noqa: E402
from rempart.web.core.models import Job, JournalEntry  # noqa: E402
from rempart.web.core.scope import Act, Level, Role  # noqa: E402
from rempart.web.demo import data, registry  # noqa: E402

import_module(settings.ROOT_URLCONF)


def fill(count: int) -> list[Person]:
    """The region, and `count` people, each at an invented establishment; some share it."""
    registry.fill()
    projections.refresh(None)
    places = [row.finess for row in data.establishments() if row.operator_name]
    people = [_person(rank, places[rank % len(places)]) for rank in range(count)]
    connections.close_all()
    return people


def _person(rank: int, finess: str) -> Person:
    email = f"charge{rank}@exemple.test"
    user = User.objects.create_user(email, first_name="Personne", last_name=str(rank))
    Membership.objects.create(user=user, role=Role.REFERENT, level=Level.ESTABLISHMENT, code=finess)
    secret = new_secret()
    ApiToken.objects.create(
        owner=user, name="charge", digest=digest_of(secret), start=secret[:12],
        acts=sorted(Act), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    browser = Client()
    browser.force_login(user)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    report = data.report("home", rank % 8, f"charge-{rank}.test", "2026-11-21")
    return Person(email, cookie, secret, finess, report, rank)


def wait_for_jobs(seconds: float) -> float:
    """Let the worker end what was asked; gives the seconds that it took."""
    began = time.monotonic()
    while Job.objects.unfinished().exists() and time.monotonic() < began + seconds:
        time.sleep(0.5)
    return time.monotonic() - began


def lost(tally: Tally) -> list[str]:
    """What was acknowledged and is not written, or not as it was said; and a journal that does not hold."""
    states = dict(Action.objects.values_list("pk", "state"))
    found = [
        f"action {key}: {said}, found {states.get(key)}"
        for key, said in tally.actions.items()
        if states.get(key) not in (said, "verified" if said == "closed" else said)
    ]
    audits = dict(Audit.objects.values_list("pk", "state"))
    found += [
        f"audit {k}: {audits.get(k)}" for k in tally.audits if audits.get(k) not in ("done", "same")
    ]
    told = JournalEntry.objects.filter(act="add_action").count()
    if told != len(tally.actions):
        found.append(f"journal: {told} additions told, {len(tally.actions)} acknowledged")
    broken = journal.verified().broken
    if broken is not None:
        found.append(f"journal: {broken}")
    return found
