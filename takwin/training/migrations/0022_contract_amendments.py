from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0021_result_rounds")]

    operations = [migrations.RenameModel("Amendment", "ContractAmendment")]
