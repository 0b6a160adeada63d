"""People, and what they may do where."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from rempart.web.apps.establishments.models import Establishment, covered
from rempart.web.core.scope import LEVEL_WORDS, ROLE_WORDS, Act, Level, Scope

ROLES = [(role.value, words) for role, words in ROLE_WORDS.items()]
LEVELS = [(level.value, words) for level, words in LEVEL_WORDS.items()]


def is_national_without_code() -> Q:
    """Only the nation has no code."""
    return Q(level=Level.NATIONAL, code="") | (~Q(level=Level.NATIONAL) & ~Q(code=""))


class UserManager(BaseUserManager["User"]):
    """Makes users."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user, known by an e-mail address."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # A closed account keeps its row: the journal, the mandates and the plan name the person.
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    # Read with the account at the beginning of a request: the scope uses them once, then reads them again.
    held_just_now: list[Membership] | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_is_open_or_has_been_closed",
                condition=Q(is_active=True, closed_at__isnull=True)
                | Q(is_active=False, closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Ways to select memberships."""

    def in_force(self) -> MembershipQuerySet:
        """Those that have not been ended, of people whose account is open."""
        return self.filter(ended_at__isnull=True, user__is_active=True)


class Membership(models.Model):
    """A role that a person holds on a level (a region, an operator, a grouping, an establishment, the nation)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)
    level = models.CharField(max_length=15, choices=LEVELS)
    code = models.CharField(max_length=40, blank=True)
    since_on = models.DateField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="membership_once",
                fields=["user", "role", "level", "code"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="membership_national_has_no_code", condition=is_national_without_code()
            ),
        ]
        indexes = [models.Index(name="membership_place", fields=["level", "code"])]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Ways to select invitations."""

    def pending(self) -> InvitationQuerySet:
        """Neither accepted nor revoked; an expired one is still there to be renewed."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


class Invitation(models.Model):
    """An e-mail address asked to hold a role on a level; what its link holds is kept hashed, and used once.

    An invitation without a role opens an account for somebody who is mandated and has none.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=ROLES, blank=True)
    level = models.CharField(max_length=15, choices=LEVELS)
    code = models.CharField(max_length=40, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="invitation_pending_once",
                fields=["email", "role", "level", "code"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="invitation_national_has_no_code", condition=is_national_without_code()
            ),
            models.CheckConstraint(
                name="invitation_accepted_by_somebody",
                condition=Q(accepted_at__isnull=True) | Q(accepted_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="invitation_place", fields=["level", "code"])]


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Ways to select delegations."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_ACCESS) -> DelegationQuerySet:
        """Those of the establishments on which the scope allows `act`."""
        return self.filter(covered(scope, act, "establishment__"))

    def in_force(self, today: date) -> DelegationQuerySet:
        """Those that count today."""
        return self.filter(revoked_at__isnull=True, from_on__lte=today, until_on__gte=today)


class Delegation(models.Model):
    """An establishment mandates a person, or the people of an organisation, for some acts and a period."""

    class To(models.TextChoices):
        """Who is mandated; the code is an e-mail address, a grouping, or a region."""

        PERSON = "person", "une personne, par exemple un RSSI mutualisé"
        GROUPING = "grouping", "les RSSI de mon groupement (GHT)"
        ADVISERS = "advisers", "les conseillers du CRRC ou du GRADeS de ma région"
        OFFICERS = "officers", "les chargés de mission de l’ARS de ma région"

    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="delegations"
    )
    to = models.CharField(max_length=10, choices=To)
    code = models.CharField(max_length=254)
    acts = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    from_on = models.DateField()
    until_on = models.DateField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ("-from_on", "-id")
        constraints = [
            models.CheckConstraint(
                name="delegation_period_is_a_period", condition=Q(until_on__gte=F("from_on"))
            ),
            models.CheckConstraint(name="delegation_is_to_somebody", condition=~Q(code="")),
            models.CheckConstraint(
                name="delegation_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True) | Q(revoked_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="delegation_to", fields=["to", "code"])]


class AccessRecordQuerySet(models.QuerySet["AccessRecord"]):
    """Ways to select access records."""

    def visible_to(self, scope: Scope, act: Act = Act.SEE_ACCESS) -> AccessRecordQuerySet:
        """Those of the establishments on which the scope allows `act`."""
        return self.filter(covered(scope, act, "establishment__"))


class AccessRecord(models.Model):
    """Somebody from outside looked at something of an establishment: one row an hour, a person and a page."""

    establishment = models.ForeignKey(
        Establishment, on_delete=models.CASCADE, related_name="access_records"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=ROLES)
    delegation = models.ForeignKey(
        Delegation, on_delete=models.SET_NULL, related_name="+", null=True
    )
    address = models.CharField(max_length=200)
    words = models.CharField(max_length=200)
    hour_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = AccessRecordQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_at", "-id")
        constraints = [
            models.UniqueConstraint(
                name="access_record_once_an_hour",
                fields=["establishment", "user", "address", "hour_at"],
            ),
        ]
        indexes = [models.Index(name="access_record_page", fields=["establishment", "-seen_at"])]
