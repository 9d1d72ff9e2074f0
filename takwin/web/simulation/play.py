"""Plays the simulation: offer, candidates, demand; one transaction, one line in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from takwin.admissions.models import Application, Wish
from takwin.admissions.services import count_demand
from takwin.centres.models import Centre
from takwin.core.bulk import analyze
from takwin.core.changes import journal
from takwin.core.dates import CASABLANCA
from takwin.offer.models import Offering, Programme, Season
from takwin.people.models import Person
from takwin.web.simulation import candidates, guidance, offer

FULL = 200_000  # candidates for whom every first-year place is open: 5.5 wishes each, four requests a place
WEEKS_OPEN = 6


def simulate(number: int, seed: int, *, code: str = "", say: Callable[[str], object] = print) -> dict[str, int]:
    """Make a simulated season. Raises ValueError when the season exists already.

    With fewer than 200,000 candidates the season is a sample: each offering opens its share of seats, so that
    about four requests meet each seat whatever the number.
    """
    code = code or school_year(timezone.localdate())
    if Season.objects.filter(code=code).exists():
        raise ValueError(f"season {code} exists already; the simulation adds, it never overwrites")
    rng = np.random.default_rng(seed)
    with transaction.atomic():
        season = _season(code, number)
        offer.write_sectors()
        programmes = offer.write_programmes()
        sites = offer.write_centres(rng)
        say(f"offer: {len(programmes)} programmes, {len(sites)} centres that train")
        offerings = offer.write_offerings(season, sites, programmes, rng)
        say(f"offer: {offerings} offerings")
        submitted_at = timezone.now().replace(microsecond=0)
        counsel = guidance.write_centres()
        wishes, tests = candidates.write_candidates(season, number, rng, submitted_at)
        say(f"candidates: {number} with {wishes} wishes, {tests} interest tests; {counsel} guidance centres")
        analyze(Person, Application, Wish, Offering, Programme, Centre)
        requests = count_demand(season)
        counts = {"programmes": len(programmes), "centres": len(sites), "offerings": offerings}
        counts |= {"candidates": number, "wishes": wishes, "requests": requests, "tests": tests}
        journal(season, "simulate", by=None, seed=seed, counts=counts)
    return counts


def school_year(today: date) -> str:
    """The first school year whose applications, results and answers can all be over before it begins in September."""
    over = today + timedelta(weeks=WEEKS_OPEN + 4)
    begin = over.year if over.month < 9 else over.year + 1
    return f"{begin}-{begin + 1}"


def _season(code: str, number: int) -> Season:
    """Applications are open on the day of the simulation; training begins in the school year of the code, on the days
    published for 2024 (s1 lines 18, 21)."""
    begin = int(code[:4])
    today = timezone.localdate()
    closes = datetime.combine(today + timedelta(weeks=WEEKS_OPEN), time(23, 59, 59), CASABLANCA)
    return Season.objects.create(
        code=code,
        state="open",
        starts_on=date(begin, 9, 4),
        first_year_starts_on=date(begin, 9, 6),
        ages_on=date(begin, 9, 1),
        opens_at=datetime.combine(today - timedelta(days=1), time(0), CASABLANCA),
        closes_at=closes,
        corrects_until=closes + timedelta(days=3),
        trial_at=closes + timedelta(days=4),
        results_at=closes + timedelta(days=7),
        answers_until=closes + timedelta(days=14),
        simulated=True,
        sample_permille=max(1, min(1000, round(1000 * number / FULL))),
    )
