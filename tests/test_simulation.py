"""The simulated season: adds up to the published figures, deterministic, marked on every row."""

from datetime import date
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from takwin.admissions.models import Application, Demand, Wish
from takwin.centres.models import Centre
from takwin.offer.models import Offering, Programme, Season, Sector
from takwin.people.models import Person
from takwin.web.simulation import simulate
from takwin.web.simulation.demo import make_demo
from takwin.web.simulation.parts import largest_remainder
from takwin.web.simulation.play import school_year

pytestmark = pytest.mark.django_db


def fingerprint():
    wishes = Wish.objects.order_by("application__ref", "rank").values_list(
        "application__ref", "rank", "offering__programme__code", "offering__centre__code", "with_bed"
    )
    return hash(tuple(wishes)), tuple(Offering.objects.order_by("pk").values_list("seats", "capacity"))


def test_the_season_is_the_published_one():
    counts = simulate(400, 7, say=lambda _line: None)
    total = Offering.objects.aggregate(c=Sum("capacity"), f=Sum("first_year"), s=Sum("seats"))
    assert (total["c"], total["f"]) == (414_800, 275_000)
    assert not Application.objects.exclude(state="draft").filter(wishes=None).exists()
    assert counts["programmes"] == Programme.objects.filter(offerings__isnull=False).distinct().count() == 726
    kinds = {
        k: Programme.objects.filter(kind=k, offerings__isnull=False).distinct().count()
        for k in ("diploma", "qualifying")
    }
    assert kinds == {"diploma": 276, "qualifying": 426}
    assert Sector.objects.filter(programmes__offerings__isnull=False).distinct().count() == 18
    south = Offering.objects.filter(centre__area__path__startswith="07.")
    assert south.aggregate(c=Sum("capacity"))["c"] == 33_181
    assert south.values("centre").distinct().count() == 34
    for code, places in (
        ("ismss-meknes", 768),
        ("ismss-beni-mellal", 624),
        ("ismss-oujda", 768),
        ("cmc-marrakech-safi", 3000),
    ):
        assert Offering.objects.filter(centre__code=code).aggregate(c=Sum("capacity"))["c"] == places
    requests = Demand.objects.aggregate(r=Sum("requests"))["r"]
    assert 3.0 < requests / total["s"] < 5.0
    health = Demand.objects.filter(offering__programme__sector__code="health-social-work")
    totals = health.aggregate(r=Sum("requests"), s=Sum("offering__seats"))
    assert totals["r"] / totals["s"] > 10
    assert not Person.objects.filter(simulated=False).exists()
    assert not Application.objects.filter(simulated=False).exists()
    assert not Centre.objects.filter(code__startswith="sim-", simulated=False).exists()
    assert Season.objects.get().simulated
    # The documented centres are untouched, and the accounts of the demo are made by the services.
    assert Centre.objects.filter(simulated=False).count() == 114
    assert len(make_demo()) == len(make_demo()) == 11
    assert Application.objects.get(simulated=False).state == "submitted"
    with pytest.raises(CommandError, match="exists already"):
        call_command("simulate_season", candidates=10)


def test_the_same_seed_gives_the_same_season():
    from django.db import transaction

    prints = []
    for seed in (3, 3, 4):
        with transaction.atomic():
            simulate(60, seed, say=lambda _line: None)
            prints.append(fingerprint())
            transaction.set_rollback(True)
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


def test_shares_are_whole_and_exact():
    assert largest_remainder([1, 1, 1], 10).sum() == 10
    assert largest_remainder([5, 0, 1], 12, [4, 9, 2]).tolist() == [4, 6, 2]
    with pytest.raises(ValueError, match="does not fit"):
        largest_remainder([1, 1], 10, [4, 5])


@pytest.mark.parametrize(
    ("today", "code"), [("2026-11-25", "2027-2028"), ("2027-05-30", "2027-2028"), ("2027-07-15", "2028-2029")]
)
def test_training_begins_after_the_applications_are_over(today, code):
    assert school_year(date.fromisoformat(today)) == code


def test_names_of_programmes_are_those_of_trades():
    from takwin.web.simulation.offer import _names

    for kind, number in (("diploma", 276), ("qualifying", 426)):
        rows = list(islice(_names(kind), number))
        assert len({code for _sector, code, *_rest in rows}) == number
        assert not [row for row in rows if "خيار" in row[2] or "الوحدة" in row[2]]
