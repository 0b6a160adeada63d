"""Known holes of the products that answer: those that are exploited, and the others, each with the day of its data."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from rempart.content.severity import SEVERITIES
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.match import (
    Matched,
    distribution_of,
    match,
    products_with_builds,
    worst_first,
)
from rempart.engines.exposure.registry import (
    Confidence,
    Context,
    Dated,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    unmeasured,
)
from rempart.engines.exposure.seen.http import HttpSeen
from rempart.engines.exposure.seen.services import Product, ServiceSeen
from rempart.kernel.french import counted

NO_BUNDLE: Final = (
    "Aucun lot de données sur les failles n’est installé : « rempart feeds import » en installe un."
)
NOTHING: Final = "Aucun produit n’a été reconnu ici."
# The lightest first; what is for information asks for nothing.
_STEPS: Final = SEVERITIES[-2::-1]
_BACKPORTS: Final = "C’est le paquet d’une distribution, qui corrige sans changer de numéro : à vérifier sur le serveur."
_SHIPPED: Final = "Cette version est aussi celle que livre {}, qui corrige sans changer de numéro : à vérifier sur le serveur."


@check("hole_known_exploited", ServiceSeen, also=(HttpSeen,))
def known_exploited(seen: ServiceSeen | HttpSeen, context: Context) -> Iterator[Verdict]:
    """A hole of the version that is there is on the list of those known to be exploited."""
    bundle: Bundle | None = context.holes
    for product in _asked(seen, bundle):
        if bundle is None or not bundle.has("kev"):
            yield unmeasured(NO_BUNDLE)
            continue
        found = match(product, bundle)
        day = bundle.as_of("kev", *_sections(product))
        holes = [hole for hole in found.holes if hole in bundle.contents.kev]
        unsure = [hole for hole in found.undecided if hole in bundle.contents.kev]
        if holes:
            yield _exploited(product, found, holes, bundle, day, context)
        elif unsure or found.unplaced:
            yield unmeasured(_undecided(product, [*unsure, *found.unplaced]), data_as_of=day)
        elif reason := _too_old(product, day, context):
            yield unmeasured(reason, data_as_of=day)
        else:
            yield passed(label(product), data_as_of=day)
    if not seen.products:
        yield not_applicable(NOTHING, is_blind=True)


@check("hole_known", ServiceSeen, also=(HttpSeen,))
def known(seen: ServiceSeen | HttpSeen, context: Context) -> Iterator[Verdict]:
    """The version that is there has known holes that are not on the list of exploited ones."""
    bundle: Bundle | None = context.holes
    for product in _asked(seen, bundle):
        if bundle is None or not (bundle.has("holes") or bundle.has("exchange")):
            yield unmeasured(NO_BUNDLE)
            continue
        found = match(product, bundle)
        day = bundle.as_of(*_sections(product))
        holes = [hole for hole in found.holes if hole not in bundle.contents.kev]
        if holes:
            yield _known(product, found, holes, bundle, day, context)
        elif reason := (
            _not_concluded(product, found, bundle, context) or _too_old(product, day, context)
        ):
            yield unmeasured(reason, data_as_of=day)
        else:
            yield passed(label(product), data_as_of=day)
    if not seen.products:
        yield not_applicable(NOTHING, is_blind=True)


def label(product: Product) -> str:
    """« FortiGate (FortiOS) 7.0.9 (bannière…) », as proof."""
    proof = f" ({product.proof[:120]})" if product.proof else ""
    return f"{product.name} {product.version}".strip() + proof


def _asked(seen: ServiceSeen | HttpSeen, bundle: Bundle | None) -> list[Product]:
    return seen.products if bundle is None else products_with_builds(seen, bundle)


def _sections(product: Product) -> tuple[str, ...]:
    return ("exchange",) if product.id == "exchange" and product.version else ("holes",)


def _exploited(
    product: Product,
    found: Matched,
    holes: Sequence[str],
    bundle: Bundle,
    day: str,
    context: Context,
) -> Verdict:
    ransom = sum(bundle.contents.kev[hole].is_ransomware for hole in holes)
    detail = (
        f"{product.name} {product.version} a {counted(len(holes), 'faille')} dont des attaquants se servent : "
        f"{listed(holes, context)}."
    )
    if ransom:
        detail += (
            f" Parmi elles, {ransom} {'sert' if ransom == 1 else 'servent'} à des rançongiciels."
        )
    confidence = _confidence(found, holes)
    is_possible = confidence is Confidence.POSSIBLE
    return failed(
        detail + _after(product, found, is_possible),
        label(product),
        severity=str(context.params.get("possible_severity", "medium")) if is_possible else "",
        confidence=confidence,
        product=product.id,
        cves=tuple(sorted(holes)),
        data_as_of=day,
    )


def _known(
    product: Product,
    found: Matched,
    holes: Sequence[str],
    bundle: Bundle,
    day: str,
    context: Context,
) -> Verdict:
    confidence = _confidence(found, holes)
    is_possible = confidence is Confidence.POSSIBLE
    worst = sorted(holes, key=lambda hole: worst_first(hole, bundle))
    detail = (
        f"{product.name} {product.version} a {counted(len(holes), 'faille connue', 'failles connues')} : "
        f"{listed(worst, context)}."
    )
    return failed(
        detail + _after(product, found, is_possible),
        label(product),
        severity=_severity(worst, bundle, context, is_possible=is_possible),
        confidence=confidence,
        product=product.id,
        cves=tuple(sorted(holes)),
        data_as_of=day,
    )


def listed(holes: Sequence[str], context: Context) -> str:
    """The first of them, and how many more."""
    shown = int(context.params.get("shown", 6))
    more = len(holes) - shown
    text = ", ".join(holes[:shown])
    return text + (f" et {counted(more, 'autre')}" if more > 0 else "")


def _confidence(found: Matched, holes: Sequence[str]) -> Confidence:
    """A build proven alone makes sure only what is stated of it, not what is deduced."""
    if found.confidence is Confidence.CONFIRMED and all(hole in found.inferred for hole in holes):
        return Confidence.PROBABLE
    return found.confidence


def _after(product: Product, found: Matched, is_possible: bool) -> str:
    if is_possible:
        shipped = "" if product.packaged else distribution_of(product)
        return f" {_SHIPPED.format(shipped)}" if shipped else f" {_BACKPORTS}"
    return f" Corrigé à partir de la version {found.mended_in}." if found.mended_in else ""


def _severity(worst: Sequence[str], bundle: Bundle, context: Context, *, is_possible: bool) -> str:
    """By the highest score; one step up when exploitation is foreseen, which a mere possibility never gets."""
    scores = [
        row.cvss
        for hole in worst
        if (row := bundle.contents.holes.get(hole)) and row.cvss is not None
    ]
    limits: dict[str, float] = context.params.get("scores", {})
    score = max(scores, default=None)
    rank = 1
    if score is not None:
        rank = max((_STEPS.index(s) for s, least in limits.items() if score >= least), default=0)
    foreseen = max((bundle.contents.epss.get(hole, 0.0) for hole in worst), default=0.0)
    if is_possible:
        return _STEPS[min(rank, 1)]
    if foreseen >= float(context.params.get("raising_probability", 1.1)):
        rank = min(rank + 1, 3)
    return _STEPS[rank]


def _undecided(product: Product, holes: Sequence[str]) -> str:
    known_as = counted(len(holes), "faille exploitée", "failles exploitées")
    if not product.version:
        return (
            f"{product.name} est là, mais sa version ne se voit pas ; {known_as} de ce produit sont connues "
            f"({', '.join(holes[:3])}…). Demandez la version à celui qui l’administre."
        )
    return (
        f"{product.name} {product.version} : {known_as} de ce produit ne se comparent pas à cette version "
        f"({', '.join(holes[:3])}…). Vérifiez-les dans les avis de l’éditeur."
    )


def _not_concluded(product: Product, found: Matched, bundle: Bundle, context: Context) -> str:
    """Why finding no hole does not mean that there is none; "" when it does."""
    if not product.version:
        return f"{product.name} est là, mais sa version ne se voit pas."
    if found.undecided:
        return (
            f"La version de {product.name} ({product.version}) est trop courte pour être comparée à "
            f"{counted(len(found.undecided), 'faille connue', 'failles connues')}."
        )
    if not found.is_covered:
        return f"Le lot de données ne dit rien de {product.name}."
    least = float(context.params.get("coverage", 0.0))
    share = bundle.coverage
    if product.id != "exchange" and share is not None and share < least:
        return (
            f"Rien de connu pour {product.name} {product.version}, mais le lot de données ne décrit que "
            f"{share:.0%} des failles exploitées : ce n’est pas assez pour conclure."
        ).replace("%", " %")
    return ""


def _too_old(product: Product, day: str, context: Context) -> str:
    """Why data of that day do not conclude: holes published since then are not there; "" when they are recent enough."""
    most = int(context.params.get("most_days", 0))
    if most and (fault := context.clock_faults.get(Dated.DAY)):
        return fault
    age = (context.today - date.fromisoformat(day)).days if day and most else 0
    if age <= most:
        return ""
    name = f"{product.name} {product.version}".strip()
    return (
        f"Rien de connu pour {name}, mais les données ont {counted(age, 'jour')} (au plus {most} pour conclure) : "
        "installez un lot plus récent."
    )
