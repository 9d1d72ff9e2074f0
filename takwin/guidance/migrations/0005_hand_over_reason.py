"""A declined hand-over keeps its reason in a field of that name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("guidance", "0004_closure_reason")]

    operations = [migrations.RenameField(model_name="handover", old_name="why", new_name="reason")]
