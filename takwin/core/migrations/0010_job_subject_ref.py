"""`Job.about` held the reference of the subject of the job: `subject_ref`. The constraint is made again, since Django
does not rename a field inside the constraints of a state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0009_undo_of_the_clock")]

    operations = [
        migrations.RemoveConstraint(model_name="job", name="job_one_alive_per_thing"),
        migrations.RenameField(model_name="job", old_name="about", new_name="subject_ref"),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("kind", "subject_ref"),
                name="job_one_alive_per_thing",
            ),
        ),
    ]
