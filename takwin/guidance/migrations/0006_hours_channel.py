"""How one is met during opening hours is a channel."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0005_hand_over_reason")]

    operations = [migrations.RenameField(model_name="hours", old_name="way", new_name="channel")]
