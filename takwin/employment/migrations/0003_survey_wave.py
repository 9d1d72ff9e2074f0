"""A wave of a follow-up is a SurveyWave."""

from django.db import migrations, models
from django.db.models import F, Q

STATES = ["planned", "open", "closed"]


class Migration(migrations.Migration):
    dependencies = [("employment", "0002_job_application")]

    operations = [
        migrations.RemoveConstraint("wave", "wave_state_is_known"),
        migrations.RemoveConstraint("wave", "wave_once_a_cohort"),
        migrations.RemoveConstraint("wave", "wave_begins_before_it_ends"),
        migrations.RenameModel("Wave", "SurveyWave"),
        migrations.RenameIndex("surveywave", new_name="survey_wave_by_state", old_name="wave_by_state"),
        migrations.AddConstraint(
            "surveywave", models.CheckConstraint(condition=Q(state__in=STATES), name="survey_wave_state_is_known")
        ),
        migrations.AddConstraint(
            "surveywave", models.UniqueConstraint(fields=("cohort", "months"), name="survey_wave_once_a_cohort")
        ),
        migrations.AddConstraint(
            "surveywave",
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="survey_wave_dates_in_order"),
        ),
    ]
