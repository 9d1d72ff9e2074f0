"""A following says its reason in a field of that name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_proved_card_is_not_blank")]

    operations = [
        migrations.RemoveConstraint(model_name="following", name="following_once_for_a_reason"),
        migrations.RenameField(model_name="following", old_name="why", new_name="reason"),
        migrations.AddConstraint(
            model_name="following",
            constraint=models.UniqueConstraint(
                fields=("person", "centre", "reason"), name="following_once_for_a_reason"
            ),
        ),
    ]
