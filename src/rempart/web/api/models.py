"""Tokens: what a script signs in with."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from rempart.web.apps.accounts.models import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Ways to select tokens."""

    def usable(self, now: datetime) -> ApiTokenQuerySet:
        """Those neither revoked nor expired, of an account that is open."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now, owner__is_active=True)


class ApiToken(models.Model):
    """A secret that lets a script act as its owner, for some acts only, until a day; its hash alone is kept."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    acts = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
