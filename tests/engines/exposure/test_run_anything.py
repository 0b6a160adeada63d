"""Whatever a replayed sweep holds, the report is whole: no exception, no finding without words, no gap without reason."""

import msgspec
from hypothesis import HealthCheck, given, settings, strategies as st

from rempart.content.exposure_catalogue import exposure_catalogue
from rempart.engines.exposure.compare import compare
from rempart.engines.exposure.report import ExposureReport
from rempart.engines.exposure.run import run
from rempart.engines.exposure.seen.claims import ClaimSeen
from rempart.engines.exposure.seen.dns import ZoneSeen
from rempart.engines.exposure.seen.hosts import HostSeen, PortsSeen
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.mail import MailSeen
from rempart.engines.exposure.seen.services import ServiceSeen
from rempart.engines.exposure.seen.tls import TlsSeen
from rempart.engines.exposure.snapshot import AnySeen
from rempart.kernel.outcome import Outcome
from support.any_struct import instances
from support.exposure import TODAY, snapshot

KINDS = (ZoneSeen, MailSeen, HostSeen, PortsSeen, TlsSeen, HttpSeen, ServiceSeen, ClaimSeen)
ANYTHING = st.lists(st.one_of(*map(instances, KINDS)), max_size=4)
CALM = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def report(seen: list[AnySeen]) -> ExposureReport:
    return run(snapshot(*seen), catalogue=exposure_catalogue(), today=TODAY, tool_version="1")


@given(ANYTHING)
@CALM
def test_a_report_is_whole_whatever_was_seen(seen: list[AnySeen]) -> None:
    found = report(seen)
    assert msgspec.json.decode(msgspec.json.encode(found), type=ExposureReport) == found
    assert [f.key for f in found.findings if not f.detail or not f.title] == []
    assert [g for g in found.gaps if not g.reason] == []
    assert 0 <= found.score.low <= found.score.value <= 100


@given(ANYTHING)
@CALM
def test_what_failed_is_not_cleared_and_what_is_not_measured_is_neither(
    seen: list[AnySeen],
) -> None:
    found = report(seen)
    cleared = {(check.id, target) for check in found.checks for target in check.cleared}
    assert not cleared & {(f.check, f.target) for f in found.findings}
    assert not cleared & {(g.check, g.target) for g in found.gaps}
    failing = {f.check for f in found.findings}
    assert {c.id for c in found.checks if c.outcome is Outcome.FAILED} == failing


@given(ANYTHING, ANYTHING)
@CALM
def test_nothing_is_mended_that_was_not_measured_again(
    before: list[AnySeen], after: list[AnySeen]
) -> None:
    old, new = report(before), report(after)
    known = {(c.id, target) for c in new.checks for target in c.cleared}
    for change in compare(old, new).changes:
        key = (change.finding.check, change.finding.target)
        if change.state == "mended":
            assert key in known or change.finding.target in new.closed
