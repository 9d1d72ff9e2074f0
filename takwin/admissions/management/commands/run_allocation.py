"""Calculate the allocation of a season; with `--publish`, publish it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from takwin.accounts.models import User
from takwin.admissions import services
from takwin.core.errors import Refused
from takwin.offer.models import Season


class Command(BaseCommand):
    help = "Allocate the seats of a season whose applications are closed."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("season")
        parser.add_argument("--close", action="store_true", help="close applications first")
        parser.add_argument("--trial", action="store_true", help="lots of its own; never signed or published")
        parser.add_argument("--publish", action="store_true", help="publish when the checks hold")
        parser.add_argument(
            "--sign", action="append", default=[], help="e-mail of a person who signs; twice to publish"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            season = Season.objects.get(code=options["season"])
            if options["close"]:
                season = services.close_applications(season, by=None)
            people = [User.objects.get(email=email) for email in options["sign"]]
            if season.simulated and len(people) == 2:
                services.rehearse(season, people=people)
            run = services.prepare(season, trial=options["trial"], by=None)
            run = services.allocate(run, progress=lambda percent, step: self.stdout.write(f"{percent:3} % {step}"))
            for person in people:
                services.sign(run, by=person)
            if options["publish"]:
                run = services.publish(run, by=None)
        except User.DoesNotExist:
            raise CommandError("Nobody has this e-mail.") from None
        except Season.DoesNotExist:
            raise CommandError(f"There is no season {options['season']}.") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{run.ref} {run.state} {run.counts} checks {run.checks} result {run.result_digest}")
