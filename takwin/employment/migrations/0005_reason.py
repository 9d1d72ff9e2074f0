"""The reason of a refused company or vacancy stands in `reason`."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("employment", "0004_survey_invitation")]

    operations = [
        migrations.RemoveConstraint("employer", "employer_refused_has_its_reason"),
        migrations.RenameField("employer", "why", "reason"),
        migrations.AddConstraint(
            "employer",
            models.CheckConstraint(
                condition=Q(state__in=["asked", "verified"]) | ~Q(reason=""), name="employer_refused_has_its_reason"
            ),
        ),
        migrations.RemoveConstraint("vacancy", "vacancy_refused_says_why"),
        migrations.RenameField("vacancy", "why", "reason"),
        migrations.AddConstraint(
            "vacancy",
            models.CheckConstraint(
                condition=~Q(state="turned-down") | ~Q(reason=""), name="vacancy_refused_has_its_reason"
            ),
        ),
    ]
