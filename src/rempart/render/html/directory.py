"""The report of a directory audit as one HTML page."""

from collections.abc import Mapping, Sequence
from typing import Final

from rempart.engines.directory.report import ControlResult, Path, Report
from rempart.kernel.outcome import Outcome
from rempart.render import view
from rempart.render.french import number
from rempart.render.html.page import render
from rempart.render.svg.bars import Bar, bars, columns, of_buckets
from rempart.render.svg.map import LIMIT as MAP_LIMIT, map_of
from rempart.render.svg.path import narrow, wide
from rempart.render.words import CATEGORIES

SHOWN_OBJECTS: Final = 50
"""Objects listed in the page for one control; the workbook and the JSON report have all of them."""
SHOWN_PATHS: Final = 8
SHOWN_BARS: Final = 12
SHOWN_DISTANCES: Final = 8


def page(report: Report) -> str:
    """The whole report as a self-contained HTML document: no network, readable without script."""
    numbers = view.ranks(report.plan)
    domain = view.main_domain(report)
    return render(
        "report.html.j2",
        report=report,
        domain=domain,
        headline=view.headline(report),
        lead=view.lead(report),
        tiles=view.tiles(report),
        priorities=view.priorities(report),
        proof=view.proof(report.plan),
        minutes=view.plan_minutes(report.plan),
        rows=view.level_rows(report.level),
        failed=by_level(view.failed(report.controls)),
        gaps=view.gaps(report.controls),
        passed=[c for c in report.controls if c.outcome is Outcome.PASSED],
        moot=[c for c in report.controls if c.outcome is Outcome.NOT_APPLICABLE],
        extra=view.failed(report.unscored),
        extra_gaps=view.gaps(report.unscored),
        extra_passed=[c for c in report.unscored if c.outcome is Outcome.PASSED],
        categories=CATEGORIES,
        paths=drawn(report.exposure.paths[:SHOWN_PATHS], numbers, domain),
        uncuttable=drawn(report.plan.uncuttable[:SHOWN_PATHS], numbers, domain),
        overview=overview(report.exposure.paths, numbers, domain),
        map_limit=MAP_LIMIT,
        numbers=numbers,
        titles={c.id: c.title for c in [*report.controls, *report.unscored]},
        linked={c.id for c in [*view.failed(report.controls), *view.failed(report.unscored)]},
        charts=charts(report),
        by_kind=view.by_kind(report.exposure),
        crossing=drawn(
            report.convergence.crossing_paths[:SHOWN_PATHS] if report.convergence else [],
            numbers,
            "",
        ),
        shown=SHOWN_OBJECTS,
        fingerprint=fingerprint(report),
    )


def by_level(controls: Sequence[ControlResult]) -> list[tuple[int, list[ControlResult]]]:
    """Failed controls under the lowest level that each fails."""
    found: dict[int, list[ControlResult]] = {}
    for control in controls:
        found.setdefault(view.worst(control), []).append(control)
    return sorted(found.items())


def drawn(
    paths: Sequence[Path], numbers: Mapping[str, int], domain: str
) -> list[tuple[Path, str, str]]:
    """Each path with its two pictures, for a wide screen and for a narrow one."""
    return [(p, wide(p, numbers, domain), narrow(p, numbers, domain)) for p in paths if p.steps]


def overview(paths: Sequence[Path], numbers: Mapping[str, int], domain: str) -> str:
    """The paths together, when there are several to compare."""
    return map_of(paths, numbers, domain) if sum(bool(p.steps) for p in paths) > 1 else ""


def charts(report: Report) -> dict[str, str]:
    """The pictures of the exposure section; an empty one when there is nothing to draw."""
    exposure = report.exposure
    by_kind = of_buckets(view.by_kind(exposure), SHOWN_BARS)
    ous = of_buckets([b for b in exposure.by_ou if b.exposed], SHOWN_BARS)
    sites = of_buckets([b for b in exposure.by_site if b.exposed], SHOWN_BARS)
    steps = _distances(report)
    return {
        "kind": bars(by_kind, "Comptes exposés, par nature.") if by_kind else "",
        "ou": bars(ous, "Comptes exposés, par unité d’organisation.") if ous else "",
        "site": bars(sites, "Comptes exposés, par site.") if sites else "",
        "distance": columns(steps, "Comptes exposés, par nombre de pas jusqu’au cœur.")
        if steps
        else "",
    }


def _distances(report: Report) -> list[Bar]:
    found = [Bar(b.label, b.exposed, number(b.exposed)) for b in report.exposure.by_distance]
    if len(found) <= SHOWN_DISTANCES:
        return found
    kept, rest = found[: SHOWN_DISTANCES - 1], found[SHOWN_DISTANCES - 1 :]
    total = sum(b.value for b in rest)
    return [*kept, Bar(f"{rest[0].label} et plus", total, number(total))]


def fingerprint(report: Report) -> str:
    """The first and last characters of the hash of the first file, to tell two reports apart at a glance."""
    hashes = [f.sha256 for source in report.sources for f in source.files]
    return f"{hashes[0][:8]}…{hashes[0][-4:]}" if hashes else ""
