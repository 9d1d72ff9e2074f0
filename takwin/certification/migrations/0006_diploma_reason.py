"""The class of a reason of a suspension or a revocation stands in `reason`: a rename of a column alone."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("certification", "0005_jury_member")]

    operations = [
        migrations.RemoveConstraint("diploma", "diploma_taken_back_has_its_reason"),
        migrations.RenameField("diploma", "why", "reason"),
        migrations.AddConstraint(
            "diploma",
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "live"], reason="")
                | (Q(state__in=["suspended", "revoked"]) & ~Q(reason="")),
                name="diploma_taken_back_has_its_reason",
            ),
        ),
    ]
