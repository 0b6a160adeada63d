"""One self-contained page: templates, style, script, and the policy that forbids everything else."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rempart.engines.directory.severity import severity_of
from rempart.kernel.french import plural
from rempart.render import french, severity, words
from rempart.render.text import name, visible


def asset(filename: str) -> str:
    """A file of the `assets` folder."""
    return files("rempart.render.html").joinpath("assets", filename).read_text("utf-8").strip()


def digest(text: str) -> str:
    """The hash of an inline block, as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def safe_link(url: str) -> str:
    """The address when it is a plain https one, else nothing: a report may have been tampered with."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname and url.isprintable() else ""


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def _markup(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 (pictures escape each label themselves)


@cache
def environment() -> Environment:
    """The templates: every value is escaped, and cleared of what is invisible, whatever the template does."""
    found = Environment(
        loader=PackageLoader("rempart.render.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "name": name,
        "number": french.number,
        "day": french.day,
        "duration": french.duration,
        "size": french.size,
        "sentence": french.sentence,
        "kind": words.kind,
        "kinds": words.kinds,
        "picture": _markup,
        "severity_class": severity.severity_class,
        "severity_of": severity_of,
        "severity_title": severity.severity_title,
        "severity_word": severity.severity_word,
        "level_meaning": words.level_meaning,
        "link": safe_link,
    }
    found.globals |= {
        "counted": french.counted,
        "plural": plural,
        "percent": french.percent,
        "level_words": words.level_words,
        "severity_legend": severity.severity_legend,
    }
    return found


def render(template: str, **context: object) -> str:
    """A whole HTML document."""
    style, script = asset("report.css"), asset("report.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        environment()
        .get_template(template)
        .render(style=Markup(style), script=Markup(script), policy=policy, **context)  # noqa: S704 (our own files)
    )
