"""Tasks of admissions that wait for a visitor of the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from takwin.accounts.models import User
from takwin.admissions import selectors
from takwin.core.contexts import Task
from takwin.offer.choices import SeasonState
from takwin.offer.selectors import current_season

RUNS_LOOKED_AT = 5  # the newest; an older one in review was left for one of them


def waiting(user: User) -> Iterator[Task]:
    season = current_season() if user.holds_anywhere("admissions.allocate") else None
    if season is None:
        return
    review = next((run for run in selectors.runs(season)[:RUNS_LOOKED_AT] if run.state == "review"), None)
    if review:
        url = reverse("admissions:run", args=[review.ref])
        yield Task("bad", _("now"), _("Review and publish the allocation"), url)
    elif season.state == SeasonState.CLOSED:
        yield Task("bad", _("now"), _("Calculate the allocation"), reverse("admissions:runs"))
    elif season.state == SeasonState.OPEN:
        yield Task("wait", _("open"), _("Applications are open"), reverse("admissions:runs"))
