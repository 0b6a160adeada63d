"""What reports hold, in the words of the pages: names of a directory are hostile until shown."""

from django import template
from django.utils.safestring import SafeString

from rempart.engines.directory.report import ObjectRef
from rempart.render import french, words
from rempart.render.text import name
from rempart.web.apps.remediation.templatetags.plan import day as in_french

register = template.Library()


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
def file_size(octets: int) -> str:
    """Bytes in the units that people read."""
    return french.size(octets)


@register.filter
def picture(svg: str) -> SafeString:
    """A drawing of ours, which escapes each of its labels."""
    return SafeString(svg)
