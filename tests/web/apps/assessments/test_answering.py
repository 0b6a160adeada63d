"""Answers: saved in few queries, never lost, never overwritten unseen."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from factories.assessments import (
    ACCESS_1,
    ACCESS_2,
    BACKUP_1,
    TODAY,
    a_reply,
    a_stored,
    a_submitted,
    an_assessment,
    answered,
)
from rempart.content.frameworks import Group, Theme
from rempart.web.apps.assessments import actions
from rempart.web.apps.assessments.answering import Author, recount, save_answers
from rempart.web.apps.assessments.apps import ANSWERS
from rempart.web.apps.assessments.models import Answer, AnswerChange, Assessment
from rempart.web.apps.assessments.rules import Reply
from rempart.web.apps.frameworks import catalogue
from rempart.web.apps.remediation.models import Finding
from rempart.web.core import protection
from rempart.web.core.errors import Refused
from rempart.web.core.models import JournalEntry
from support.frameworks import a_framework, an_item
from web.conftest import Cast

pytestmark = pytest.mark.django_db


def test_only_what_was_answered_is_stored(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    assert (made.total, made.low, made.high, Answer.objects.count()) == (4, 0, 10_000, 0)
    answered(made, cast.alice, access_1=4)
    assert list(Answer.objects.values_list("item", "value", "version")) == [(ACCESS_1, 4, 1)]
    made.refresh_from_db()
    assert (made.answered, made.low, made.high) == (1, 2500, 10_000)


def test_the_row_of_an_assessment_says_what_its_answers_say(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2, access_2="u", backup_1="n")
    answered(made, cast.alice, access_1=3)
    before = {name: getattr(made, name) for name in ("low", "high", "answered", "unknown")}
    recount(made, catalogue.of_digest(made.digest))
    assert before == {name: getattr(made, name) for name in before}
    rows = {a.item: (a.value, a.version) for a in Answer.objects.all()}
    assert {k: v[1] for k, v in made.given.items()} == {k: v[1] for k, v in rows.items()}
    assert rows[ACCESS_1] == (3, 2)


def test_every_answer_ever_given_is_kept(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    for value in (0, 1, "u", 2):
        answered(made, cast.alice, access_1=value)
    kept = AnswerChange.objects.order_by("version").values_list("version", "kind", "value")
    assert list(kept) == [(1, "level", 0), (2, "level", 1), (3, "unknown", None), (4, "level", 2)]


def test_the_same_answer_sent_twice_is_written_once(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    assert answered(made, cast.alice, access_1=2)[ACCESS_1].version == 1
    assert AnswerChange.objects.count() == 1


def test_an_answer_of_somebody_else_is_shown_and_not_overwritten(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    found = answered(made, cast.bob, seen={}, access_1=4, access_2=1)
    assert found[ACCESS_1].theirs == Answer.objects.get(item=ACCESS_1)
    assert (found[ACCESS_2].theirs, found[ACCESS_2].version) == (None, 1)
    assert Answer.objects.get(item=ACCESS_1).value == 2


def test_whoever_has_seen_the_other_answer_may_replace_it(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    answered(made, cast.bob, seen={ACCESS_1: 1}, access_1=4)
    assert Answer.objects.get(item=ACCESS_1).by == cast.bob
    assert AnswerChange.objects.count() == 2


def test_two_people_who_say_the_same_do_not_disagree(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    assert answered(made, cast.bob, seen={}, access_1=2)[ACCESS_1].theirs is None


def test_a_person_with_two_windows_does_not_disagree_with_herself(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    assert answered(made, cast.alice, seen={}, access_1=3)[ACCESS_1].theirs is None
    assert Answer.objects.get().value == 3


def test_what_does_not_apply_says_why(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    with pytest.raises(Refused, match="sans objet"):
        save_answers(
            assessment=made,
            replies={ACCESS_1: a_reply("n", " ")},
            seen={},
            author=Author.of(cast.alice),
        )


@pytest.mark.parametrize(("item", "value"), [(ACCESS_1, 9), ("demo.nothing.1", 1)])
def test_a_level_or_a_question_that_does_not_exist_is_refused(
    cast: Cast, item: str, value: int
) -> None:
    made = an_assessment(cast.home, cast.alice)
    replies: dict[str, Reply] = {item: a_reply(value)}
    with pytest.raises(Refused):
        save_answers(assessment=made, replies=replies, seen={}, author=Author.of(cast.alice))


def test_an_assessment_that_is_finished_takes_no_answer_until_it_is_reopened(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice)
    with pytest.raises(Refused, match="terminée"):
        answered(made, cast.alice, access_1=4)
    actions.reopen(assessment=made, by=cast.alice)
    assert answered(made, cast.alice, access_1=4)[ACCESS_1].version == 2


def test_opening_twice_gives_the_same_assessment(cast: Cast) -> None:
    first = an_assessment(cast.home, cast.alice)
    assert an_assessment(cast.home, cast.alice) == first
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_the_next_assessment_remembers_the_last(cast: Cast) -> None:
    first = a_submitted(cast.home, cast.alice)
    actions.share(assessment=first, with_region=True, with_grouping=False, by=cast.alice)
    second = an_assessment(cast.home, cast.alice)
    assert (second.previous, second.given, second.shared_with_region) == (first, {}, True)


def test_gaps_become_findings_and_what_is_not_known_does_not(cast: Cast) -> None:
    made = a_submitted(cast.home, cast.alice, access_1=1, access_2=4, backup_1="u", backup_2="n")
    (found,) = Finding.objects.all()
    assert (found.source_kind, found.subject, found.key) == ("assessment", "demo", ACCESS_1)
    assert "niveau 1. On voit le niveau 1" in found.detail
    actions.reopen(assessment=made, by=cast.alice)
    answered(made, cast.alice, access_1=3)
    actions.submit(assessment=made, today=TODAY, by=cast.alice)
    found.refresh_from_db()
    assert found.mended_on == TODAY


def test_an_empty_assessment_is_not_finished(cast: Cast) -> None:
    with pytest.raises(Refused, match="Aucune question"):
        actions.submit(assessment=an_assessment(cast.home, cast.alice), today=TODAY, by=cast.alice)


def test_a_closed_establishment_keeps_its_answers_and_takes_no_other(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    cast.home.closed_on = TODAY
    cast.home.save()
    made = Assessment.objects.select_related("establishment").get()
    with pytest.raises(Refused, match="n’est plus au registre"):
        answered(made, cast.alice, access_1=4)
    with pytest.raises(Refused, match="n’est plus au registre"):
        actions.open_assessment(
            establishment=cast.home, framework=a_stored(), today=TODAY, by=cast.alice
        )
    assert Answer.objects.get().value == 2


def test_the_answers_of_a_closed_establishment_go_to_the_one_that_follows_it(cast: Cast) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2, backup_1="u")
    with pytest.raises(Refused, match="ouvert"):
        actions.carry_over(assessment=made, to=cast.hospital, today=TODAY, by=cast.alice)
    made.establishment.closed_on = TODAY
    made.establishment.save()
    new = actions.carry_over(assessment=made, to=cast.hospital, today=TODAY, by=cast.alice)
    assert (made.state, new.state, new.answered, new.unknown) == ("archived", "draft", 1, 1)
    origins = Answer.objects.filter(assessment=new).values_list("item", "origin")
    assert set(origins) == {(ACCESS_1, "carried"), (BACKUP_1, "carried")}
    with pytest.raises(Refused, match="déjà"):
        actions.carry_over(assessment=made, to=cast.hospital, today=TODAY, by=cast.alice)


def test_classes_of_entity_choose_the_questions(cast: Cast) -> None:
    items = [an_item("demo.a.1", groups=["EI"]), an_item("demo.a.2", groups=["EE"])]
    framework = a_framework(
        "demo", Theme("a", "A", items=items), groups=[Group("EI", "Importante"), Group("EE", "E")]
    )
    made = an_assessment(cast.home, cast.alice, framework)
    actions.choose_groups(assessment=made, groups=["EI"], by=cast.alice)
    assert (made.total, made.groups) == (1, ["EI"])
    with pytest.raises(Refused, match="catégorie"):
        actions.choose_groups(assessment=made, groups=["XX"], by=cast.alice)


def test_acts_are_journaled_and_answers_are_in_their_own_history(cast: Cast) -> None:
    a_submitted(cast.home, cast.alice)
    acts = list(JournalEntry.objects.order_by("pk").values_list("act", flat=True))
    assert acts[:2] == ["open_assessment", "submit_assessment"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessments_answerchange SET value = 4",
        "DELETE FROM assessments_answerchange",
        "DELETE FROM assessments_answerchange WHERE version = 1",
    ],
)
def test_the_database_refuses_to_change_what_was_answered(cast: Cast, statement: str) -> None:
    made = an_assessment(cast.home, cast.alice)
    answered(made, cast.alice, access_1=2)
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        connection.cursor().execute(statement)
    assert AnswerChange.objects.get().value == 2


def test_the_examination_sees_that_answers_are_not_protected_any_more(cast: Cast) -> None:
    before = protection.is_put(connection)
    protection.lift_from(connection, ANSWERS)
    during = protection.is_put(connection)
    protection.put_on(connection, ANSWERS)
    assert (before, during, protection.is_put(connection)) == (True, False, True)
