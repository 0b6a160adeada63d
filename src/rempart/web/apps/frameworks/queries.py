"""What the pages of frameworks show."""

from django.db.models import QuerySet
from django.http import Http404

from rempart.web.apps.establishments.models import Establishment
from rempart.web.apps.frameworks.models import StoredFramework
from rempart.web.core.scope import Act, Scope


def present(scope: Scope) -> QuerySet[StoredFramework]:
    """The frameworks that a scope may use, in the order of their titles."""
    rows = StoredFramework.objects.visible_to(scope, regions=_regions(scope)).present()
    return rows.defer("document").order_by("title", "pk")


def framework_or_404(scope: Scope, name: str, region: str = "") -> StoredFramework:
    """A framework that a scope may use, that of a region where several have one; otherwise it does not exist."""
    rows = present(scope).filter(framework_id=name).select_related("imported_by")
    found = (rows.filter(region=region) if region else rows.order_by("region")).first()
    if found is None:
        raise Http404("Ce référentiel n’existe pas, ou n’est pas de votre périmètre.")
    return found


def versions(stored: StoredFramework) -> list[StoredFramework]:
    """Every version of a framework, the last first."""
    rows = StoredFramework.objects.filter(
        framework_id=stored.framework_id, region__in=("", stored.region)
    )
    return list(rows.defer("document").select_related("imported_by").order_by("-pk"))


def _regions(scope: Scope) -> tuple[str, ...]:
    """The regions of the establishments that the scope covers."""
    if scope.is_national(Act.SEE_ESTABLISHMENT):
        return ()
    mine = Establishment.objects.visible_to(scope, Act.SEE_ESTABLISHMENT)
    return tuple(mine.order_by().values_list("region", flat=True).distinct())
