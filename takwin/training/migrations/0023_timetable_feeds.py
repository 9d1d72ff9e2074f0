from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0022_contract_amendments")]

    operations = [migrations.RenameModel("Feed", "TimetableFeed")]
