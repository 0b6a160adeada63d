"""The plan as a workbook and as a calendar."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from rempart.render.text import clip, visible
from rempart.render.xlsx_sheet import CELL_LIMIT, PLAIN_CELLS
from rempart.web.apps.remediation import plain
from rempart.web.apps.remediation.costs import costs_of
from rempart.web.apps.remediation.models import Action
from rempart.web.apps.remediation.plain import Plain
from rempart.web.apps.remediation.states import State

COLUMNS: Final = {
    "FINESS": 12, "Établissement": 40, "Action": 70, "Pourquoi": 60, "Pour le spécialiste": 60, "État": 18, "Responsable": 28, "Échéance": 12,
    "Échéance imposée": 10, "Jours, bas": 10, "Jours, haut": 10, "Euros, bas": 12, "Euros, haut": 12,
    "Euros par an, bas": 12, "Euros par an, haut": 12, "Constats": 10, "Faite le": 12, "Preuve": 50,
    "Vérifiée le": 12, "Vérifiée par": 40, "Risque accepté jusqu’au": 14, "Accepté par": 28, "Part (%)": 9,
    "Comment": 80,
}  # fmt: skip


def workbook(actions: Iterable[Any]) -> bytes:
    """The plan as a workbook: no cell is ever a formula or a link, whatever it begins with."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, PLAIN_CELLS) as book:
        sheet = book.add_worksheet("Plan d’actions")
        head = book.add_format({"bold": True, "bg_color": "#E1EEF0", "border": 1})
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.freeze_panes(1, 0)
        for column, (heading, width) in enumerate(COLUMNS.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, head)
        row = 0
        for row, (action, words) in enumerate(plain.told(actions), 1):
            for column, cell in enumerate(_cells(action, words)):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, days)
                elif isinstance(cell, int | float):
                    sheet.write_number(row, column, cell)
                elif cell:
                    sheet.write_string(row, column, clip(visible(cell), CELL_LIMIT))
        sheet.autofilter(0, 0, max(row, 1), len(COLUMNS) - 1)
    return target.getvalue()


def _cells(action: Any, words: Plain) -> tuple[str | int | float | date | None, ...]:
    costs = costs_of(action)
    ranges = (costs.days, costs.euros, costs.euros_per_year)
    return (
        *(action.establishment_id, str(action.establishment)),
        *(words.title, words.why, words.technical),
        *(State(action.state).label, action.owner_words, action.due_on),
        "oui" if action.is_mandatory else "",
        *(value for found in ranges for value in (found.low, found.high)),
        *(action.findings_count, action.done_on, action.proof_note),
        *(action.verified_on, action.verified_by_label),
        *(action.accepted_until_on, action.accepted_by_function, action.share_percent),
        action.how,
    )


def calendar(actions: Iterable[Action], host: str) -> bytes:
    """The due dates of the actions, as days of a calendar (RFC 5545).

    All-day events and not tasks, which Outlook does not import; they leave the day free.
    """
    from icalendar import Calendar  # noqa: PLC0415  # eighty modules, for this file only

    found = Calendar()
    found.add("prodid", "-//Rempart//Plan d’actions//FR")
    found.add("version", "2.0")
    found.add("x-wr-calname", "Plan d’actions Rempart")
    for action, words in plain.told(actions):
        for kind, day, before in _dates(action):
            uid = f"{kind}-{action.pk}@{host}"
            found.add_component(_event(action, uid, day, f"{before}{words.title}", words))
    return bytes(found.to_ical())


def _dates(action: Action) -> Iterator[tuple[str, date, str]]:
    """The days of an action: its due date while it is to be done, else the end of the acceptance of its risk."""
    if action.state == State.ACCEPTED:
        if action.accepted_until_on is not None:
            yield "acceptance", action.accepted_until_on, "Fin du risque accepté : "
    elif action.due_on is not None:
        yield "action", action.due_on, "Échéance imposée : " if action.is_mandatory else ""


def _event(action: Action, uid: str, day: date, title: str, words: Plain) -> Any:
    from icalendar import Alarm, Event  # noqa: PLC0415  # as above

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", action.created_at)
    event.add("sequence", action.version)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", visible(f"{title} ({action.establishment})"))
    said = [words.why.rstrip(".")] if words.why else []
    said += [f"Responsable : {action.owner_words}"] if action.owner_words else []
    said.append(f"Coût : {costs_of(action).words}")
    said += [f"Pour le spécialiste : {words.technical}"] if words.technical else []
    event.add("description", visible(". ".join(said)))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", visible(title))
    alarm.add("trigger", timedelta(days=-7))
    event.add_component(alarm)
    return event
