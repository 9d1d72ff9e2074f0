"""Reading applications, demand, runs and results."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from takwin.admissions.choices import Outcome, RunState
from takwin.admissions.models import Application, BedResult, Demand, Document, PoolResult, Run, Wish, WishResult
from takwin.core.models import Job
from takwin.core.scope import Scope
from takwin.offer.models import Offering, Season

OFFERING_NAMES = (
    "offering__programme__level",
    "offering__programme__sector",
    "offering__centre__area",
    "offering__mode",
)


def own(user: Any, season: Season | None = None) -> Application | None:
    """The application of a signed-in person: of a season, else their newest."""
    rows = Application.objects.with_person().filter(person__account=user)
    return (rows.filter(season=season) if season else rows).order_by("-season__code").first()


def applications(scope: Scope, season: Season | None = None) -> Any:
    # A subquery counts the wishes of the page's rows only; a join would group the whole season first.
    wished = Wish.objects.filter(application=OuterRef("pk")).order_by().values("application").annotate(n=Count("pk"))
    rows = (
        Application.objects.within(scope).with_person().annotate(wish_count=Coalesce(Subquery(wished.values("n")), 0))
    )
    return rows.filter(season=season) if season else rows


def application(scope: Scope, ref: str) -> Application:
    """Raises Application.DoesNotExist, also outside the scope."""
    return Application.objects.within(scope).with_person().get(ref=ref)


def wishes(application: Application) -> list[Wish]:
    return list(application.wishes.select_related(*OFFERING_NAMES, "offering__demand"))


def document(application: Application, ref: str) -> Document:
    return application.documents.get(ref=ref)


def published_run(season: Season) -> Run | None:
    return Run.objects.filter(season=season, state=RunState.PUBLISHED).first()


def runs(season: Season | None = None) -> QuerySet[Run]:
    rows = Run.objects.select_related("season", "prepared_by")
    return rows.filter(season=season) if season else rows


def run(ref: str) -> Run:
    return Run.objects.select_related("season").get(ref=ref)


def job_about(ref: str) -> Job | None:
    """The newest job about a record."""
    return Job.objects.filter(about=ref).order_by("-pk").first()


def wish_results(run: Run, application: Application) -> list[dict[str, Any]]:
    """Each wish with what the run says of it, its pool, and its bed group: four queries."""
    rows = (
        WishResult.objects.filter(run=run, wish__application=application)
        .select_related(*(f"wish__{name}" for name in OFFERING_NAMES))
        .order_by("wish__rank")
    )
    found = list(rows)
    pools = {
        p.offering_id: p for p in PoolResult.objects.filter(run=run, offering__in=[r.wish.offering for r in found])
    }
    centres = [r.wish.offering.centre_id for r in found if r.wish.with_bed]
    beds: dict[int, list[BedResult]] = {}
    for bed in BedResult.objects.filter(run=run, centre__in=centres):
        beds.setdefault(bed.centre_id, []).append(bed)
    sex = application.person.sex
    return [
        {
            "result": r,
            "wish": r.wish,
            "pool": pools[r.wish.offering_id],
            "bed": _bed(beds.get(r.wish.offering.centre_id), sex),
        }
        for r in found
    ]


def _bed(rows: list[BedResult] | None, sex: str) -> BedResult | None:
    wanted = {"all", "girls" if sex == "female" else "others"}
    return next((row for row in rows or [] if row.group in wanted), None)


def pool_results(run: Run, scope: Scope) -> Any:
    return PoolResult.objects.filter(run=run, offering__in=Offering.objects.within(scope)).select_related(
        *OFFERING_NAMES
    )


def demand_by(season: Season, path: str, scope: Scope) -> list[dict[str, Any]]:
    """Capacity, seats, requests and first choices summed by a path from the offering, such as programme__sector."""
    return list(
        Offering.objects.filter(season=season)
        .within(scope)
        .values(path)
        .annotate(
            capacity=Sum("capacity"),
            first_year=Sum("first_year"),
            seats=Sum("seats"),
            offerings=Count("pk"),
            requests=Sum("demand__requests"),
            first_choices=Sum("demand__first_choices"),
        )
        .order_by()
    )


def admitted_by(run: Run, path: str) -> dict[Any, int]:
    """Admitted candidates summed by a path from the offering."""
    rows = PoolResult.objects.filter(run=run).values(f"offering__{path}").annotate(total=Sum("admitted")).order_by()
    return {row[f"offering__{path}"]: row["total"] for row in rows}


def demand_counted_at(season: Season) -> Any:
    return Demand.objects.filter(offering__season=season).values_list("counted_at", flat=True).first()


def most_wanted(season: Season, limit: int = 6) -> list[Demand]:
    """The offerings with the most requests; open ones with seats only."""
    rows = Demand.objects.filter(offering__season=season, offering__state="open", offering__seats__gt=0)
    return list(rows.select_related(*OFFERING_NAMES).order_by("-requests", "pk")[:limit])


def fairness(run: Run, path: str) -> list[dict[str, Any]]:
    """Applications and admitted by a path from the application, such as person__sex."""
    asked = (
        WishResult.objects.filter(run=run)
        .values(key=F(f"wish__application__{path}"))
        .annotate(applications=Count("wish__application", distinct=True))
        .order_by("key")
    )
    got = (
        WishResult.objects.filter(run=run, outcome=Outcome.ADMITTED)
        .values(key=F(f"wish__application__{path}"))
        .annotate(admitted=Count("pk"))
        .order_by("key")
    )
    admitted = {row["key"]: row["admitted"] for row in got}
    return [row | {"admitted": admitted.get(row["key"], 0)} for row in asked]


def assisted(user: Any, ref: str) -> Application | None:
    """An application this counsellor entered, else None."""
    return Application.objects.with_person().filter(entered_by=user, ref=ref).first()


def assisted_by(user: Any, limit: int = 50) -> list[Application]:
    return list(Application.objects.with_person().filter(entered_by=user).order_by("-pk")[:limit])


def by_ref(ref: str) -> Application | None:
    """Without scope: for the public check of a receipt, which shows nothing of the person."""
    return Application.objects.select_related("season").filter(ref=ref).first()
