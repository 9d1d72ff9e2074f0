import django.db.models.deletion
from django.db import migrations, models

from takwin.core.renames import RenameConstraint


class Migration(migrations.Migration):
    dependencies = [("training", "0018_periods")]

    operations = [
        migrations.RenameModel("Lowered", "CapacityReduction"),
        RenameConstraint("capacityreduction", "lowered_is_a_share", "capacity_reduction_is_a_share"),
        RenameConstraint(
            "capacityreduction", "lowered_begins_before_it_ends", "capacity_reduction_begins_before_it_ends"
        ),
        migrations.AlterField(
            "capacityreduction",
            "centre",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="capacity_reductions", to="centres.centre"
            ),
        ),
    ]
