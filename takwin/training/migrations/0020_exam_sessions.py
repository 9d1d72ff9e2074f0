from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0019_capacity_reductions")]

    operations = [migrations.RenameField("assessment", "sitting", "exam_session")]
