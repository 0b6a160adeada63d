"""The demonstration: its door, its people, and its whole region filled once for the tests of a module."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from rempart.web.apps.frameworks.actions import load_shipped
from rempart.web.core import jobs
from rempart.web.core.models import Job
from rempart.web.demo import registry, seed

TODAY = date(2026, 11, 22)


@pytest.fixture
def door(settings: Any) -> None:
    """A demonstration: its door is open."""
    settings.DEMO = True
    settings.ROOT_URLCONF = "support.demo_urls"


@pytest.fixture
def peopled(db: None) -> None:
    """The registry and the people, without audits."""
    registry.fill()
    registry.fill_people()


@pytest.fixture(scope="module")
def region(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The whole region, as its command and then its job fill it; gone with the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_shipped()
        seed.begin(TODAY)
        done = jobs.perform(Job.objects.get(kind="fill_demo_region").pk)
        assert done.state == Job.State.DONE
        yield
        transaction.set_rollback(True)
