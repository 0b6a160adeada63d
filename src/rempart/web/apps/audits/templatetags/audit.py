"""What reports hold, in the words of the pages: names of a directory are hostile until shown."""

from django import template
from django.utils.safestring import SafeString

from rempart.engines.directory.report import ObjectRef
from rempart.render import french, words
from rempart.render.html.page import safe_link
from rempart.render.text import name, visible
from rempart.web.apps.remediation.templatetags.plan import day as in_french

register = template.Library()


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
def object_name(ref: ObjectRef) -> str:
    """How an object is called."""
    return name(ref.name or ref.dn or ref.id)


@register.filter
def object_kind(ref: ObjectRef) -> str:
    """What an object is."""
    return words.kind(ref.kind)


@register.filter
def day(when: object) -> str:
    """A date, or its ISO text → 14 novembre 2026, 1er mars 2026."""
    return in_french(when)


@register.filter
def at_most(level: int) -> str:
    """« ≤ 2 »: what was not measured may lower it."""
    return f"≤{french.NBSP}{level}"


@register.filter
def duration(minutes: int) -> str:
    """Minutes of an administrator, in hours or days."""
    return french.duration(minutes)


@register.filter
def file_size(octets: int) -> str:
    """Bytes in the units that people read."""
    return french.size(octets)


@register.filter
def link(url: str) -> str:
    """The address when it is a plain https one, else nothing."""
    return safe_link(url)


@register.filter
def picture(svg: str) -> SafeString:
    """A drawing of ours, which escapes each of its labels."""
    return SafeString(svg)


@register.simple_tag
def counted(count: int, one: str, many: str = "") -> str:
    """« 3 constats », « 0 constat »."""
    return french.counted(count, one, many)
