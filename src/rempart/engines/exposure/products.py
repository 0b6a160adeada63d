"""Which products were recognised where: the fix that is shown is the one of the product that is really there."""

from collections.abc import Iterable, Iterator
from typing import Any

from rempart.engines.exposure.seen.common import Endpoint, Seen
from rempart.engines.exposure.seen.services import Product


class Recognised:
    """The products of a sweep, by target, and by address and port: what a site says of itself serves its TLS too."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._by_place: dict[object, dict[str, None]] = {}
        for one in seen:
            products = products_of(one)
            for place in _places(one) if products else ():
                known = self._by_place.setdefault(place, {})
                known.update(dict.fromkeys(product.id for product in products))

    def at(self, target: str, seen: Seen) -> list[str]:
        """Ids of the products recognised on a target, the target's own first."""
        found: dict[str, None] = {}
        for place in (target, *_places(seen)):
            found.update(self._by_place.get(place, {}))
        return list(found)


def products_of(seen: Seen) -> list[Product]:
    """The products that one observation recognised."""
    found: Any = getattr(seen, "products", None)
    if found is None:
        found = getattr(seen, "product", None)
    listed = found if isinstance(found, list) else [found]
    return [product for product in listed if isinstance(product, Product)]


def endpoint_of(seen: Seen) -> Endpoint | None:
    """Where the observation was made, None for a zone or the mail of a domain."""
    found = getattr(seen, "endpoint", None)
    return found if isinstance(found, Endpoint) else None


def _places(seen: Seen) -> Iterator[object]:
    yield seen.target
    endpoint = endpoint_of(seen)
    if endpoint is not None:
        yield endpoint.address, endpoint.port
