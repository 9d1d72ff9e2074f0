"""The reason of an absence, of an amendment, of a contract's end, of a lowered capacity and of a correction.

Each is a rename of a column alone: no row is written, whatever the size of the table.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0010_remember_feeds")]

    operations = [
        migrations.RenameField("absence", "why", "reason"),
        migrations.RenameField("amendment", "why", "reason"),
        migrations.RenameField("contract", "why", "reason"),
        migrations.RenameField("lowered", "why", "reason"),
        migrations.RenameField("statement", "why", "reason"),
    ]
