"""The calendar of an establishment, as pages and scripts ask for it."""

from datetime import date

from rempart.engines.allocation.problem import Impossible
from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.allocating import (
    Trial,
    answered,
    end_of_quarter,
    means_of,
    open_plan,
    problem_of,
    quarter_after,
)
from rempart.web.apps.remediation.planning import Budget, quarter_of
from rempart.web.apps.remediation.scheduling import Calendar, calendar_of
from rempart.web.core.errors import Refused


def calendar(budget: Budget, today: date, trial: Trial) -> Calendar:
    """What a budget allows from today; Refused when actions wait for one another."""
    rows, findings = open_plan(budget.establishment_id)
    problem = problem_of(rows, findings, means_of(budget, today, trial), today, trial.estimate)
    try:
        return calendar_of(answered(problem), rows, plain.of(rows), quarter_of(today))
    except Impossible as fault:
        raise Refused(fault.found, todo=fault.todo) from fault


def due_dates(budget: Budget, today: date) -> dict[int, date]:
    """Of each action that enters, the end of its quarter."""
    first = quarter_of(today)
    found = calendar(budget, today, Trial(estimate=budget.estimate))
    return {line.action.pk: end_of_quarter(quarter_after(first, line.last)) for line in found.lines}
