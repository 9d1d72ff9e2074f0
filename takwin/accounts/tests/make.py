"""Users, with a grant where asked."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from takwin.accounts.models import User
from takwin.accounts.services import grant
from takwin.centres.models import Centre
from takwin.territory.models import Area

PASSWORD = "long-enough-to-be-a-password"


def make_user(email: str = "a@example.org", role: str = "", area: str = "", centre: str = "", **over: Any) -> User:
    user = User.objects.create_user(email, PASSWORD, **over)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    if role:
        place = Area.objects.get(code=area) if area else None
        house = Centre.objects.get(code=centre) if centre else None
        grant(user, role, area=place, centre=house)
    return user
