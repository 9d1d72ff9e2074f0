"""How an answer came, or how someone was tried, stands in `channel`: a rename of two columns alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("employment", "0005_reason")]

    operations = [
        migrations.RenameField("attempt", "way", "channel"),
        migrations.RenameField("answer", "way", "channel"),
    ]
