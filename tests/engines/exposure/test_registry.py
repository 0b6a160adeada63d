"""The registry of checks: one function for one identifier."""

from collections.abc import Iterator

import pytest

from rempart.engines.exposure.registry import CHECKS, Context, Verdict, check, passed
from rempart.engines.exposure.seen.services import ServiceSeen


def test_two_checks_of_one_name_are_refused_and_the_first_is_kept() -> None:
    def other(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
        yield passed()

    name, first = next(iter(CHECKS.items()))
    with pytest.raises(ValueError, match=f"two checks are called {name}"):
        check(name, ServiceSeen)(other)
    assert CHECKS[name] is first
