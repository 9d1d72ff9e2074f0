from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0012_terminate_contracts")]

    operations = [
        migrations.RenameModel("SetAside", "RejectedStatement"),
        migrations.AlterModelOptions(
            name="rejectedstatement", options={"ordering": ["-pk"], "verbose_name": "statement set aside"}
        ),
    ]
