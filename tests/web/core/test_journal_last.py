"""The journal is held by whoever appends to it: every act appends last, so that nobody waits for its work."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories.audits import a_report, an_upload
from factories.findings import a_measure, an_action, an_observation, closed
from factories.invitations import a_mandate, scope
from rempart.engines.directory.report import Report
from rempart.web.apps.accounts import actions as accounts
from rempart.web.apps.accounts.models import Membership
from rempart.web.apps.audits import actions as audits, recording
from rempart.web.apps.audits.models import Audit
from rempart.web.apps.remediation import actions as remediation
from rempart.web.apps.remediation.states import Event
from web.conftest import Cast

TODAY = date(2026, 11, 21)
Act = Callable[[], object]


def said_after_the_first_entry(act: Act) -> list[str]:
    """What is asked of the database once the journal is held, but for the journal itself and the end of the act."""
    with CaptureQueriesContext(connection) as asked:
        act()
    told = [query["sql"] for query in asked]
    first = next(k for k, sql in enumerate(told) if "core_journal" in sql)
    ends = ("RELEASE", "SAVEPOINT")
    return [sql for sql in told[first:] if "core_journal" not in sql and not sql.startswith(ends)]


def comment(cast: Cast) -> Act:
    action = an_action(cast.home, cast.alice)
    return lambda: remediation.comment_action(action=action, text="Vu.", by=cast.alice)


def start(cast: Cast) -> Act:
    action = an_action(cast.home, cast.alice)
    return lambda: remediation.move_action(
        action=action, event=Event.START, today=TODAY, by=cast.alice
    )


def close(cast: Cast) -> Act:
    action = an_action(cast.home, cast.alice)
    return lambda: closed(action, cast.alice, TODAY)


def end_a_role(cast: Cast) -> Act:
    row = Membership.objects.get(user=cast.rose)
    return lambda: accounts.end_membership(membership=row, scope=scope(cast.nadia), by=cast.nadia)


def deposit(cast: Cast) -> Act:
    files = [an_upload(a_report())]
    return lambda: audits.deposit(establishment=cast.home, files=files, is_kept=True, by=cast.alice)


ACTS: dict[str, Callable[[Cast], Act]] = {
    "add": lambda c: lambda: an_action(c.home, c.alice),
    "comment": comment,
    "start": start,
    "close": close,
    "measure": lambda c: lambda: a_measure(c.home, an_observation("a")),
    "mandate": lambda c: lambda: a_mandate(c.alice, c.home, "paul@exemple.test"),
    "end a role": end_a_role,
    "deposit": deposit,
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_appends_to_the_journal_last(cast: Cast, act: str) -> None:
    assert said_after_the_first_entry(ACTS[act](cast)) == []


def test_an_analysis_appends_its_many_entries_last(cast: Cast) -> None:
    report: Report = a_report()
    row = Audit.objects.create(
        establishment=cast.home,
        state=Audit.State.WAITING,
        source_sha256="0",
        deposited_by=cast.alice,
    )
    after = said_after_the_first_entry(lambda: recording._written(row, *drawn(report)))
    assert after == []


def drawn(report: Report) -> tuple[Report, recording.Drawn, str, date]:
    """What is written down of a report."""
    stored = recording.files.store([recording.encoded(report)], kind="report")
    found = recording.Drawn(
        stored, b"", recording.reading.observations(report), recording.reading.proposals(report)
    )
    return report, found, "report", TODAY
