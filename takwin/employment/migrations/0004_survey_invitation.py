"""A graduate in a wave, formerly a sample, is a SurveyInvitation."""

from django.db import migrations, models
from django.db.models import Q

STATES = ["waiting", "answered", "refused", "unreachable"]
OUTCOMES = [
    "employed", "self-employed", "cooperative", "cooperative-made", "own-project", "studying", "seeking", "inactive",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("employment", "0003_survey_wave")]

    operations = [
        migrations.RemoveConstraint("sample", "sample_state_is_known"),
        migrations.RemoveConstraint("sample", "sample_once_a_wave"),
        migrations.RemoveConstraint("sample", "sample_answered_has_its_outcome"),
        migrations.RenameModel("Sample", "SurveyInvitation"),
        migrations.RenameIndex("surveyinvitation", new_name="invitation_by_state", old_name="sample_by_state"),
        migrations.RenameIndex("surveyinvitation", new_name="invitation_by_graduate", old_name="sample_by_graduate"),
        migrations.AddConstraint(
            "surveyinvitation",
            models.CheckConstraint(condition=Q(state__in=STATES), name="invitation_state_is_known"),
        ),
        migrations.AddConstraint(
            "surveyinvitation",
            models.UniqueConstraint(fields=("wave", "graduate"), name="invitation_once_a_wave"),
        ),
        migrations.AddConstraint(
            "surveyinvitation",
            models.CheckConstraint(
                condition=Q(state="answered", outcome__in=OUTCOMES) | (~Q(state="answered") & Q(outcome="")),
                name="invitation_answered_has_outcome",
            ),
        ),
    ]
