"""Script libraries of a site that have known holes in the version that it serves."""

from collections.abc import Iterator
from typing import Final

from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.checks.hole import NO_BUNDLE
from rempart.engines.exposure.checks.http_headers import passing_error
from rempart.engines.exposure.feeds.bundle import Bundle, LibraryHole
from rempart.engines.exposure.feeds.spans import holds
from rempart.engines.exposure.feeds.versions import compare
from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product
from rempart.kernel.french import counted

# The lightest first; what is for information asks for nothing.
_ORDER: Final = SEVERITIES[-2::-1]


@check("hole_js_library", HttpSeen)
def js_library(seen: HttpSeen, context: Context) -> Iterator[Verdict]:
    """A page loads a script library in a version that has known holes."""
    bundle: Bundle | None = context.holes
    if not seen.libraries:
        yield passing_error(seen) or not_applicable(
            "Aucune bibliothèque de scripts n’a été reconnue."
        )
    elif bundle is None or not bundle.has("libraries"):
        yield unmeasured(NO_BUNDLE)
    else:
        for library in seen.libraries:
            yield _of_library(library, bundle, context)


def _of_library(library: Product, bundle: Bundle, context: Context) -> Verdict:
    day = bundle.as_of("libraries")
    known = bundle.contents.libraries.get(library.id)
    if known is None:
        return passed(f"{library.name} : aucune faille connue", data_as_of=day)
    if not library.version:
        return unmeasured(f"{library.name} : sa version ne se voit pas.", data_as_of=day)
    holes = [hole for hole in known.holes if _has(hole, library.version)]
    if not holes:
        return passed(f"{library.name} {library.version}", data_as_of=day)
    names = sorted({name for hole in holes for name in hole.holes})
    worst = max((h.severity for h in holes if h.severity in _ORDER), key=_ORDER.index, default="")
    weights: dict[str, str] = context.params.get("severities", {})
    shown = ", ".join(names[:4]) or holes[0].summary
    return failed(
        f"{library.name} {library.version} a {counted(len(holes), 'faille connue', 'failles connues')} : {shown}.",
        library.proof or f"{library.name} {library.version}",
        severity=weights.get(worst, ""),
        confidence=Confidence.PROBABLE,
        product=library.id,
        cves=tuple(names),
        data_as_of=day,
    )


def _has(hole: LibraryHole, version: str) -> bool:
    if any(compare(version, other) == 0 for other in hole.excludes):
        return False
    return holds(hole.span, version) is True
