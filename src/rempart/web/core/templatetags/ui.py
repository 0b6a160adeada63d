"""Components of the screens: keyword-only tags that refuse what makes no sense."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

TONES = ("ok", "warn", "bad", "none", "said", "seen")


@register.simple_tag
def tag(*, words: str, tone: str) -> SafeString:
    """A small label: a state in words, with a tone that never carries the meaning alone."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"tag: unknown tone {tone!r}")
    return format_html('<span class="tag {}">{}</span>', tone, words)
