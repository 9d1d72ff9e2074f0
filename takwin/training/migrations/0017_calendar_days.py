from django.db import migrations

from takwin.core.renames import RenameConstraint


class Migration(migrations.Migration):
    dependencies = [("training", "0016_unavailabilities")]

    operations = [
        migrations.RenameModel("Period", "CalendarDay"),
        RenameConstraint("calendarday", "period_kind_is_known", "calendar_day_kind_is_known"),
        RenameConstraint("calendarday", "period_begins_before_it_ends", "calendar_day_begins_before_it_ends"),
        RenameConstraint("calendarday", "period_once_a_day", "calendar_day_once"),
    ]
