"""Texts that came from outside (a directory, a target, a report), hostile until shown; every page has these filters."""

from django import template

from rempart.render import french
from rempart.render.html.page import safe_link
from rempart.render.text import name, visible

register = template.Library()

register.simple_tag(french.counted, name="counted")


@register.filter
def shown(text: str) -> str:
    """A name on one line, what is invisible in it made visible."""
    return name(text)


@register.filter
def shown_lines(text: str) -> str:
    """A text of several lines, what is invisible in it made visible."""
    return visible(text)


@register.filter
def prose(text: str) -> str:
    """A text of the catalogue or of a report, a capital first and a full stop last."""
    return french.sentence(visible(text))


@register.filter
def duration(minutes: int) -> str:
    """Minutes of an administrator, in hours or days."""
    return french.duration(minutes)


@register.filter
def link(url: str) -> str:
    """The address when it is a plain https one, else nothing."""
    return safe_link(url)
