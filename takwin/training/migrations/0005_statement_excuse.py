import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0004_houses")]

    operations = [
        migrations.AddField(
            model_name="statement",
            name="excuse",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="training.excuse",
            ),
        ),
    ]
