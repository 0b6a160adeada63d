"""Findings, whatever saw them, and the actions that mend them."""

from __future__ import annotations

from django.db import models

from rempart.web.apps.establishments.models import Establishment, covered
from rempart.web.core.scope import Act, Scope


class FindingQuerySet(models.QuerySet["Finding"]):
    """Ways to select findings."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_FINDINGS) -> FindingQuerySet:
        """Those of the establishments on which the scope allows `act`."""
        return self.filter(covered(scope, act, "establishment__"))

    def open(self) -> FindingQuerySet:
        """Those that the last measure still saw."""
        return self.filter(mended_on__isnull=True)


class Finding(models.Model):
    """Something wrong that a measure saw: one row for an establishment, a kind of source and a key, for ever."""

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="findings"
    )
    source_kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=10)
    detail = models.TextField(blank=True)
    objects_count = models.PositiveIntegerField(default=0)
    first_seen_on = models.DateField()
    last_seen_on = models.DateField()
    mended_on = models.DateField(null=True)
    last_source_id = models.CharField(max_length=40)
    last_source_label = models.CharField(max_length=200)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="finding_once", fields=["establishment", "source_kind", "key"]
            ),
        ]
