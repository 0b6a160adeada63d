"""What the invented establishments answered of themselves, and the documents that some of them gave."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from rempart.content.frameworks import Framework, Item
from rempart.engines.maturity.answers import UNKNOWN, Given, at
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments import actions
from rempart.web.apps.assessments.answering import Author, save_answers
from rempart.web.apps.assessments.models import Assessment
from rempart.web.apps.assessments.rules import Reply, asked, version_of
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.evidence.actions import Values, deposit
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.apps.peers.actions import freeze_quarter, state_size
from rempart.web.apps.peers.rules import Quarter
from rempart.web.core import files
from rempart.web.demo.data import Row
from rempart.web.demo.history import LARGE_CATEGORY
from rempart.web.demo.people import FAR, HOME, SUPPORT

NURSING: Final = "esms13"
HYGIENE: Final = "hygiene"


@dataclass(frozen=True, slots=True)
class Round:
    """One self-assessment: of what, how many days after the beginning of the compared quarter, from which level."""

    framework: str
    after: int
    skill: int
    is_finished: bool = True
    is_shared: bool = False


ROUNDS: Final[dict[str, tuple[Round, ...]]] = {
    HOME: (
        Round(NURSING, -330, 1),
        Round(NURSING, 40, 2),
        Round("governance", 150, 1, is_finished=False),
        Round(NURSING, 190, 2, is_finished=False),
    ),
    SUPPORT: (Round(HYGIENE, 30, 2, is_shared=True), Round("care_d2", 200, 2, is_finished=False)),
    FAR: (Round(NURSING, 60, 1, is_shared=True),),
}
"""The establishments of the people of the demonstration."""

DOCUMENTS: Final = (
    ("Charte informatique du personnel", "policy", 300, 60),
    ("Compte rendu de l’essai de restauration", "restore_test", 45, 320),
    ("Retour d’expérience de l’exercice de crise", "exercise_report", 120, 245),
    ("Contrat de l’infogérant", "contract", 720, -10),
)
"""Title, kind, dated so many days ago, and valid for so many days from today."""


def rounds(rows: list[Row]) -> Iterator[tuple[Row, tuple[Round, ...]]]:
    """Each establishment that assessed itself, and what it did; two in five have not finished anything."""
    for rank, row in enumerate(rows):
        framework = HYGIENE if row.category == LARGE_CATEGORY else NURSING
        found = Round(framework, rank * 2 % 85, rank % 4, rank % 5 < 3, rank % 3 == 0)
        if row.finess in ROUNDS:
            yield row, ROUNDS[row.finess]
        elif rank % 5 < 4:
            yield row, (found,)


def compared(today: date) -> Quarter:
    """The quarter whose figures are the last that are shown."""
    return Quarter.of(today).shifted(-2)


def begin(home: Establishment, *, today: date, by: User) -> None:
    """What the first of the people finds at once."""
    assess(home, ROUNDS[home.pk], today=today, by=by)
    give_documents(home, today=today, by=by)


def assess(
    establishment: Establishment, given: tuple[Round, ...], *, today: date, by: User
) -> None:
    """The self-assessments of one establishment, in their order, and its size."""
    start = compared(today).first_day
    least = 260 if establishment.category == LARGE_CATEGORY else 60
    places = least + _chance(establishment.pk) % (least - 10)
    state_size(establishment=establishment, places=places, today=start, by=by)
    for one in given:
        _answer(establishment, one, min(start + timedelta(days=one.after), today), by)


def _answer(establishment: Establishment, one: Round, day: date, by: User) -> None:
    stored = StoredFramework.objects.present().get(framework_id=one.framework)
    made = actions.open_assessment(
        establishment=establishment, framework=stored, today=day - timedelta(days=6), by=by
    )
    framework = catalogue.of_digest(stored.digest)
    replies = dict(_replies(framework, made, one, f"{establishment.pk} {day}"))
    save_answers(
        assessment=made,
        replies=replies,
        seen={name: version_of(made.given, name) for name in replies},
        author=Author.of(by),
        now=_noon(day),
    )
    if one.is_shared:
        actions.share(assessment=made, with_region=True, with_grouping=True, by=by)
    if one.is_finished:
        actions.submit(assessment=made, today=day, by=by)
        Assessment.objects.filter(pk=made.pk).update(submitted_at=_noon(day))


def _replies(
    framework: Framework, made: Assessment, one: Round, seed: str
) -> Iterator[tuple[str, Reply]]:
    """All the questions when it is finished, else the first half."""
    items = asked(framework, made.groups)
    for item in items if one.is_finished else items[: len(items) // 2]:
        chance = _chance(f"{seed} {item.id}")
        yield item.id, Reply(_given(item, one.skill, chance))


def _given(item: Item, skill: int, chance: int) -> Given:
    if chance % 13 == 0:
        return UNKNOWN
    levels = sorted(level.value for level in item.levels)
    return at(levels[min(max(skill + chance % 3 - 1, 0), len(levels) - 1)])


def give_documents(establishment: Establishment, *, today: date, by: User) -> None:
    """Some documents, each a proof of the first questions that were answered."""
    answered = Assessment.objects.filter(establishment=establishment).order_by("pk").last()
    items = list(answered.given) if answered is not None else []
    for rank, (title, kind, dated, left) in enumerate(DOCUMENTS):
        content = f"{title}\n{establishment}\n\nDocument inventé pour la démonstration.\n"
        deposit(
            establishment=establishment,
            file=files.store([content.encode("utf-8")], kind="proof"),
            file_name=f"document-{rank + 1}.txt",
            values=Values(
                title=title,
                kind=kind,
                author_words="Direction (inventée)",
                dated_on=today - timedelta(days=dated),
                valid_until=today + timedelta(days=left),
            ),
            subjects=[f"item:{name}" for name in items[rank : rank + 2]],
            by=by,
        )


def freeze(today: date) -> int:
    """Freeze the quarter that is shown; gives the number of groups."""
    return freeze_quarter(compared(today))


def _chance(text: str) -> int:
    return zlib.crc32(text.encode("utf-8"))


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
