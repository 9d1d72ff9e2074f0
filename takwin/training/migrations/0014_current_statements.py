"""Of the statements of one trainee at one roll one is current. A rename alone: the table may hold 10^8 rows."""

from django.db import migrations
from django.db.models import CheckConstraint, Q, UniqueConstraint

from takwin.core.renames import RenameConstrainedField, RenameConstraint

ONE, CONTESTED = "statement_one_stands", "statement_contested_stands"


class Migration(migrations.Migration):
    dependencies = [("training", "0013_rejected_statements")]

    operations = [
        RenameConstrainedField(
            "statement",
            "stands",
            "is_current",
            before=[
                UniqueConstraint(fields=["roll", "enrolment"], condition=Q(stands=True), name=ONE),
                CheckConstraint(condition=Q(stands=True) | Q(contested=False), name=CONTESTED),
            ],
            after=[
                UniqueConstraint(fields=["roll", "enrolment"], condition=Q(is_current=True), name=ONE),
                CheckConstraint(condition=Q(is_current=True) | Q(contested=False), name=CONTESTED),
            ],
        ),
        migrations.RenameField("statement", "told_at", "stated_at"),
        RenameConstraint("statement", ONE, "statement_one_is_current"),
        RenameConstraint("statement", CONTESTED, "statement_contested_is_current"),
    ]
