"""A bid for a vacancy is a JobApplication. Keys of forms sent shortly before name the row's table: they follow."""

from django.db import migrations, models
from django.db.models import Q

STATES = ["applied", "shortlisted", "invited", "hired", "declined", "withdrawn"]
OLD, NEW = "employment.bid", "employment.jobapplication"


def follow_form_keys(apps, _editor):
    apps.get_model("core", "FormKey").objects.filter(made_model=OLD).update(made_model=NEW)


def take_back_form_keys(apps, _editor):
    apps.get_model("core", "FormKey").objects.filter(made_model=NEW).update(made_model=OLD)


class Migration(migrations.Migration):
    dependencies = [("employment", "0001_first"), ("core", "0012_pulse_heartbeat_at")]

    operations = [
        migrations.RemoveConstraint("bid", "bid_state_is_known"),
        migrations.RemoveConstraint("bid", "bid_once_a_vacancy"),
        migrations.RemoveConstraint("bid", "bid_invited_knows_when"),
        migrations.RenameModel("Bid", "JobApplication"),
        migrations.RenameIndex("jobapplication", new_name="job_application_by_person", old_name="bid_by_person"),
        migrations.AddConstraint(
            "jobapplication",
            models.CheckConstraint(condition=Q(state__in=STATES), name="job_application_state_is_known"),
        ),
        migrations.AddConstraint(
            "jobapplication",
            models.UniqueConstraint(
                fields=("vacancy", "person"), condition=~Q(state="withdrawn"), name="job_application_once_a_vacancy"
            ),
        ),
        migrations.AddConstraint(
            "jobapplication",
            models.CheckConstraint(
                condition=~Q(state="invited") | ~Q(appointment=""), name="job_application_has_interview"
            ),
        ),
        migrations.RunPython(follow_form_keys, take_back_form_keys),
    ]
