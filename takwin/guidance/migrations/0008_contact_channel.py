"""How a contact took place is a channel."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0007_slot_channel")]

    operations = [migrations.RenameField(model_name="contact", old_name="way", new_name="channel")]
