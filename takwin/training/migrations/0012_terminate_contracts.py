"""Lines of the journal about a broken contract say `terminate`, where no seal covers them yet.

A sealed line keeps `break_`: its seal holds the digest of what was written, and another verb would look like a forgery
(core.journal_chain). `core.verbs` has words for both.
"""

from django.db import migrations, transaction

BATCH = 5_000  # lines a statement: as many as a seal covers


def rename_unsealed(apps, _editor, before="break_", after="terminate"):
    Entry, Seal = apps.get_model("core", "Entry"), apps.get_model("core", "Seal")
    lines = Entry.objects.filter(seal=None, verb=before).order_by("pk")
    while True:
        with transaction.atomic():
            # Sealing locks the newest seal too: a line is never read for its digest while its verb changes.
            list(Seal.objects.select_for_update().order_by("-number")[:1])
            batch = list(lines.values_list("pk", flat=True)[:BATCH])
            Entry.objects.filter(pk__in=batch, seal=None).update(verb=after)
        if len(batch) < BATCH:
            break


def restore_unsealed(apps, editor):
    rename_unsealed(apps, editor, before="terminate", after="break_")


class Migration(migrations.Migration):
    atomic = False  # each batch by itself, so that no lock is held for long

    dependencies = [("training", "0011_name_reasons"), ("core", "0008_form_key")]

    operations = [migrations.RunPython(rename_unsealed, restore_unsealed, elidable=True)]
