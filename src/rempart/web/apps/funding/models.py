"""Files of programmes, the entities whose activity counts, and expenses."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from rempart.web.apps.accounts.models import User
from rempart.web.apps.establishments.models import Establishment, Grouping, Operator
from rempart.web.apps.establishments.owned import OwnedQuerySet
from rempart.web.apps.funding.states import State


class Span(models.TextChoices):
    """Whose file it is."""

    ESTABLISHMENT = "establishment", "cet établissement seul"
    OPERATOR = "operator", "toute l’entité juridique"
    GROUPING = "grouping", "tout le groupement"


class CareFileQuerySet(OwnedQuerySet["CareFile"]):
    """Ways to select files."""


class CareFile(models.Model):
    """The file of a programme. `establishment` holds it: its answers, its measures and its documents are those looked at.

    `dates`: name → ISO day, for the dates that each candidate states; `declared`: the items declared as reached.
    """

    programme = models.CharField(max_length=60)
    establishment = models.ForeignKey(
        Establishment, on_delete=models.PROTECT, related_name="care_files"
    )
    span = models.CharField(max_length=15, choices=Span)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, null=True, related_name="+")
    grouping = models.ForeignKey(Grouping, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    dates = models.JSONField(default=dict)
    ceiling = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    ceiling_source = models.CharField(max_length=200, blank=True)
    declared = models.JSONField(default=list)
    declared_on = models.DateField(null=True)
    declared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(auto_now_add=True)
    # What a form saw: two people never overwrite one another.
    version = models.PositiveIntegerField(default=1)

    objects = CareFileQuerySet.as_manager()

    class Meta:
        ordering = ("programme", "pk")
        constraints = [
            models.UniqueConstraint(name="care_file_once", fields=["programme", "establishment"]),
            models.CheckConstraint(
                name="care_file_span_names_its_place",
                condition=Q(span="establishment", operator__isnull=True, grouping__isnull=True)
                | Q(span="operator", operator__isnull=False, grouping__isnull=True)
                | Q(span="grouping", operator__isnull=True, grouping__isnull=False),
            ),
            models.CheckConstraint(
                name="care_file_declared_has_a_day",
                condition=~Q(state="declared") | Q(declared_on__isnull=False),
            ),
            models.CheckConstraint(
                name="care_file_ceiling_is_not_negative",
                condition=Q(ceiling__isnull=True) | Q(ceiling__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.establishment_id}"


class CareEntityQuerySet(OwnedQuerySet["CareEntity"]):
    """Ways to select entities."""

    path = "file__establishment__"


class CareEntity(models.Model):
    """An entity of a file, and its combined activity, in any unit that is the same for all; null: not known.

    `covers`: the items for which it has what is asked.
    """

    file = models.ForeignKey(CareFile, on_delete=models.CASCADE, related_name="entities")
    finess = models.CharField(max_length=9)
    name = models.CharField(max_length=200)
    weight = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    source = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    covers = models.JSONField(default=list)

    objects = CareEntityQuerySet.as_manager()

    class Meta:
        ordering = ("name", "finess")
        constraints = [
            models.UniqueConstraint(name="care_entity_once", fields=["file", "finess"]),
            models.CheckConstraint(
                name="care_entity_weight_is_not_negative",
                condition=Q(weight__isnull=True) | Q(weight__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExpenseQuerySet(OwnedQuerySet["Expense"]):
    """Ways to select expenses."""

    path = "file__establishment__"

    def present(self) -> ExpenseQuerySet:
        """Those that nobody took out."""
        return self.filter(removed_at__isnull=True)


class Expense(models.Model):
    """An expense really made; `financed_elsewhere` is the part that something else already pays."""

    file = models.ForeignKey(CareFile, on_delete=models.PROTECT, related_name="expenses")
    label = models.CharField(max_length=200)
    kind = models.CharField(max_length=120)
    supplier = models.CharField(max_length=200, blank=True)
    invoice_number = models.CharField(max_length=80, blank=True)
    euros = models.DecimalField(max_digits=12, decimal_places=2)
    financed_elsewhere = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    engaged_on = models.DateField(null=True)
    invoiced_on = models.DateField(null=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    removed_at = models.DateTimeField(null=True)
    removed_reason = models.CharField(max_length=200, blank=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        ordering = ("engaged_on", "pk")
        constraints = [
            models.CheckConstraint(
                name="expense_amounts_hold",
                condition=Q(euros__gte=0)
                & Q(financed_elsewhere__gte=0)
                & Q(financed_elsewhere__lte=models.F("euros")),
            ),
            models.CheckConstraint(
                name="expense_removed_for_a_reason",
                condition=Q(removed_at__isnull=True) | ~Q(removed_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def subject(self) -> str:
        """What a document of the vault proves when it proves this expense."""
        return f"expense:{self.pk}"


class CareWarningQuerySet(OwnedQuerySet["CareWarning"]):
    """Ways to select warnings."""

    path = "file__establishment__"


class CareWarning(models.Model):
    """That a date comes was written to the people of a file: once for each distance, whatever happens to the job."""

    file = models.ForeignKey(CareFile, on_delete=models.CASCADE, related_name="warnings")
    date_name = models.CharField(max_length=60)
    falls_on = models.DateField()
    days_before = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    objects = CareWarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="care_warning_once", fields=["file", "date_name", "falls_on", "days_before"]
            ),
        ]
