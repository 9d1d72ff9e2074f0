"""Draws of one sealed seed: used where results were published with it, void elsewhere, for a trial run showed it."""

import hashlib

from django.db import migrations
from django.db.models import Max
from django.utils import timezone


def keep_draws_of_before(apps, _schema):
    """Published runs stay verifiable against what was sealed for them; runs under review are put aside with their
    draw. A run published with a seed nobody sealed has a void draw of its own that says so."""
    draw, run = apps.get_model("admissions", "Draw"), apps.get_model("admissions", "Run")
    signature = apps.get_model("admissions", "Signature")
    for row in draw.objects.select_related("season"):
        row.sealed_at, closes = row.committed_at, row.season.closes_at
        row.late = closes is not None and row.committed_at > closes
        used = run.objects.filter(season=row.season, state="published", seed=row.old_seed).exists()
        if used and not draw.objects.filter(seed=row.old_seed).exists():
            row.state, row.seed, row.revealed_at = "used", row.old_seed, timezone.now()
        else:
            row.state, row.reason, row.voided_at = "void", "earlier", timezone.now()
        row.old_seed = None
        row.save()
    for row in run.objects.filter(state="published").select_related("season"):
        if not draw.objects.filter(seed=row.seed).exists():
            most = draw.objects.filter(season=row.season).aggregate(most=Max("number"))["most"] or 0
            draw.objects.create(
                season=row.season, number=most + 1, state="void", reason="other-seed", seed=row.seed,
                commitment=hashlib.sha256(row.seed.encode()).hexdigest(), voided_at=timezone.now(),
            )  # fmt: skip
        run.objects.filter(pk=row.pk).update(draw_id=row.seed, kind="final")
    for row in run.objects.filter(state__in=["prepared", "review"], kind="final"):
        if draw.objects.filter(season_id=row.season_id, seed=row.seed, state="used").exists():
            run.objects.filter(pk=row.pk).update(draw_id=row.seed)
        else:
            signature.objects.filter(run=row).delete()
            run.objects.filter(pk=row.pk).update(state="discarded")


class Migration(migrations.Migration):
    dependencies = [("admissions", "0005_draws_of_two_people")]
    operations = [migrations.RunPython(keep_draws_of_before, migrations.RunPython.noop, elidable=False)]
