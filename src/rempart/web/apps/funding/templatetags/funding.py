"""Amounts and parts, in words."""

from decimal import Decimal

from django import template

from rempart.web.apps.funding import saying
from rempart.web.apps.funding.standing import percent

register = template.Library()


@register.filter
def euros(value: Decimal | None) -> str:
    """12345.6 → 12 345,60 €; a dash when it is not known."""
    return saying.euros(value)


@register.filter
def part(value: Decimal) -> str:
    """0.6549 → 65,4 %."""
    return percent(value)
