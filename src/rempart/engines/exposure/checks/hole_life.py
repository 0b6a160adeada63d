"""Products whose branch is no longer mended, or soon will not be."""

from collections.abc import Iterator
from datetime import timedelta

from rempart.engines.exposure.checks.hole import NO_BUNDLE, NOTHING, label
from rempart.engines.exposure.feeds.bundle import Bundle
from rempart.engines.exposure.feeds.match import (
    Ending,
    confidence_of,
    distribution_of,
    ending_of,
    has_life,
    products_with_builds,
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


@check("hole_end_of_life", ServiceSeen, also=(HttpSeen,))
def end_of_life(seen: ServiceSeen | HttpSeen, context: Context) -> Iterator[Verdict]:
    """The branch of a product has reached the end that its vendor announced, or comes near it."""
    bundle: Bundle | None = context.holes
    if not seen.products:
        yield not_applicable(NOTHING, is_blind=True)
    elif bundle is None or not bundle.has("life"):
        yield unmeasured(NO_BUNDLE)
    else:
        for product in products_with_builds(seen, bundle):
            yield _of_product(product, bundle, context)


def _of_product(product: Product, bundle: Bundle, context: Context) -> Verdict:
    day = bundle.as_of("life")
    if product.packaged:
        return not_applicable(
            f"{product.name} est un paquet de {product.packaged}, qui le maintient selon ses propres dates."
        )
    if not has_life(product, bundle):
        return not_applicable(f"Aucune date de fin de vie n’est publiée pour {product.name}.")
    if not product.version:
        return unmeasured(f"{product.name} est là, mais sa version ne se voit pas.", data_as_of=day)
    ending = ending_of(product, bundle)
    if ending is None:
        return unmeasured(
            f"La version {product.version} de {product.name} n’est d’aucune branche connue.",
            data_as_of=day,
        )
    return _judged(product, ending, day, context)


def _judged(product: Product, ending: Ending, day: str, context: Context) -> Verdict:
    soon = timedelta(days=int(context.params.get("soon_days", 0)))
    name = f"{ending.title} {ending.branch}"
    if not ending.is_over and (fault := context.clock_faults.get(Dated.DAY)):
        return unmeasured(fault, data_as_of=day)
    if ending.is_over or (ending.ends_on and ending.ends_on < context.today):
        since = f" depuis le {ending.ends_on:%d/%m/%Y}" if ending.ends_on else ""
        detail = f"{name} ne reçoit plus de corrections{since}."
        if ending.paid_until and ending.paid_until >= context.today:
            detail += (
                f" Un support payant court jusqu’au {ending.paid_until:%d/%m/%Y}, à qui l’a acheté."
            )
        severity = ""
    elif ending.ends_on and ending.ends_on <= context.today + soon:
        detail = f"{name} ne recevra plus de corrections après le {ending.ends_on:%d/%m/%Y}."
        severity = str(context.params.get("soon_severity", "low"))
    else:
        return passed(label(product), data_as_of=day)
    confidence = confidence_of(product)
    if confidence is Confidence.POSSIBLE:
        detail += (
            f" Cette version est aussi celle que livre {distribution_of(product)} : si c’est son paquet, c’est la "
            "distribution qui le maintient."
        )
        severity = str(context.params.get("shipped_severity", "low"))
    return failed(
        detail,
        label(product),
        severity=severity,
        confidence=confidence,
        product=product.id,
        data_as_of=day,
    )
