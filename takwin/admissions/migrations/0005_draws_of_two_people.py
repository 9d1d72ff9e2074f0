"""A draw is sealed by two people; a season may have several, of which all but one are void."""

import django.db.models.deletion
import django.db.models.functions.datetime
import encrypted_fields.fields
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("begun", "Sealed by one person"),
    ("sealed", "Sealed by two people"),
    ("closed", "Waits for the public value"),
    ("valued", "Public value to be confirmed"),
    ("revealed", "Revealed"),
    ("used", "Used for the results"),
    ("void", "Void"),
]
SOURCES = [
    ("drand", "drand quicknet, the first round ten minutes after applications close"),
    ("other", "Another public value, described below"),
]


def person():
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0004_reminders"),
        ("offer", "0004_openings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "draw",
            "season",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="offer.season"
            ),
        ),
        migrations.RenameField("draw", "seed", "old_seed"),
        migrations.AlterField("draw", "old_seed", encrypted_fields.fields.EncryptedCharField(max_length=64, null=True)),
        migrations.AlterField("draw", "commitment", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("draw", "number", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("draw", "state", models.CharField(choices=STATES, default="begun", max_length=10)),
        migrations.AddField(
            "draw",
            "source",
            models.CharField(choices=SOURCES, default="drand", max_length=8, verbose_name="Public value"),
        ),
        migrations.AddField(
            "draw",
            "source_note",
            models.CharField(
                blank=True, default="", max_length=200, verbose_name="Which value, and where it is published"
            ),
        ),
        migrations.AddField("draw", "sealed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "draw",
            "late",
            models.BooleanField(default=False, help_text="sealed when applications were closed already"),
        ),
        migrations.AddField("draw", "opening", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("draw", "closed_at", models.DateTimeField(null=True)),
        migrations.AddField("draw", "value_from", models.DateTimeField(null=True)),
        migrations.AddField("draw", "value_round", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("draw", "value", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField(
            "draw",
            "value_read_at",
            models.CharField(blank=True, default="", max_length=300, verbose_name="Where it was read"),
        ),
        migrations.AddField("draw", "value_by", person()),
        migrations.AddField("draw", "valued_at", models.DateTimeField(null=True)),
        migrations.AddField("draw", "confirmed_by", person()),
        migrations.AddField("draw", "revealed_at", models.DateTimeField(null=True)),
        migrations.AddField("draw", "seed", models.CharField(max_length=64, null=True, unique=True)),
        migrations.AddField(
            "draw", "reason", models.CharField(blank=True, default="", max_length=500, verbose_name="Reason")
        ),
        migrations.AddField("draw", "voided_at", models.DateTimeField(null=True)),
        migrations.AlterModelOptions("draw", {"ordering": ["season", "number"], "verbose_name": "draw"}),
        migrations.AddField(
            "run",
            "draw",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="admissions.draw",
                to_field="seed",
            ),
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("commitment", models.CharField(max_length=64, unique=True)),
                ("secret", encrypted_fields.fields.EncryptedCharField(max_length=200, null=True)),
                ("revealed", models.CharField(blank=True, default="", max_length=200)),
                ("sealed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="admissions.draw"
                    ),
                ),
            ],
            options={"verbose_name": "contribution to a draw", "ordering": ["draw", "place"]},
        ),
    ]
