"""What was agreed is kept as a day, an hour and a zone; rows of before agreed on the clocks of Casablanca."""

from zoneinfo import ZoneInfo

from django.db import migrations, models

ZONE = "Africa/Casablanca"
FIELDS = {
    "starts_on": models.DateField, "starts_time": models.TimeField, "ends_on": models.DateField,
    "ends_time": models.TimeField,
}  # fmt: skip
TABLES = ("closure", "openday", "slot")


def keep_agreed(apps, _editor):
    zone = ZoneInfo(ZONE)
    for name in TABLES:
        table = apps.get_model("guidance", name)
        rows = []
        for row in table.objects.filter(starts_on__isnull=True).iterator(chunk_size=2000):
            begin, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
            row.starts_on, row.starts_time = begin.date(), begin.time()
            row.ends_on, row.ends_time = end.date(), end.time()
            rows.append(row)
            if len(rows) == 2000:
                table.objects.bulk_update(rows, list(FIELDS), batch_size=200)
                rows = []
        table.objects.bulk_update(rows, list(FIELDS), batch_size=200)


class Migration(migrations.Migration):
    # PostgreSQL alters no table that has rows touched by triggers in the same transaction.
    atomic = False

    dependencies = [("guidance", "0002_places_kept_while_a_number_is_confirmed")]

    operations = [
        migrations.RemoveConstraint("slot", "slot_once_a_counsellor"),
        migrations.AddField("appointment", "sequence", models.PositiveIntegerField(
            default=0, help_text="changes of the calendar entry a client keeps")),
        migrations.AddField("slot", "sequence", models.PositiveIntegerField(default=0)),
        *(migrations.AddField(table, "zone", models.CharField(default=ZONE, max_length=40)) for table in TABLES),
        *(migrations.AddField(table, name, kind(null=True)) for table in TABLES for name, kind in FIELDS.items()),
        migrations.RunPython(keep_agreed, migrations.RunPython.noop),
        *(migrations.AlterField(table, name, kind()) for table in TABLES for name, kind in FIELDS.items()),
        migrations.AddConstraint("slot", models.UniqueConstraint(
            fields=("counsellor", "starts_on", "starts_time"), condition=models.Q(("state", "open")),
            name="slot_once_a_counsellor")),
    ]  # fmt: skip
