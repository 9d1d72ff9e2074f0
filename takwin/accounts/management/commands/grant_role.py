"""Give the first roles from the machine: python manage.py grant_role E-MAIL ROLE [--region CODE | --centre CODE].

The desk needs two people for a role of national reach, so the first two come from here; the journal says so.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.accounts.roles import Role
from takwin.accounts.selectors import by_login
from takwin.accounts.services import grant
from takwin.centres.models import Centre
from takwin.territory.models import Area


class Command(BaseCommand):
    help = "Give a role to an account; everywhere when neither a region nor a centre is named."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("login", help="e-mail, phone or reference of the account")
        parser.add_argument("role", choices=Role.values)
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--region", default="")
        place.add_argument("--centre", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = by_login(options["login"]).first()
        area = Area.objects.filter(code=options["region"]).first()
        centre = Centre.objects.filter(code=options["centre"]).first()
        if user is None:
            raise CommandError("No account has this e-mail, phone or reference.")
        if (options["region"] and area is None) or (options["centre"] and centre is None):
            raise CommandError("No place has this code.")
        row = grant(user, options["role"], area=area, centre=centre, source="command line")
        self.stdout.write(f"{user} is {row.get_role_display()}: {row.place}")
