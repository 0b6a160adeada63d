"""Stored frameworks and assessments."""

from datetime import date
from typing import Any

from rempart.content.frameworks import Framework
from rempart.engines.maturity.answers import NOT_APPLICABLE, UNKNOWN, Given, at
from rempart.web.apps.accounts.models import User
from rempart.web.apps.assessments import actions, delegating
from rempart.web.apps.assessments.answering import Author, Outcome, save_answers
from rempart.web.apps.assessments.models import Assessment, Campaign
from rempart.web.apps.assessments.rules import Reply, version_of
from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.frameworks.actions import Origin, keep
from rempart.web.apps.frameworks.models import StoredFramework
from support.frameworks import a_framework

TODAY = date(2026, 6, 1)
ACCESS_1, ACCESS_2, BACKUP_1, BACKUP_2 = (
    f"demo.{theme}.{n}" for theme in ("access", "backup") for n in (1, 2)
)


def a_stored(framework: Framework | None = None, **fields: Any) -> StoredFramework:
    """A framework in the base."""
    found = framework or a_framework(**fields)
    known = StoredFramework.objects.filter(framework_id=found.id, version=found.version).first()
    return known or keep(found, Origin.SHIPPED)


def an_assessment(
    establishment: Establishment, by: User, framework: Framework | None = None
) -> Assessment:
    """An assessment without an answer."""
    return actions.open_assessment(
        establishment=establishment, framework=a_stored(framework), today=TODAY, by=by
    )


def a_reply(value: int | str, note: str = "") -> Reply:
    """A level, « u » or « n »."""
    given: dict[Any, Given] = {"u": UNKNOWN, "n": NOT_APPLICABLE}
    return Reply(given.get(value) or at(int(value)), note)


def answered(
    assessment: Assessment, by: User, seen: dict[str, int] | None = None, **values: int | str
) -> dict[str, Outcome]:
    """Answer items by the end of their names: `access_1=3`."""
    names = {name: f"{assessment.framework_id}.{name.replace('_', '.')}" for name in values}
    return save_answers(
        assessment=assessment,
        replies={
            names[name]: a_reply(value, "Parce que." if value == "n" else "")
            for name, value in values.items()
        },
        seen=seen
        if seen is not None
        else {item: version_of(assessment.given, item) for item in names.values()},
        author=Author.of(by),
    )


def a_submitted(establishment: Establishment, by: User, **values: int | str) -> Assessment:
    """A finished assessment."""
    made = an_assessment(establishment, by)
    answered(made, by, **(values or {"access_1": 1, "access_2": 4, "backup_1": "u"}))
    return actions.submit(assessment=made, today=TODAY, by=by)


def an_asked_question(cast: Any) -> dict[str, dict[str, Any]]:
    """Route → arguments: an assessment of Alice's home, a link to one of its questions, a campaign of Rose."""
    made = an_assessment(cast.home, cast.alice)
    save_answers(
        assessment=made,
        replies={ACCESS_1: a_reply(1, "Constat a")},
        seen={},
        author=Author.of(cast.alice),
    )
    sent = delegating.delegate(
        assessment=made,
        items=[ACCESS_1],
        recipient=delegating.Recipient("info@prestataire.test"),
        days=7,
        by=cast.alice,
    )
    campaign = Campaign.objects.create(
        framework_id=made.framework_id,
        version=made.version,
        digest=made.digest,
        title="Une campagne",
        level="region",
        code="53",
        launched_by=cast.rose,
        opens_on=TODAY,
    )
    one = {"pk": made.pk}
    return {
        "assessment_": one,
        "assessment_question": one | {"item": ACCESS_1},
        "assessment_question_sheet": one | {"item": ACCESS_1},
        "assessment_comment": one | {"item": ACCESS_1},
        "assessment_document": one | {"form": "reponses.csv"},
        "verification_of": {"code": "0000-0000-0000"},
        "assessment_theme": one | {"theme": "access"},
        "delegated_questions": one,
        "delegated_question_revoke": {"pk": sent.question.pk},
        "delegated_answer": {"token": sent.token},
        "framework": {"name": made.framework_id},
        "framework_library": {"name": made.framework_id},
        "campaign_": {"pk": campaign.pk},
        "grouping_answers": {"code": "BRE-07", "framework": made.framework_id},
    }
