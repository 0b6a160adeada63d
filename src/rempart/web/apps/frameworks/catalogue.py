"""The frameworks as structs: read from the base once, then kept in memory by their digest."""

import threading
from collections import OrderedDict
from typing import Final

import msgspec

from rempart.content.frameworks import Framework
from rempart.content.knowledge import item_maps
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core.errors import Refused

MOST_KEPT: Final = 64
_KEPT: Final[OrderedDict[str, Framework]] = OrderedDict()
_LOCK: Final = threading.Lock()


def get(framework_id: str, version: str = "", region: str = "") -> Framework:
    """A version of a framework, or its present one, of everyone or of a region. Raises Refused when there is none."""
    rows = StoredFramework.objects.filter(framework_id=framework_id, region__in=("", region))
    rows = rows.filter(version=version) if version else rows.present()
    digest = rows.order_by("region").values_list("digest", flat=True).first()
    if digest is None:
        raise Refused(
            f"Le référentiel « {framework_id} » n’est pas installé.",
            todo="Demandez à la personne qui exploite Rempart de lancer rempart migrate.",
        )
    return of_digest(digest)


def of_digest(digest: str) -> Framework:
    """The framework of this digest, without a query once it has been read."""
    with _LOCK:
        if (known := _KEPT.get(digest)) is not None:
            _KEPT.move_to_end(digest)
            return known
    document = StoredFramework.objects.filter(digest=digest).values_list("document", flat=True)
    found = msgspec.convert(document[0], Framework)
    with _LOCK:
        _KEPT[digest] = found
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return found


def mapped_with(framework_id: str) -> list[str]:
    """The frameworks whose items answer those of this one."""
    pairs = [(m.a, m.b) for m in item_maps().values()]
    return sorted({b if a == framework_id else a for a, b in pairs if framework_id in (a, b)})
