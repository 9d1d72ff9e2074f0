"""Signed verdicts and diplomas keep the name they were signed with; the rest is what the registry says today."""

from django.db import migrations
from django.utils.crypto import salted_hmac

NAMES = ("given_name", "family_name", "given_name_latin", "family_name_latin")
BATCH = 500


def _identity(person, holder=""):
    """A diploma whose holder is not called so any more keeps its holder, without Latin letters."""
    names = {name: getattr(person, name) for name in NAMES}
    if holder and holder != f"{person.given_name} {person.family_name}":
        given, _space, family = holder.rpartition(" ")
        names = dict.fromkeys(NAMES, "") | {"given_name": given or family, "family_name": family if given else ""}
    card = salted_hmac("takwin.certification.card", person.cin, algorithm="sha256").hexdigest() if person.cin else ""
    return names | {"born_on": str(person.born_on), "card": card}


def _in_batches(rows, model, field):
    waiting = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            model.objects.bulk_update(waiting, [field])
            waiting = []
    model.objects.bulk_update(waiting, [field])


def freeze(apps, _schema):
    verdict, diploma = (apps.get_model("certification", name) for name in ("Verdict", "Diploma"))

    def diplomas():
        for row in diploma.objects.select_related("enrolment__person").order_by("pk").iterator(BATCH):
            names = _identity(row.enrolment.person, row.holder)
            row.facts["identity"] = {name: names[name] for name in NAMES}
            yield row

    def verdicts():
        holders = dict(diploma.objects.filter(verdict__isnull=False).order_by("-pk").values_list("verdict", "holder"))
        signed = verdict.objects.filter(jury__state="signed").select_related("enrolment__person")
        for row in signed.order_by("pk").iterator(BATCH):
            row.identity = _identity(row.enrolment.person, holders.get(row.pk, ""))
            yield row

    _in_batches(diplomas(), diploma, "facts")
    _in_batches(verdicts(), verdict, "identity")


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0002_identity_at_the_jury"),
        ("people", "0003_proved_cards_and_frozen_identities"),
    ]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
