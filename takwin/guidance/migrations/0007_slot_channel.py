"""How one is met at a time is a channel."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0006_hours_channel")]

    operations = [migrations.RenameField(model_name="slot", old_name="way", new_name="channel")]
