"""Identities that were handed in before today are frozen as they are."""

from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone


def freeze(apps, _schema):
    application = apps.get_model("admissions", "Application")
    handed_in = application.objects.filter(person=OuterRef("pk")).exclude(state="draft", submitted_at__isnull=True)
    people = apps.get_model("people", "Person").objects.filter(frozen_at__isnull=True)
    people.filter(Exists(handed_in)).update(frozen_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("admissions", "0010_corrections")]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
