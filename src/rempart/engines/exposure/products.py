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
            found = _ids(one)
            for place in _places(one) if found else ():
                self._by_place.setdefault(place, {}).update(dict.fromkeys(found))

    def at(self, target: str, seen: Seen) -> list[str]:
        """Ids of the products recognised on a target, the target's own first."""
        found: dict[str, None] = {}
        for place in (target, *_places(seen)):
            found.update(self._by_place.get(place, {}))
        return list(found)


def products_of(seen: Seen) -> list[Product]:
    """The products that one observation recognised, libraries of its pages apart."""
    found: Any = getattr(seen, "products", [])
    return [product for product in found if isinstance(product, Product)]


def _ids(seen: Seen) -> list[str]:
    """Ids of the products of one observation; TLS names its own by an id alone."""
    named: Any = getattr(seen, "product", "")
    own = [named] if isinstance(named, str) and named else []
    return own + [product.id for product in products_of(seen)]


def endpoint_of(seen: Seen) -> Endpoint | None:
    """Where the observation was made, None for a zone or the mail of a domain."""
    found = getattr(seen, "endpoint", None)
    return found if isinstance(found, Endpoint) else None


def _places(seen: Seen) -> Iterator[object]:
    yield seen.target
    endpoint = endpoint_of(seen)
    if endpoint is not None:
        yield endpoint.address, endpoint.port
