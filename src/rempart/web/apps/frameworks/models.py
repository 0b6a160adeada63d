"""Frameworks as they are kept: each version is a row, written once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from rempart.content.places import regions
from rempart.web.apps.accounts.models import User
from rempart.web.core.scope import Act, Level, Scope


class StoredFrameworkQuerySet(models.QuerySet["StoredFramework"]):
    """Ways to select frameworks."""

    def visible_to(
        self, scope: Scope, act: Act = Act.SEE_ESTABLISHMENT, regions: tuple[str, ...] = ()
    ) -> StoredFrameworkQuerySet:
        """Those for everyone, and those that a region imported for itself; the nation sees all.

        `regions`: those of the establishments that the scope covers without holding the region itself.
        """
        if scope.is_national(act):
            return self
        codes = {*scope.codes(act, Level.REGION), *regions}
        return self.filter(Q(region="") | Q(region__in=sorted(codes)))

    def present(self) -> StoredFrameworkQuerySet:
        """The version of each that new assessments use."""
        return self.filter(is_current=True)


class StoredFramework(models.Model):
    """One version of a framework, never changed once written: a new text is a new version.

    An identifier is that of everyone (no region), or of each region that imported it for itself.
    """

    class Origin(models.TextChoices):
        """Where it comes from."""

        SHIPPED = "shipped", "fourni avec Rempart"
        IMPORTED = "imported", "importé"

    framework_id = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    short_title = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, db_index=True)
    document = models.JSONField()
    items_count = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=Origin)
    # Empty: for everyone.
    region = models.CharField(max_length=2, blank=True)
    provider = models.CharField(max_length=300, blank=True)
    copyright = models.TextField(blank=True)
    imported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    imported_at = models.DateTimeField(auto_now_add=True)
    is_current = models.BooleanField(default=True)

    objects = StoredFrameworkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="framework_once", fields=["framework_id", "region", "version"]
            ),
            models.UniqueConstraint(
                name="framework_has_one_current_version",
                fields=["framework_id", "region"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(
                name="framework_imported_by_somebody",
                condition=Q(origin="shipped") | Q(imported_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def region_words(self) -> str:
        """For whom it was imported, when that is not everyone."""
        return f"pour {regions()[self.region].name}" if self.region in regions() else self.region
