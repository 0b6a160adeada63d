"""A bundle of known holes made for a test: one hole of one product."""

from rempart.engines.exposure.feeds.bundle import (
    Affected,
    Bundle,
    Contents,
    Exploited,
    Hole,
    Origin,
    Span,
)

HOLE = "CVE-2099-0001"


def bundle(key: str, high: str, *, exploited: bool = True, **more: object) -> Bundle:
    """One hole of one product, in all versions below `high`; the ranges of all exploited holes are known."""
    contents = Contents(
        kev={HOLE: Exploited("2026-01-01", key, "x", True)} if exploited else {},
        epss={HOLE: 0.4},
        holes={HOLE: Hole("x", 7.5)},
        affected={key: [Affected(HOLE, [Span("", high)])]},
        **more,  # type: ignore[arg-type]
    )
    names = ("kev", "epss", "holes", "life", "libraries")
    origins = [Origin(name, name, "", "", "2026-05-20", 1) for name in names]
    return Bundle(contents, origins, made_on="2026-05-21")
