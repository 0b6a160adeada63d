"""Small curves, where only the groups of TLS 1.3 or nothing at all could be asked."""

import pytest

from rempart.engines.exposure.probe.tls.groups import WEAK_GROUP_NAMES
from rempart.engines.exposure.seen.common import Endpoint, Reach
from rempart.engines.exposure.seen.tls import TlsSeen, VersionSeen, VersionState
from rempart.kernel.outcome import Outcome
from support.tls_servers import judge

SMALL = sorted(WEAK_GROUP_NAMES)[0]


@pytest.mark.parametrize(
    ("groups", "version", "outcome"),
    [
        (["x25519", SMALL], "TLSv1.3", Outcome.FAILED),
        (["x25519"], "TLSv1.3", Outcome.PASSED),
        (["x25519"], "TLSv1.2", Outcome.NOT_MEASURED),
        (None, "TLSv1.3", Outcome.NOT_MEASURED),
    ],
)
def test_the_groups_of_tls13_stand_for_curves_that_were_not_asked(
    groups: list[str] | None, version: str, outcome: Outcome
) -> None:
    seen = TlsSeen(
        endpoint=Endpoint("192.0.2.1", 443),
        reach=Reach.ANSWERED,
        groups=groups,
        versions=[VersionSeen(version=version, state=VersionState.OFFERED)],
    )
    assert judge("tls_weak_group", seen).outcome == outcome
