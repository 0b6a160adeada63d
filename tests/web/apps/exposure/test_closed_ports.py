"""A closed port mends every finding of it, whatever its check: as all their pairs would tell, without making them."""

import msgspec
import pytest

from factories.exposure import an_exposed, an_exposure
from rempart.engines.exposure.report import CheckResult
from rempart.kernel.outcome import Outcome
from rempart.web.apps.exposure.reading import key_of, observations
from rempart.web.apps.remediation.rules import Look

LONG = ".".join(["service-de-radiologie"] * 11)
CHECKS = ("service_rdp", "tls_rc4", "un@deux", "c" * 120)
CLOSED = ["bureau.chu.example:3389", f"{LONG}:443", "moi@chu.example:25", "\u202ecaché:80"]


def result(check: str) -> CheckResult:
    return CheckResult(check, "service", "Titre", Outcome.PASSED, "high")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("target", [*CLOSED, "ouvert.chu.example:443"])
def test_what_is_known_of_a_closed_port_is_absent(check: str, target: str) -> None:
    report = msgspec.structs.replace(
        an_exposure(an_exposed(target="autre.chu.example:1")),
        checks=[*map(result, CHECKS)],
        closed=CLOSED,
    )
    key = key_of(check, target)
    said = {o.key: o.look for o in observations(report, {key, key_of("inconnu", target)})}
    assert said.get(key) == (Look.ABSENT if target in CLOSED else None)
    assert key_of("inconnu", target) not in said
