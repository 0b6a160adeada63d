"""The states and answers of assessments, in words; a tone never carries the meaning alone."""

from datetime import date
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString

from rempart.engines.maturity.score import Range
from rempart.kernel.french import plural
from rempart.render import french
from rempart.web.apps.assessments import rules
from rempart.web.apps.assessments.models import Answer, AnswerChange, Assessment, Origin
from rempart.web.apps.assessments.results import ItemLine
from rempart.web.apps.assessments.rules import range_words
from rempart.web.apps.assessments.states import State
from rempart.web.core.templatetags import ui

register = template.Library()

TONES: Final[dict[str, str]] = {
    State.DRAFT: "warn",
    State.REOPENED: "warn",
    State.SUBMITTED: "ok",
    State.ARCHIVED: "none",
}
WORDS: Final = {"unknown": "Je ne sais pas", "not_applicable": "Sans objet"}


@register.simple_tag
def assessment_state(*, assessment: Assessment) -> SafeString:
    """Where an assessment is."""
    if assessment.is_open and assessment.last_answer_at is None:
        return ui.tag(words="pas commencée", tone="none")
    return ui.tag(words=State(assessment.state).label, tone=TONES[assessment.state])


@register.filter
def score_words(found: Range | None) -> str:
    """A range in words."""
    return range_words(found)


@register.filter
def slug(name: str) -> str:
    """An item id as an identifier of a page may be: without dots."""
    return name.replace(".", "-")


@register.filter
def said(answer: Answer | AnswerChange) -> str:
    """An answer in a word."""
    return f"Niveau {answer.value}" if answer.value is not None else WORDS.get(answer.kind, "–")


@register.filter
def origin_words(answer: Answer | AnswerChange) -> str:
    """How an answer came, in words."""
    return Origin(answer.origin).label


@register.filter
def chosen(line: ItemLine) -> str:
    """What a form shows of the present answer: a level, `unknown`, `not_applicable`, or nothing."""
    given = line.given
    if given is None:
        return ""
    return str(given.kind if given.value is None else given.value)


@register.filter
def of_key(table: dict[str, Any], key: str) -> Any:
    """A value of a table."""
    return table.get(key)


@register.filter
def title_of(titles: dict[str, str], versioned: Any) -> str:
    """The short title of a version of a framework."""
    return titles.get(versioned.digest, str(versioned.framework_id))


@register.filter
def ago(day: date, today: date) -> str:
    """« il y a 120 jours »."""
    return rules.ago(day, today)


@register.filter
def days(count: float) -> str:
    """1.5 → « 1,5 jour », 0.25 → « deux heures »."""
    if count <= 0.25:
        return "deux heures"
    if count <= 0.5:
        return "une demi-journée"
    return f"{french.number(float(count))} {plural(int(count), 'jour')}"
