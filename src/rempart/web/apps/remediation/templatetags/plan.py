"""The states of actions and findings, in words; a tone never carries the meaning alone."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from rempart.render import french
from rempart.web.apps.remediation.costs import costs_of
from rempart.web.apps.remediation.models import Action, Finding
from rempart.web.apps.remediation.plain import Plain
from rempart.web.apps.remediation.planning import SharedAction
from rempart.web.apps.remediation.states import OPEN, State
from rempart.web.core.templatetags import ui

register = template.Library()

TONES: Final[dict[str, str]] = {
    State.PROPOSED: "none",
    State.PLANNED: "none",
    State.UNDER_WAY: "warn",
    State.CLOSED: "said",
    State.VERIFIED: "seen",
    State.ABANDONED: "none",
    State.ACCEPTED: "said",
}


@register.simple_tag
def action_state(*, action: Action) -> SafeString:
    """Where an action is: what is declared looks otherwise than what is verified."""
    return ui.tag(words=State(action.state).label, tone=TONES[action.state])


@register.simple_tag
def action_cost(*, action: Action) -> str:
    """What an action costs, in words."""
    return costs_of(action).words


@register.simple_tag
def shared_cost(*, shared: SharedAction) -> str:
    """What a shared action costs in all."""
    parts = []
    if shared.days is not None:
        parts.append(f"{french.number(round(shared.days, 1))} j")
    if shared.euros:
        parts.append(f"{french.number(shared.euros)} €")
    if shared.euros_per_year:
        parts.append(f"puis {french.number(shared.euros_per_year)} € par an")
    return ", ".join(parts) or "à estimer"


@register.filter
def plain_of(plains: Mapping[int, Plain], action: Action) -> Plain:
    """An action in plain words."""
    return plains.get(action.pk) or Plain(action.title)


@register.filter
def rounded(value: float | None, decimals: int = 1) -> str:
    """12.345 → 12,3; with 0, a whole number."""
    if value is None:
        return "–"
    return french.number(round(value, 1) if decimals else round(value))


@register.filter
def cut_in(words: str) -> list[str]:
    """« 50,150 » → each in turn."""
    return words.split(",")


@register.simple_tag
def finding_state(*, finding: Finding) -> SafeString:
    """Whether a finding is open, mended, or was not measured again."""
    if finding.mended_on:
        return ui.tag(words="corrigé", tone="ok")
    if finding.not_remeasured_on:
        return ui.tag(words="non remesuré", tone="none")
    return ui.tag(words="ouvert", tone="warn")


@register.filter
def day(when: object) -> str:
    """A date, or its ISO text → 14 novembre 2026, 1er mars 2026."""
    local = timezone.localtime(when) if isinstance(when, datetime) else when
    return french.day(str(local or ""))


@register.filter
def is_overdue(action: Action, today: date | None = None) -> bool:
    """Whether its day is past and it is still to be done."""
    day = today or timezone.localdate()
    return bool(action.due_on and action.due_on < day and action.state in OPEN)
