"""A call of the API on a full disk: a problem document that says so."""

from collections.abc import Callable

import pytest
from django.test import Client

from rempart.web.apps.remediation.models import Action
from rempart.web.core.models import JournalEntry
from support.full_disk import full_at

ACTIONS = "/api/v1/establishments/350000019/actions"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_call_says_it_to_the_script_and_writes_nothing(
    script: Callable[..., Client], write: int
) -> None:
    calling = script("alice")
    with full_at(write):
        answer = calling.post(ACTIONS, {"title": "x"}, content_type="application/json")
    assert (answer.status_code, "plein" in answer.json()["detail"]) == (507, True)
    assert not Action.objects.exists()
    assert not JournalEntry.objects.exists()
