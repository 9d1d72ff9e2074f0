"""Identities of trainees are frozen as they are."""

from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone


def freeze(apps, _schema):
    enrolments = apps.get_model("training", "Enrolment").objects.filter(person=OuterRef("pk"))
    people = apps.get_model("people", "Person").objects.filter(frozen_at__isnull=True)
    people.filter(Exists(enrolments)).update(frozen_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("training", "0007_contracts_given_up"), ("people", "0003_proved_cards_and_frozen_identities")]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
