import django.db.models.deletion
from django.db import migrations, models

from takwin.core.renames import RenameConstrainedField, RenameConstraint

NAME = "hold_never_twice_at_once"


class Migration(migrations.Migration):
    dependencies = [("training", "0014_current_statements")]

    operations = [
        migrations.RenameModel("Hold", "SlotReservation"),
        RenameConstrainedField(
            "slotreservation",
            "what",
            "resource",
            before=[models.UniqueConstraint(fields=["term", "what", "week", "slot"], name=NAME)],
            after=[models.UniqueConstraint(fields=["term", "resource", "week", "slot"], name=NAME)],
        ),
        RenameConstraint("slotreservation", NAME, "slot_reserved_once"),
        migrations.AlterField(
            "slotreservation",
            "term",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reservations", to="training.term"
            ),
        ),
        migrations.AlterField(
            "slotreservation",
            "session",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reservations", to="training.session"
            ),
        ),
    ]
