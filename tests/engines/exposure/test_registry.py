"""The registry of checks: one function for one identifier."""

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from rempart.engines.exposure import registry
from rempart.engines.exposure.registry import (
    CHECKS,
    Context,
    Verdict,
    check,
    not_applicable,
    passed,
)
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.services import ServiceSeen


def test_two_checks_of_one_name_are_refused_and_the_first_is_kept() -> None:
    def other(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
        yield passed()

    name, first = next(iter(CHECKS.items()))
    with pytest.raises(ValueError, match=f"two checks are called {name}"):
        check(name, ServiceSeen)(other)
    assert CHECKS[name] is first


def test_a_check_is_not_asked_what_it_has_nothing_to_judge_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "CHECKS", {})

    @check("try", ServiceSeen, unless=lambda s: None if s.service else not_applicable("Rien."))
    def judge(seen: ServiceSeen, context: Context) -> Iterator[Verdict]:
        yield passed(seen.service)

    context, said = Context({}, date(2026, 1, 1)), registry.CHECKS["try"].function
    port = ServiceSeen(reach=Reach.ANSWERED, endpoint=Endpoint("127.0.0.1", 22))
    assert list(said(replace(port, service="ssh"), context)) == [passed("ssh")]
    assert list(said(port, context)) == [not_applicable("Rien.")]
    assert judge is said
