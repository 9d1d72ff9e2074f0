"""A closure keeps its reason in a field of that name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0003_keep_agreed_times")]

    operations = [migrations.RenameField(model_name="closure", old_name="why", new_name="reason")]
