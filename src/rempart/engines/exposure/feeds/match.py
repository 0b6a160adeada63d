"""From a product seen to its known holes and its end of life, with how sure it is and what could not be decided.

Three degrees are kept apart: a build that its fingerprint alone proves (confirmed), a version that the vendor's
software announces (probable), a banner of a distribution, which mends without changing its number (possible).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from rempart.content.exposure_versions import version_names
from rempart.content.fingerprints import exposure_products
from rempart.engines.exposure.feeds.bundle import Affected, Bundle, Cycle, Life, Span
from rempart.engines.exposure.feeds.names import PACKAGE, key_of_cpe, key_of_names
from rempart.engines.exposure.feeds.spans import holds
from rempart.engines.exposure.feeds.versions import begins_with, compare, parse
from rempart.engines.exposure.registry import Confidence
from rempart.engines.exposure.seen.common import Seen
from rempart.engines.exposure.seen.services import Product

EXCHANGE: Final = "exchange"
NETSCALER: Final = "netscaler"
_MOST_REMEMBERED: Final = 20_000
_EDITION: Final = re.compile(r"-(?:fips|ndcpp)", re.IGNORECASE)
_CERTIFIED_BUILD: Final = re.compile(r"(?P<branch>[0-9]+\.[0-9]+)-[0-9]+\.[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Matched:
    """What the bundle says of one product.

    `holes` are those that its version has, the worst first; `undecided` those whose range could not be compared with a
    version as short as the one seen; `unplaced` the exploited ones that name the product and for which the bundle has
    no range; `is_covered` whether it has any range for it; `mended_in` the first version without any of `holes`.
    """

    confidence: Confidence
    holes: tuple[str, ...]
    undecided: tuple[str, ...]
    unplaced: tuple[str, ...]
    is_covered: bool
    mended_in: str = ""
    inferred: frozenset[str] = frozenset()  # of `holes`, those deduced and not stated


@dataclass(frozen=True, slots=True)
class Ending:
    """The branch of a product. `ends_on` is None when no end is announced; `is_over` says it without a day."""

    title: str
    branch: str
    ends_on: date | None
    is_over: bool
    paid_until: date | None
    latest: str


def confidence_of(product: Product) -> Confidence:
    """How sure the version of a product is."""
    if product.packaged or (not product.is_unique_build and distribution_of(product)):
        return Confidence.POSSIBLE
    return Confidence.CONFIRMED if product.is_unique_build else Confidence.PROBABLE


def distribution_of(product: Product) -> str:
    """The distribution that ships this very version, "" when none is known to."""
    names = version_names().get(product.id)
    return names.packaged.get(product.version, "") if names and product.version else ""


def keys_of(product: Product) -> list[str]:
    """The keys « vendor:product » under which the lists may hold it."""
    known = exposure_products().get(product.id)
    names = version_names().get(product.id)
    keys = [key_of_cpe(product.cpe), key_of_cpe(known.cpe) if known else ""]
    keys += names.keys if names else []
    if known is None:
        keys.append(key_of_names(product.vendor or product.id, product.name))
    alone = [f"{PACKAGE}:{key.partition(':')[2]}" for key in keys[:2] if key]
    return [key for key in dict.fromkeys([*keys, *alone]) if key]


def products_with_builds(seen: Seen, bundle: Bundle) -> list[Product]:
    """The products of an observation, with the build that a table of the bundle proves when the product hides it."""
    products: list[Product] = list(getattr(seen, "products", []))
    details: dict[str, str] = getattr(seen, "details", {})
    return [
        _with_build(product, details, bundle)
        if product.id == NETSCALER and not product.version
        else product
        for product in products
    ]


def _with_build(product: Product, details: dict[str, str], bundle: Bundle) -> Product:
    stamp, page_hash = details.get("netscaler_stamp", ""), details.get("netscaler_vhash", "")
    for build in bundle.contents.netscaler:
        is_it = (stamp.isdigit() and build.stamp == int(stamp) and build.stamp) or (
            page_hash and build.page_hash == page_hash
        )
        if is_it:
            return Product(
                id=product.id,
                name=product.name,
                vendor=product.vendor,
                version=build.version,
                cpe=product.cpe,
                proof=f"compilation reconnue ({stamp or page_hash})",
                is_unique_build=True,
            )
    return product


def match(product: Product, bundle: Bundle) -> Matched:
    """The known holes of a product. A product without a version has only `unplaced` ones. The same product seen on many
    endpoints is looked up once."""
    plain = msgspec.structs.replace(product, proof="")
    found = bundle.matched.get(plain)
    if not isinstance(found, Matched):
        if len(bundle.matched) >= _MOST_REMEMBERED:
            bundle.matched.clear()
        found = bundle.matched[plain] = _match(plain, bundle)
    return found


def _match(product: Product, bundle: Bundle) -> Matched:
    keys = keys_of(product)
    listed = {hole for key in keys for hole in bundle.exploited_by_key.get(key, ())}
    if product.id == EXCHANGE and bundle.contents.exchange and product.version:
        found = _of_exchange(product, bundle)
        if found is not None:
            return found
    rows = [row for key in keys for row in bundle.contents.affected.get(key, ())]
    if not product.version:
        return Matched(confidence_of(product), (), (), tuple(sorted(listed)), is_covered=bool(rows))
    yes, unsure, bounds = _placed(rows, product.version)
    unplaced = listed - {row.hole for row in rows}
    return Matched(
        confidence_of(product),
        tuple(sorted(yes, key=lambda hole: worst_first(hole, bundle))),
        tuple(sorted(unsure - yes)),
        tuple(sorted(unplaced)),
        is_covered=bool(rows),
        mended_in=_highest(bounds, product.version),
    )


def worst_first(hole: str, bundle: Bundle) -> tuple[bool, float, float, str]:
    """Exploited ones first, then by score, then by probability, then by name."""
    known = bundle.contents.holes.get(hole)
    score = known.cvss if known and known.cvss is not None else 0.0
    return hole not in bundle.contents.kev, -score, -bundle.contents.epss.get(hole, 0.0), hole


def _placed(rows: Iterable[Affected], version: str) -> tuple[set[str], set[str], list[str]]:
    """Holes that hold the version, holes that may, and the upper bounds that the version is below."""
    yes: set[str] = set()
    unsure: set[str] = set()
    bounds: list[str] = []
    for row in rows:
        if any(compare(version, exact) == 0 for exact in row.exact):
            yes.add(row.hole)
        for span in _of_edition(row.spans, version):
            inside = holds(span, version)
            if inside:
                yes.add(row.hole)
                bounds.append(_after(span))
            elif inside is None and parse(version) is not None:
                unsure.add(row.hole)
    return yes, unsure, bounds


def _of_edition(spans: Sequence[Span], version: str) -> Sequence[Span]:
    """The ranges of the edition that a build of NetScaler is of: certified ones (FIPS, NDcPP) have a number of three figures
    after the branch and the train, and their own mends. Every range, for all other software."""
    editions = [span for span in spans if _EDITION.search(span.low)]
    if not editions:
        return spans
    build = _CERTIFIED_BUILD.fullmatch(version)
    own = [span for span in editions if build and begins_with(span.low, build["branch"])]
    return own or [span for span in spans if span not in editions]


def _after(span: Span) -> str:
    return "" if span.is_high_in else span.high


def _highest(bounds: list[str], version: str) -> str:
    """The highest of the bounds; "" when one of them does not say which version mends, or is of another major one."""
    major = version.lstrip("vVrR ").partition(".")[0]
    if not bounds or not all(begins_with(bound, major) for bound in bounds):
        return ""
    best = bounds[0]
    for bound in bounds[1:]:
        best = bound if (compare(bound, best) or 0) > 0 else best
    return best


def _of_exchange(product: Product, bundle: Bundle) -> Matched | None:
    """The holes of a build; of a build told by three numbers, those of all the builds that it can be."""
    table = bundle.contents.exchange
    version = parse(product.version)
    if version is None:
        return None
    same = [build for number, build in table.items() if compare(number, product.version) == 0]
    near = same or [
        build for number, build in table.items() if begins_with(number, product.version)
    ]
    if not near or (not same and len(version.numbers) < 3):
        return None
    stated = set.intersection(*(set(build.holes) for build in near))
    common = set.intersection(*({*build.holes, *build.inferred} for build in near))
    every = set.union(*({*build.holes, *build.inferred} for build in near))
    is_sure = bool(same) and product.is_unique_build
    confidence = Confidence.CONFIRMED if is_sure else Confidence.PROBABLE
    return Matched(
        confidence,
        tuple(sorted(common, key=lambda hole: worst_first(hole, bundle))),
        tuple(sorted(every - common)),
        (),
        is_covered=True,
        inferred=frozenset(common - stated),
    )


def ending_of(product: Product, bundle: Bundle) -> Ending | None:
    """The end of life of the branch of a product, None when nobody publishes it or when no branch fits the version."""
    known = exposure_products().get(product.id)
    by_key = bundle.life_by_key
    names = [known.endoflife if known else "", *keys_of(product)]
    life = next((by_key[name] for name in names if name in by_key), None)
    cycle = _cycle(product, life) if life and product.version else None
    if life is None or cycle is None:
        return None
    return Ending(
        life.title,
        cycle.name,
        _day(cycle.ends_on),
        cycle.is_ended,
        _day(cycle.paid_until),
        cycle.latest,
    )


def has_life(product: Product, bundle: Bundle) -> bool:
    """Whether the bundle knows the branches of a product, whatever its version."""
    known = exposure_products().get(product.id)
    names = [known.endoflife if known else "", *keys_of(product)]
    return any(name in bundle.life_by_key for name in names)


def _cycle(product: Product, life: Life) -> Cycle | None:
    """The branch whose name is the longest beginning of the version; else by the table of branches; else by the
    numbers of its latest release."""
    names = version_names().get(product.id)
    for start in sorted(names.branches if names else (), key=len, reverse=True):
        if names and begins_with(product.version, start):
            return next((c for c in life.cycles if c.name == names.branches[start]), None)
    fitting = [c for c in life.cycles if begins_with(product.version, c.name)]
    if fitting:
        return max(fitting, key=lambda c: len(c.name))
    return next(
        (c for c in life.cycles if c.latest and begins_with(product.version, c.latest)), None
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
