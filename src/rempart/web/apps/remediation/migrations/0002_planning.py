"""Budgets, shared actions, prerequisites, and the constraints of actions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.content.severity


class Migration(migrations.Migration):
    dependencies = [
        ("remediation", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SharedAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("how", models.TextField(blank=True)),
                ("content_measure", models.CharField(blank=True, max_length=60)),
                ("owner_function", models.CharField(blank=True, max_length=120)),
                ("due_on", models.DateField(null=True)),
                ("days", models.FloatField(null=True)),
                ("euros", models.PositiveIntegerField(null=True)),
                ("euros_per_year", models.PositiveIntegerField(null=True)),
                ("made_on", models.DateField()),
                (
                    "grouping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_actions",
                        to="establishments.grouping",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="action",
            name="shared",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="remediation.sharedaction",
            ),
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("objects_count", models.PositiveIntegerField(default=0)),
                ("concerned", models.JSONField(default=list)),
                ("title", models.CharField(max_length=300)),
                (
                    "severity",
                    models.CharField(
                        choices=rempart.content.severity.severity_choices,
                        max_length=10,
                    ),
                ),
                ("weight", models.FloatField(default=1.0)),
                ("detail", models.TextField(blank=True)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="remediation.finding",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sightings",
                        to="remediation.measure",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("mended_on__isnull", True)),
                fields=["establishment"],
                name="finding_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("establishment", "source_kind", "subject", "key"), name="finding_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_seen_on__lte", models.F("last_seen_on"))),
                name="finding_seen_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="actionfinding",
            constraint=models.UniqueConstraint(
                fields=("action", "finding"), name="action_finding_once"
            ),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(
                fields=["establishment", "source_kind", "subject"], name="measure_of_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.UniqueConstraint(
                fields=("establishment", "source_kind", "source_id"), name="measure_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="prerequisite",
            constraint=models.UniqueConstraint(
                fields=("action", "required"), name="prerequisite_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="prerequisite",
            constraint=models.CheckConstraint(
                condition=models.Q(("action", models.F("required")), _negated=True),
                name="prerequisite_of_another",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["establishment", "state", "due_on"], name="action_due"),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin", ""), _negated=True),
                fields=("establishment", "origin"),
                name="action_proposed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("closed", "verified")), _negated=True),
                    models.Q(
                        ("done_on__isnull", False), models.Q(("proof_note", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="action_closed_has_a_day_and_a_proof",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "verified"), ("verified_on__isnull", False)),
                    models.Q(
                        models.Q(("state", "verified"), _negated=True),
                        ("verified_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="action_verified_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True),
                    models.Q(
                        ("accepted_until_on__isnull", False),
                        models.Q(("accepted_by_function", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="action_accepted_until_a_day_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.UniqueConstraint(
                condition=models.Q(("shared__isnull", False)),
                fields=("establishment", "shared"),
                name="action_one_part_of_a_shared_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="sighting",
            constraint=models.UniqueConstraint(fields=("finding", "measure"), name="sighting_once"),
        ),
    ]
