"""A sitter of a jury is a JuryMember; its constraints are made again under the new name."""

from django.db import migrations, models
from django.db.models import Q
import django.db.models.deletion

SEATS = ["president", "trainer", "professional", "office"]


class Migration(migrations.Migration):
    dependencies = [("certification", "0004_key_withdrawal")]

    operations = [
        migrations.RemoveConstraint("sitter", "sitter_seat_is_known"),
        migrations.RemoveConstraint("sitter", "sitter_once_a_jury"),
        migrations.RemoveConstraint("sitter", "sitter_one_president_a_jury"),
        migrations.RenameModel("Sitter", "JuryMember"),
        migrations.AlterField(
            "jurymember",
            "jury",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="certification.jury"
            ),
        ),
        migrations.AddConstraint(
            "jurymember", models.CheckConstraint(condition=Q(seat__in=SEATS), name="jury_member_seat_is_known")
        ),
        migrations.AddConstraint(
            "jurymember", models.UniqueConstraint(fields=("jury", "name"), name="jury_member_once_a_jury")
        ),
        migrations.AddConstraint(
            "jurymember",
            models.UniqueConstraint(
                fields=("jury",), condition=Q(seat="president"), name="jury_member_one_president"
            ),
        ),
    ]
