"""What of the offer waits for a visitor of the desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from takwin.accounts.models import User
from takwin.core.contexts import Task
from takwin.offer.models import Offering
from takwin.offer.selectors import current_season


def waiting(user: User) -> Iterator[Task]:
    season = current_season() if user.holds_anywhere("offer.edit") else None
    if season is None:
        return
    mine = Offering.objects.within(user.scope("offer.edit")).filter(season=season, state="open", seats__gt=0)
    count = mine.filter(demand__requests=0).count()
    if count:
        text = ngettext(
            "%(count)s offering that nobody asks for", "%(count)s offerings that nobody asks for", count
        ) % {"count": count}
        yield Task("mute", _("review"), text, reverse("offer:list") + "?sort=seats")
