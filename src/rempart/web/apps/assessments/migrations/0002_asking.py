"""Who is asked: campaigns’ members, links, comments, completions; and the database refuses to change an answer given."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from rempart.web.apps.assessments.apps import ANSWERS
from rempart.web.core import protection


def put(apps: Any, schema_editor: Any) -> None:
    """Put the triggers of this database."""
    protection.put_on(schema_editor.connection, ANSWERS)


def lift(apps: Any, schema_editor: Any) -> None:
    """Remove them."""
    protection.lift_from(schema_editor.connection, ANSWERS)


class Migration(migrations.Migration):
    """After the answers."""

    dependencies = [
        ("assessments", "0001_initial"),
        ("establishments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CampaignMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_by",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="assessments.campaign",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="establishments.establishment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Completion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=14, unique=True)),
                ("rank", models.PositiveSmallIntegerField()),
                ("establishment_name", models.CharField(max_length=300)),
                ("framework_title", models.CharField(max_length=300)),
                ("done_on", models.DateField()),
                ("questions", models.PositiveIntegerField()),
                ("answered", models.PositiveIntegerField()),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completions",
                        to="assessments.assessment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DelegatedQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("items", models.JSONField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("recipient", models.EmailField(max_length=254)),
                ("recipient_name", models.CharField(blank=True, max_length=120)),
                ("message", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="delegated",
                        to="assessments.assessment",
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
                (
                    "revoked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ItemComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=80)),
                ("by_label", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="campaignmember",
            constraint=models.UniqueConstraint(
                fields=("campaign", "establishment"), name="campaign_asks_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="completion",
            constraint=models.UniqueConstraint(
                fields=("assessment", "rank"), name="completion_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegatedquestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at__isnull", True), ("revoked_by__isnull", False), _connector="OR"
                ),
                name="delegated_question_revoked_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="itemcomment",
            index=models.Index(fields=["assessment", "item"], name="comment_of_item"),
        ),
        migrations.RunPython(put, lift),
    ]
