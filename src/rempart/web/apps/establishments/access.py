"""Establishments, obtained through a scope and in no other way."""

from django.http import Http404

from rempart.web.apps.establishments.models import Establishment
from rempart.web.core.scope import Act, Scope


def establishment_or_404(
    scope: Scope, finess: str, act: Act = Act.SEE_ESTABLISHMENT
) -> Establishment:
    """The establishment, if the scope allows `act` there; otherwise it does not exist."""
    found = Establishment.objects.visible_to(scope, act).filter(pk=finess).first()
    if found is None:
        raise Http404("Cet établissement n’existe pas, ou n’est pas de votre périmètre.")
    return found


def acts_on(scope: Scope, establishment: Establishment) -> frozenset[Act]:
    """All that the scope allows on one establishment."""
    one = Establishment.objects.filter(pk=establishment.pk)
    return frozenset(a for a in Act if scope.can(a) and one.visible_to(scope, a).exists())


def allows(scope: Scope, finess: str, act: Act) -> bool:
    """Whether the scope allows `act` on one establishment; no query where it allows it nowhere."""
    one = Establishment.objects.filter(pk=finess)
    return scope.can(act) and one.visible_to(scope, act).exists()
