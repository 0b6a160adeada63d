"""Pages that should not answer: the list, stopped half-way or refused half-way."""

import asyncio

import pytest

from rempart.content.fingerprints import ExposedPath, PageKind
from rempart.engines.exposure.dial import NotReached
from rempart.engines.exposure.probe.http.exposed import NOWHERE, Round, go_round
from rempart.engines.exposure.probe.http.session import Answer
from rempart.engines.exposure.seen.common import Reach

FOUND = Answer(200, (), b"[core]\n\trepositoryformatversion = 0")
ABSENT = Answer(404, (), b"rien")


def wanted(name: str, path: str, pattern: str) -> ExposedPath:
    """One page of the list."""
    return ExposedPath(name, path, "page", PageKind.LEAK, pattern, "high", "exemple")


WANTED = [
    wanted("git", "/.git/config", r"^\[core\]"),
    wanted("env", "/.env", "DB_PASSWORD="),
]


class Told:
    """A session that answers from a table, in the order of the questions."""

    def __init__(self, *answers: Answer | NotReached) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def get(self, path: str, **more: object) -> Answer:
        self.asked.append(path)
        answer = self.answers.pop(0)
        if isinstance(answer, NotReached):
            raise answer
        return answer


def gone(*answers: Answer | NotReached) -> Round:
    return asyncio.run(go_round(Told(*answers), WANTED))  # type: ignore[arg-type]


def test_a_list_stopped_half_way_keeps_what_was_found_and_says_so() -> None:
    lost = NotReached(Reach.SILENT, "Rien ne vient.")
    done = gone(ABSENT, ABSENT, FOUND, lost)
    assert ([page.id for page in done.found], done.asked) == (["git"], 1)
    assert done.reason == "Rien ne vient."


def test_a_site_that_begins_to_refuse_everything_is_not_said_clean() -> None:
    done = gone(ABSENT, ABSENT, ABSENT, ABSENT, Answer(403, (), b""))
    assert (done.asked, "s’est mis à refuser" in done.reason) == (2, True)
    assert gone(ABSENT, ABSENT, ABSENT, ABSENT, ABSENT).reason == ""


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_site_that_is_busy_is_not_said_clean(status: int) -> None:
    busy = Answer(status, (), b"")
    assert "2 pages ont répondu par une erreur passagère" in gone(*[busy] * 5).reason
    once = gone(ABSENT, ABSENT, FOUND, busy, ABSENT)
    assert ([page.id for page in once.found], "1 page a" in once.reason) == (["git"], True)


def test_a_mark_that_every_page_shows_proves_nothing() -> None:
    session = Told(FOUND, ABSENT, FOUND, Answer(200, (), b"DB_PASSWORD=secret"), ABSENT)
    done = asyncio.run(go_round(session, WANTED))  # type: ignore[arg-type]
    assert [(page.id, page.proof) for page in done.found] == [("env", "DB_PASSWORD=")]
    assert session.asked == [*NOWHERE, "/.git/config", "/.env", NOWHERE[0]]
