"""Indexes and constraints of exposure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What the rows must hold."""

    dependencies = [("exposure", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="exposureaudit",
            index=models.Index(fields=["establishment", "swept_at"], name="exposure_history"),
        ),
        migrations.AddIndex(
            model_name="exposureaudit",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["job"], name="exposure_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="exposureaudit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_latest", True)),
                fields=("establishment",),
                name="exposure_latest_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposureaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        ("report__isnull", False),
                        ("score__range", (0, 100)),
                        ("score_low__lte", models.F("score")),
                        ("swept_at__isnull", False),
                        ("swept_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="exposure_done_has_its_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="exposureaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "done"), ("is_latest", False), _connector="OR"),
                name="exposure_latest_is_done",
            ),
        ),
        migrations.AddIndex(
            model_name="exposedservice",
            index=models.Index(fields=["audit", "place"], name="exposed_service_order"),
        ),
        migrations.AddIndex(
            model_name="exposedfinding",
            index=models.Index(fields=["audit", "rank", "place"], name="exposed_finding_order"),
        ),
        migrations.AddConstraint(
            model_name="exposedfinding",
            constraint=models.UniqueConstraint(
                fields=("audit", "position"), name="exposed_finding_once"
            ),
        ),
        migrations.AddIndex(
            model_name="perimeter",
            index=models.Index(fields=["consent_until"], name="perimeter_consent"),
        ),
        migrations.AddConstraint(
            model_name="perimeter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("consent_by", ""),
                        ("consent_on__isnull", True),
                        ("consent_until__isnull", True),
                    ),
                    models.Q(
                        ("consent_on__isnull", False),
                        ("consent_until__gte", models.F("consent_on")),
                        models.Q(("consent_by", ""), _negated=True),
                        models.Q(("consent_function", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="perimeter_consent_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="perimeter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("connections_at_once__range", (1, 32)),
                    ("connections_per_second__range", (1, 50)),
                ),
                name="perimeter_limits_are_gentle",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(
                fields=("perimeter", "kind", "value"), name="asset_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "proposed"), ("decided_by__isnull", False), _connector="OR"
                ),
                name="asset_is_decided_by_somebody",
            ),
        ),
    ]
