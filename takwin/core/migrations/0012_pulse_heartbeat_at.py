"""The last sign of life of a process or a step of the clock is its heartbeat."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0011_job_heartbeat_at")]

    operations = [
        migrations.RenameField(model_name="pulse", old_name="heard_at", new_name="heartbeat_at"),
    ]
