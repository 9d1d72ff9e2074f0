import django.db.models.deletion
from django.db import migrations, models

from takwin.core.renames import RenameConstraint


class Migration(migrations.Migration):
    dependencies = [("training", "0015_slot_reservations")]

    operations = [
        migrations.RenameModel("Closed", "Unavailability"),
        RenameConstraint("unavailability", "closed_is_one_s", "unavailability_has_one_owner"),
        RenameConstraint("unavailability", "closed_in_the_week", "unavailability_in_the_week"),
        RenameConstraint("unavailability", "closed_once_a_trainer", "unavailability_once_a_trainer"),
        RenameConstraint("unavailability", "closed_once_a_room", "unavailability_once_a_room"),
        migrations.AlterField(
            "unavailability",
            "trainer",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="unavailabilities",
                to="training.trainer",
            ),
        ),
        migrations.AlterField(
            "unavailability",
            "room",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="unavailabilities",
                to="training.room",
            ),
        ),
    ]  # fmt: skip
