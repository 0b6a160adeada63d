"""Rows that belong to an establishment, whatever the app."""

from typing import ClassVar, Self, TypeVar

from django.db import models

from rempart.web.apps.establishments.models import covered
from rempart.web.core.scope import Act, Scope

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to an establishment, reached through `path`."""

    path: ClassVar[str] = "establishment__"

    def visible_to(self, scope: Scope, act: Act = Act.SEE_FINDINGS) -> Self:
        """Those of the establishments on which the scope allows `act`."""
        return self.filter(covered(scope, act, self.path))
