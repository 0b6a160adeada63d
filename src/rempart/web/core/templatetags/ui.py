"""Components of the screens: keyword-only tags that refuse what makes no sense.

Each is shown, with its code, on the gallery page. Pages use these rather than their own markup.
"""

from typing import Any, Final, cast

from django import template
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rempart.content.severity import Severity
from rempart.render import french
from rempart.render.severity import (
    severity_delay,
    severity_legend,
    severity_points,
    severity_word,
)
from rempart.web.core.charts import france
from rempart.web.core.charts.chart import Chart

register = template.Library()
register.simple_tag(severity_points)

TONES: Final = ("ok", "warn", "bad", "none", "said", "seen")
CALLOUTS: Final = ("", "ok", "warn", "bad")
MESSAGE_TONES: Final = {"success": "ok", "warning": "warn", "error": "bad"}
LEVELS: Final = 5
SEVERITY_TONES: Final = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "warn",
    Severity.MEDIUM: "none",
    Severity.LOW: "none",
    Severity.INFO: "none",
}


def one_of(component: str, name: str, value: str, allowed: tuple[str, ...]) -> str:
    """The value, or a loud error: a misspelt tone would otherwise show as nothing."""
    if value not in allowed:
        raise template.TemplateSyntaxError(
            f"{component}: {name} must be one of {', '.join(map(repr, allowed))}, not {value!r}"
        )
    return value


@register.filter
def number(value: int | float | None) -> str:
    """3128 → 3 128; None → a dash, which is not a zero."""
    return "–" if value is None else french.number(value)


@register.filter
def message_tone(level: str) -> str:
    """The tone of a callout for a message of the framework."""
    return MESSAGE_TONES.get(level, "")


@register.simple_tag
def tag(*, words: object, tone: str) -> SafeString:
    """A small label: a state in words, with a tone that never carries the meaning alone."""
    one_of("tag", "tone", tone, TONES)
    return format_html('<span class="tag {}">{}</span>', tone, words)


@register.simple_tag
def severity(*, of: str, with_delay: bool = False) -> SafeString:
    """How much a finding weighs, in the words of every report; on its own page, by when to deal with it too."""
    label = tag(words=severity_word(of), tone=SEVERITY_TONES[Severity(of)])
    return format_html("{} {}", label, severity_delay(of)) if with_delay else label


@register.simple_tag(name="severity_legend")
def legend_of_severities() -> SafeString:
    """What the words of severity ask for, beside the first list that uses them."""
    return format_html('<div class="src">{}</div>', severity_legend())


@register.simple_tag
def level(*, value: int, at_most: bool = False) -> SafeString:
    """The five steps of a level as a bar, for the eye only: the words beside it say the same."""
    if not 0 <= value <= LEVELS:
        raise template.TemplateSyntaxError(f"level: from 0 to {LEVELS}, not {value!r}")
    steps = (("on" if k < value else "",) for k in range(LEVELS))
    words = f"Niveau {value}{' au plus' if at_most else ''} sur {LEVELS}"
    return format_html(
        '<div class="level" role="img" aria-label="{}">{}</div>',
        words,
        format_html_join("", '<i class="{}"></i>', steps),
    )


@register.inclusion_tag("components/tile.html")
def tile(
    *,
    title: str,
    value: object,
    unit: str = "",
    note: str = "",
    words: str = "",
    tone: str = "none",
    href: str = "",
    level: int | None = None,
    at_most: bool = False,
) -> dict[str, object]:
    """A figure that counts: its title, its value and unit, a state in a tag, a sentence under it."""
    one_of("tile", "tone", tone, TONES)
    return {
        "title": title, "value": value, "unit": unit, "note": note, "words": words, "tone": tone,
        "href": href, "level": level, "at_most": at_most,
    }  # fmt: skip


@register.simple_block_tag
def card(content: SafeString, *, title: str = "", id: str = "") -> SafeString:
    """A part of a page: a section when it has a heading."""
    named = format_html(' id="{}"', id) if id else ""
    if not title:
        return format_html('<div class="card"{}>{}</div>', named, content)
    return format_html('<section class="card"{}><h2>{}</h2>{}</section>', named, title, content)


@register.simple_block_tag
def callout(content: SafeString, *, tone: str = "", title: str = "") -> SafeString:
    """A paragraph that stands out: what was found, what to do."""
    one_of("callout", "tone", tone, CALLOUTS)
    heading = format_html("<h2>{}</h2>", title) if title else ""
    css = f"callout {tone}".strip()
    return format_html('<div class="{}">{}{}</div>', css, heading, content)


@register.simple_block_tag
def head(content: SafeString, *, title: str, sub: str = "") -> SafeString:
    """The head of a page: its title says the result; its block holds the actions, the main one last."""
    under = format_html('<p class="sub">{}</p>', sub) if sub else ""
    acts = format_html('<div class="do">{}</div>', content) if content.strip() else ""
    return format_html('<div class="head"><div><h1>{}</h1>{}</div>{}</div>', title, under, acts)


@register.simple_block_tag
def empty_state(content: SafeString, *, title: str) -> SafeString:
    """What will be here, and how to begin."""
    return format_html('<div class="empty"><h2>{}</h2>{}</div>', title, content)


@register.simple_tag
def crumbs(*pairs: object, **unknown: object) -> SafeString:
    """Where the page is: words and address in turn, the present page last, with words only."""
    if unknown or len(pairs) < 3 or len(pairs) % 2 == 0:
        raise template.TemplateSyntaxError("crumbs: words, address, …, then the words of this page")
    links = zip(pairs[:-1:2], pairs[1::2], strict=True)
    return format_html(
        '<nav class="crumbs" aria-label="Fil d’Ariane"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        format_html_join("", '<li><a href="{1}">{0}</a></li>', links),
        pairs[-1],
    )


@register.simple_tag
def progress(*, words: str, done: int, total: int | None = None) -> SafeString:
    """How far a long work is; without a total, that it goes on."""
    if total is not None and not 0 <= done <= total:
        raise template.TemplateSyntaxError(f"progress: {done} of {total}")
    if not total:
        return format_html("<label>{}<progress></progress></label>", words)
    said = f"{words} : {french.number(done)} sur {french.number(total)}"
    return format_html(
        '<label>{}<progress value="{}" max="{}"></progress></label>', said, done, total
    )


@register.inclusion_tag("components/error_summary.html")
def error_summary(*, form: BaseForm) -> dict[str, object]:
    """All that is wrong in a form, each linked to its field; nothing when all is well."""
    wrong = [(f, f.errors) for f in form if f.errors]
    return {"form": form, "wrong": wrong, "count": sum(len(e) for _, e in wrong)}


@register.inclusion_tag("components/figure.html")
def figure(*, chart: Chart, open: bool = False) -> dict[str, object]:
    """A picture with its caption, the sentence that says what to see in it, its table and its source."""
    return {"chart": chart, "open": open}


@register.simple_tag
def locator(
    *, longitude: float | None, latitude: float | None, department: str, words: str
) -> SafeString:
    """Where an establishment is: its department in its region, and a pin."""
    return france.locator(
        longitude=longitude, latitude=latitude, department=department, words=words
    )


def changed(context: template.Context, **values: object) -> str:
    """The query string of the present page with some values changed, and no page number."""
    request = cast(HttpRequest, context["request"])
    query: QueryDict = request.GET.copy()
    query.pop("page", None)
    for name, value in values.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **values: object) -> str:
    """The present address with some values changed: for links that keep the filters."""
    return changed(context, **values)


@register.simple_tag(takes_context=True)
def sort_header(
    context: template.Context,
    *,
    words: str,
    key: str,
    sort: str,
    numeric: bool = False,
    target: str = "",
) -> SafeString:
    """The head of a column that sorts: a link, its direction said to all. `sort` is `key` or `-key`."""
    direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    mark = {"ascending": " ▲", "descending": " ▼"}.get(direction, "")
    href = changed(context, tri=f"-{key}" if sort == key else key)
    return format_html(
        '<th scope="col"{}{}><a href="{}"{}>{}<span aria-hidden="true">{}</span></a></th>',
        format_html(' class="{}"', "num") if numeric else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        href,
        swapped(href, target),
        words,
        mark,
    )


def swapped(href: str, target: str) -> SafeString | str:
    """The attributes by which a link refreshes a part of the page only, where scripts run."""
    if not target:
        return ""
    return format_html(
        ' data-hx-get="{}" data-hx-target="#{}" data-hx-swap="outerHTML" data-hx-push-url="true"',
        href,
        target,
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, *, page: Any, target: str = "") -> dict[str, object]:
    """« 1–50 sur 3 128 » and the pages; `page` is a page of Django's paginator, or of ours."""
    paginator = page.paginator
    links = []
    for k in paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1):
        shown = isinstance(k, int)
        href = changed(context, page=None) if k == 1 else _page_href(context, k) if shown else ""
        links.append((k, href, swapped(href, target), k == page.number))
    return {
        "first": page.start_index(), "last": page.end_index(), "total": paginator.count, "links": links,
    }  # fmt: skip


def _page_href(context: template.Context, page: object) -> str:
    query = changed(context)
    return f"{query}{'&' if len(query) > 1 else ''}page={page}"
