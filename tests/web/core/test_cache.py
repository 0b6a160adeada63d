"""What all the processes count together: tries, and nothing that could run."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from rempart.web.core import jobs, upkeep
from rempart.web.core.models import Shared
from support.installation import Installation


def test_a_value_is_kept_changed_and_forgotten(db: None) -> None:
    cache.set("a", [1, 2.5, "é"], 60)
    cache.set("a", {"b": None}, 60)
    assert cache.get("a") == {"b": None}
    assert (cache.delete("a"), cache.delete("a"), cache.get("a", "rien")) == (True, False, "rien")


def test_a_value_that_has_expired_is_not_there(db: None) -> None:
    cache.set("a", 1, 60)
    Shared.objects.update(expires_at=timezone.now())
    assert (cache.get("a"), cache.touch("a", 60)) == (None, False)
    assert cache.add("a", 2, 60)
    assert (cache.get("a"), cache.touch("a", None)) == (2, True)


def test_only_the_first_adds(db: None) -> None:
    assert [cache.add("a", k, 60) for k in range(3)] == [True, False, False]
    assert cache.get("a") == 0


def test_a_number_grows_and_what_is_not_there_does_not(db: None) -> None:
    cache.set("n", 1, 60)
    assert (cache.incr("n"), cache.incr("n", 5)) == (2, 7)
    with pytest.raises(ValueError, match="absent"):
        cache.incr("absent")
    cache.clear()
    assert not Shared.objects.exists()


def test_what_is_kept_is_text_that_cannot_run(db: None) -> None:
    cache.set("a", ["x"], 60)
    assert Shared.objects.get().value == '["x"]'
    with pytest.raises(TypeError):
        cache.set("b", object(), 60)


def test_the_night_forgets_what_has_expired(db: None) -> None:
    cache.set("old", 1, 60)
    Shared.objects.update(expires_at=timezone.now())
    cache.set("new", 1, 60)
    jobs.perform(jobs.enqueue(upkeep.prune).pk)
    assert [row.key for row in Shared.objects.all()] == [":1:new"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_addition_is_lost() -> None:
    cache.set("n", 0, 60)

    def once(_: int) -> Any:
        try:
            return cache.incr("n")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(once, range(12)))
    assert found == list(range(1, 13))


TRY = """
from allauth.core.internal import ratelimit
from django.test import RequestFactory
request = RequestFactory().post("/")
said = [bool(ratelimit.consume(request, app="allauth.account", action="login_failed", key="a@exemple.test"))
        for _ in range(3)]
"""


@pytest.mark.slow
def test_two_processes_count_the_same_tries(site: Installation) -> None:
    first, second = (site.python(TRY) for _ in range(2))
    assert (first, second) == ([True] * 3, [True, True, False])


def test_reading_costs_one_query(db: None, django_assert_num_queries: Any) -> None:
    cache.set("a", 1, 60)
    with django_assert_num_queries(1):
        assert cache.get("a") == 1
