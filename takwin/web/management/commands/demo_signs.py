"""Print where the demo is and how to sign in."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from takwin.accounts.models import Grant, User
from takwin.web.simulation.demo import CANDIDATE, PASSWORD

# Those who hold no role: what they are is their record.
OTHERS = (
    ("trainee@takwin.example", "trainee"),
    ("graduate@takwin.example", "graduate with a signed diploma"),
    ("employer@takwin.example", "employer, verified"),
    ("employer2@takwin.example", "employer who waits to be verified"),
)


class Command(BaseCommand):
    help = "Addresses and sign-ins of the demo."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        base = f"http://127.0.0.1:{options['port']}"
        lines = ["", "takwin is served here:", f"  {base}/        Arabic", f"  {base}/fr/     French"]
        lines += [f"  {base}/en/     English", f"  {base}/desk/   the desk", f"  {base}/api/v1/openapi.json", ""]
        lines += [f"Sign-ins, all with the password {PASSWORD}", f"  {CANDIDATE:28} candidate"]
        lines += [f"  {email:28} {role}" for email, role in OTHERS if User.objects.filter(email=email).exists()]
        with override("en"):
            for grant in Grant.objects.filter(user__email__endswith="@takwin.example").select_related(
                "user", "area", "centre"
            ):
                lines.append(f"  {grant.user.email:28} {grant.get_role_display()}, {grant.place}")
        self.stdout.write("\n".join([*lines, "", "Stop with Ctrl-C.", ""]))
