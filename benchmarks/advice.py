"""Advice: time and memory of one big call, the judge beside it; then what it is worth on a simulated season.

Without options it draws people and offers; with `--season CODE` it reads the database, and says how often the
programmes people ask for stand among the first ten advised, against the ten most asked for. Simulated candidates draw
their wishes from popularity, distance and an interest that the test sees through noise: this measures the machinery,
not people, and a list of the most wanted finds the most wanted by construction.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time

import numpy as np

from takwin.engines.advice import PUBLISHED, Weights, rank
from takwin.engines.advice.check import faults
from takwin.engines.advice.tests.make import random_world

PEOPLE, OFFERS, PROGRAMMES, TOP = 10_000, 3_000, 726, 10


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def synthetic():
    people, offers = random_world(1, PEOPLE, OFFERS, PROGRAMMES)
    before, spent = memory(), []
    for _ in range(5):
        begun = time.perf_counter()
        result = rank(people, offers, 20)
        spent.append(time.perf_counter() - begun)
    print(f"advice for {PEOPLE:,} people x {OFFERS:,} offers of {PROGRAMMES} programmes, 20 each, in one call")
    print(f"  median {statistics.median(spent):.2f} s (from {min(spent):.2f} to {max(spent):.2f}),")
    print(f"  {PEOPLE * OFFERS / statistics.median(spent) / 1e6:.0f} million pairs a second")
    out = result.offer.nbytes / 1e6
    print(f"  memory: {memory():.0f} MB at the peak, {before:.0f} MB before the call; {out:.1f} MB out")
    few, some = random_world(2, 60, 300, 80)
    begun = time.perf_counter()
    wrong = faults(few, some, rank(few, some, 20))
    print(f"  judge on 60 x 300: {len(wrong)} faults, {time.perf_counter() - begun:.2f} s")


def season(code):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "takwin.config.settings")
    import django

    django.setup()
    from takwin.admissions.models import Application, Wish
    from takwin.guidance.models import Sitting
    from takwin.guidance.selectors.advice import catalogue, people
    from takwin.guidance.selectors.clients import Subject
    from takwin.offer.models import Season

    row = Season.objects.get(code=code)
    held = catalogue(row)
    tests = Sitting.objects.filter(state="finished", client__person__isnull=False)
    scores = dict(tests.values_list("client__person_id", "scores"))
    rows = list(
        Application.objects.filter(season=row, person__guidance__sittings__state="finished")
        .exclude(state__in=["draft", "withdrawn"])
        .select_related("person__commune__parent")
    )
    subjects = [
        Subject(
            a.schooling, a.stream, a.diploma, a.person.born_on, a.person.commune, scores=tuple(scores[a.person_id])
        )
        for a in rows
    ]
    asked: dict[int, set[int]] = {a.pk: set() for a in rows}
    for pk, programme in Wish.objects.filter(application__season=row).values_list(
        "application", "offering__programme"
    ):
        if pk in asked:
            asked[pk].add(programme)
    wished = [asked[a.pk] for a in rows]
    begun = time.perf_counter()
    arrays = people(subjects, held)
    made = time.perf_counter() - begun
    begun = time.perf_counter()
    listed = rank(arrays, held.offers, TOP)
    print(f"season {code}, simulated: {len(rows):,} candidates with a test, {len(held.ids):,} offerings")
    print(f"  arrays {made:.2f} s, ranking {time.perf_counter() - begun:.2f} s, memory {memory():.0f} MB at the peak")
    compare(rows, wished, arrays, held, listed)


def hits(lists, wished, held):
    """Share of people with one wished programme at least in their list, and share of wishes that are in it."""
    found = [
        len(set(held.offers.programme[row[row >= 0]].tolist()) & want) for row, want in zip(lists, wished, strict=True)
    ]
    total = sum(map(len, wished))
    return np.mean([count > 0 for count in found]), sum(found) / total


def popular(arrays, held):
    """The ten programmes most asked for among those one may join: what a list of the most wanted would advise."""
    from takwin.engines.advice.solve import eligible
    from takwin.offer.models import Offering

    asked = dict(Offering.objects.filter(pk__in=held.ids.tolist()).values_list("pk", "demand__requests"))
    demand = np.array([asked[int(pk)] or 0 for pk in held.ids], float)
    starts = np.flatnonzero(np.r_[True, np.diff(held.offers.programme) > 0])
    out = []
    for at in range(0, len(arrays), 256):
        lawful = eligible(arrays.part(slice(at, at + 256)), held.offers)
        total = np.add.reduceat(np.where(lawful, demand, 0), starts, axis=1)
        out.append(starts[np.argsort(-total, axis=1)[:, :TOP]])
    return np.concatenate(out)


def compare(rows, wished, arrays, held, listed):
    ways = {
        "the published rule": listed.offer,
        "popularity alone": popular(arrays, held),
        "without the interest test": rank(arrays, held.offers, TOP, Weights(0, 0.6, 0.4)).offer,
        "interest alone": rank(arrays, held.offers, TOP, Weights(1, 0, 0)).offer,
    }
    weights = f"{PUBLISHED.interest:g}, {PUBLISHED.nearness:g}, {PUBLISHED.openness:g}"
    print(f"  the first {TOP} advised contain…        a wish at all   of all wishes   (weights {weights})")
    for name, lists in ways.items():
        anyone, share = hits(lists, wished, held)
        print(f"    {name:32} {anyone:10.1%} {share:15.1%}")
    exposure(rows, arrays, held, listed)


def exposure(rows, arrays, held, listed):
    """What each group is shown: mean requests a seat and kilometres of the first ten, distinct programmes, beds."""
    km = held.offers.km[arrays.place[:, None], held.offers.site[listed.offer]]
    pressure = held.offers.pressure[listed.offer]
    beds = held.offers.beds[listed.offer]
    groups = {"girls": [a.person.sex == "female" for a in rows], "boys": [a.person.sex == "male" for a in rows]}
    homes = [a.person.commune.path[:3] if a.person.commune else "" for a in rows]
    for path in sorted(set(homes) - {""}):
        groups[f"region {path}"] = [home == path for home in homes]
    print("  exposure of the first ten        people   requests a seat   km   with beds   distinct programmes   fit")
    fit = interest(arrays, held, listed)
    for name, members in groups.items():
        of = np.array(members)
        if not of.any():
            continue
        finite = pressure[of][np.isfinite(pressure[of])]
        distinct = len(set(held.offers.programme[listed.offer[of]].ravel().tolist()))
        print(f"    {name:28} {of.sum():8,} {finite.mean():17.2f} {np.nanmean(km[of]):6.0f} {beds[of].mean():10.1%} "
              f"{distinct:18} {fit[of].mean():8.2f}")  # fmt: skip


def interest(arrays, held, listed):
    from takwin.engines.advice.solve import unit

    wanted = unit(held.offers.interests)
    return 0.5 + 0.5 * np.einsum("ns,nks->nk", unit(arrays.interests), wanted[listed.offer])


parser = argparse.ArgumentParser()
parser.add_argument("--season")
options = parser.parse_args()
season(options.season) if options.season else synthetic()
