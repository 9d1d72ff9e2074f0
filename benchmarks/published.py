"""What an attacker reads out of the published files, beside what exact rows would have told. Run on a published run.

The attacker knows a person's average, first wish and first two wishes, and looks for files or rows that fit them
alone. Printed: of how many people exact rows are unique, and the fewest people behind any cell of the public files.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
import django

django.setup()

import numpy as np

from takwin.admissions.models import Run, Wish, WishResult
from takwin.admissions.services import shown
from takwin.admissions.services.public_files import public_zip


def unique_share(keys: Counter) -> float:
    """Share of people, 0 to 100, whose key nobody else has."""
    return 100 * sum(1 for number in keys.values() if number == 1) / max(1, sum(keys.values()))


def attack_exact_rows(run: Run) -> None:
    """What one row a candidate would give away: nothing of this is published."""
    wishes: dict[int, list[int]] = {}
    for application, offering in (
        Wish.objects.filter(results__run=run).order_by("application", "rank").values_list("application", "offering")
    ):
        wishes.setdefault(application, []).append(offering)
    averages = dict(
        WishResult.objects.filter(run=run, wish__rank=1).values_list("wish__application", "wish__application__average")
    )
    first = Counter((averages.get(pk), chosen[0]) for pk, chosen in wishes.items())
    two = Counter(tuple(chosen[:2]) for chosen in wishes.values())
    print(f"{len(wishes)} people; exact rows unique on (average, first wish): {unique_share(first):.1f} %")
    print(f"exact rows unique on the first two wishes: {unique_share(two):.1f} %")


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def attack_public_files(run: Run) -> None:
    """The fewest people behind each kind of cell that is shown."""
    scores: dict[str, list[int]] = {}
    for offering, score in WishResult.objects.filter(run=run).values_list("wish__offering__ref", "score"):
        scores.setdefault(offering, []).append(score)
    marks = {offering: np.array(values) for offering, values in scores.items()}
    fewest: dict[str, int] = {}
    with zipfile.ZipFile(io.BytesIO(public_zip(run))) as archive:
        for name in ("pools.csv", "houses.csv"):
            for row in table(archive, name):
                for column in ("requests", "first_choices", "admitted", "granted"):
                    if row.get(column) not in (None, "", "0"):
                        key = f"{name} {column}"
                        fewest[key] = min(fewest.get(key, 10**9), int(row[column]))
                if name == "pools.csv" and row["from"]:
                    here = marks[row["offering"]]
                    people = int(np.count_nonzero((here >= int(row["from"])) & (here < int(row["to"]))))
                    fewest["pools.csv band"] = min(fewest.get("pools.csv band", 10**9), people)
        size = sum(item.file_size for item in archive.infolist())
    for key, people in sorted(fewest.items()):
        print(f"fewest people behind a shown cell of {key}: {people} (k = {shown.K})")
    print(f"public files: {size} bytes, no row a person")


run = Run.objects.filter(state="published").latest("pk")
attack_exact_rows(run)
attack_public_files(run)
