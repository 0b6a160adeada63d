"""Pages that should not answer: a list asked for, against what the site answers to a page that cannot exist."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rempart.content.fingerprints import ExposedPath, exposed_paths
from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.http.session import Answer, Session
from rempart.engines.exposure.seen.http import PASSING, ExposedPage
from rempart.kernel.french import counted

NOWHERE: Final = ("/rempart-page-qui-n-existe-pas-4f81c7", "/rempart-4f81c7/.absent")
READ: Final = 8192  # bytes of an answer in which its mark is looked for
_BLOCKING: Final = frozenset({403, 406, 418, 429, 503})


@dataclass(frozen=True, slots=True)
class Round:
    """What the list gave. `reason` is French, and "" when the whole list was asked."""

    found: tuple[ExposedPage, ...]
    asked: int
    reason: str = ""


async def go_round(session: Session, paths: Sequence[ExposedPath] | None = None) -> Round:
    """Ask for each page of the list. Never raises NotReached: a list stopped half-way says so."""
    found: list[ExposedPage] = []
    asked, busy = 0, 0
    try:
        absent = [await session.get(path, most=READ) for path in NOWHERE]
        for wanted in exposed_paths() if paths is None else paths:
            answer = await session.get(wanted.path, most=READ)
            asked += 1
            busy += answer.status in PASSING
            page = judged(wanted, answer, absent)
            if page is not None:
                found.append(page)
        after = await session.get(NOWHERE[0], most=READ)
    except NotReached as fault:
        return Round(tuple(found), asked, fault.reason)
    if after.status != absent[0].status and after.status in _BLOCKING:
        reason = "Le site s’est mis à refuser toutes les pages pendant l’examen."
        return Round(tuple(found), asked, reason)
    if busy:
        said = counted(busy, "page a répondu", "pages ont répondu")
        reason = f"{said} par une erreur passagère : ce qui est derrière ne se voit pas."
        return Round(tuple(found), asked, reason)
    return Round(tuple(found), asked)


def judged(wanted: ExposedPath, answer: Answer, absent: Sequence[Answer]) -> ExposedPage | None:
    """The page when it is really there: its own status, its own mark, and not what the site says to anything."""
    if answer.status not in wanted.statuses:
        return None
    pattern = re.compile(wanted.pattern, re.IGNORECASE | re.MULTILINE)
    match = pattern.search(answer.text()[:READ])
    if match is None or any(pattern.search(a.text()[:READ]) for a in absent):
        return None
    # The mark alone, never what follows it: after « DB_PASSWORD= » comes the password.
    return ExposedPage(
        id=wanted.id,
        path=wanted.path,
        status=answer.status,
        proof=" ".join(match.group().split())[:80],
    )
