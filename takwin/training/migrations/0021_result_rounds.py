from django.db import migrations
from django.db.models import CheckConstraint, Q, UniqueConstraint

from takwin.core.renames import RenameConstrainedField, RenameConstraint

ONCE, POSSIBLE, HIGHEST = "result_turn_once", "result_is_possible", 2000


class Migration(migrations.Migration):
    dependencies = [("training", "0020_exam_sessions")]

    operations = [
        RenameConstrainedField(
            "result",
            "turn",
            "round",
            before=[
                UniqueConstraint(fields=["enrolment", "year", "turn"], name=ONCE),
                CheckConstraint(condition=Q(average__lte=HIGHEST, turn__gte=1), name=POSSIBLE),
            ],
            after=[
                UniqueConstraint(fields=["enrolment", "year", "round"], name=ONCE),
                CheckConstraint(condition=Q(average__lte=HIGHEST, round__gte=1), name=POSSIBLE),
            ],
        ),
        migrations.AlterModelOptions(
            name="result", options={"ordering": ["enrolment", "year", "round"], "verbose_name": "result of a year"}
        ),
        RenameConstraint("result", ONCE, "result_round_once"),
    ]
