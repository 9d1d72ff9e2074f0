from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("admissions", "0007_draws_hold")]

    operations = [
        migrations.AddField(
            model_name="committee",
            name="state",
            field=models.CharField(
                choices=[("formed", "Formed"), ("dissolved", "Dissolved")], default="formed", max_length=10
            ),
        ),
        migrations.AddConstraint(
            model_name="committee",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["formed", "dissolved"])), name="committee_state_is_known"
            ),
        ),
    ]
