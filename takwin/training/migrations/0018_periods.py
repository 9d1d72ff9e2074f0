from django.db import migrations

from takwin.core.renames import RenameConstraint


class Migration(migrations.Migration):
    dependencies = [("training", "0017_calendar_days")]

    operations = [
        migrations.RenameModel("Bell", "Period"),
        RenameConstraint("period", "bell_once_an_hour", "period_once_an_hour"),
        RenameConstraint("period", "bell_begins_before_it_ends", "period_begins_before_it_ends"),
    ]
