"""The last sign of life of a worker of a job is its heartbeat."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0010_job_subject_ref")]

    operations = [
        migrations.RenameField(model_name="job", old_name="heard_at", new_name="heartbeat_at"),
        migrations.AlterField(
            model_name="job",
            name="heartbeat_at",
            field=models.DateTimeField(help_text="last sign of life of its worker", null=True),
        ),
    ]
