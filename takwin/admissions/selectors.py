"""Reading applications, demand, runs and results."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from takwin.admissions.choices import CommitteeState, DrawState, Outcome, ReserveGroup, RunState
from takwin.admissions.models import (
    SEATED,
    Application,
    BedResult,
    Committee,
    Demand,
    Document,
    Draw,
    PoolResult,
    Reserve,
    Round,
    Run,
    Score,
    Wish,
    WishResult,
)
from takwin.admissions.rules import SCORERS
from takwin.core.crowd import comparable
from takwin.core.models import Entry, Job
from takwin.core.scope import Scope
from takwin.offer.models import Offering, Season
from takwin.territory.models import Area

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


def newest(*, account: int | None, person: int | None) -> Application | None:
    """The newest application of an account or of a record, by their keys."""
    who = Q(person__account=account) if account else Q(person=person)
    return Application.objects.with_person().filter(who).order_by("-season__code").first()


def wished_and_seated(season: Season, persons: list[int]) -> tuple[dict[int, set[str]], dict[int, str]]:
    """For persons with an application handed in: the programmes they ask for, and the one that took them."""
    rows = Application.objects.filter(season=season, person__in=persons).exclude(state__in=["draft", "withdrawn"])
    wished: dict[int, set[str]] = {pk: set() for pk in rows.values_list("person_id", flat=True)}
    for person, code in rows.values_list("person_id", "wishes__offering__programme__code"):
        wished[person].add(code)
    seated = rows.filter(seat__isnull=False).values_list("person_id", "seat__offering__programme__code")
    return wished, dict(seated)


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
    """The last published run of a season."""
    return Run.objects.filter(season=season, state=RunState.PUBLISHED).order_by("-round__number").first()


def runs(season: Season | None = None) -> QuerySet[Run]:
    rows = Run.objects.select_related("season", "round", "prepared_by")
    return rows.filter(season=season) if season else rows


def run(ref: str) -> Run:
    return Run.objects.select_related("season", "round").get(ref=ref)


def job_about(ref: str) -> Job | None:
    """The newest job about a record."""
    return Job.objects.filter(subject_ref=ref).order_by("-pk").first()


@lru_cache(maxsize=8)
def _published(run: int, _moment: int) -> tuple[Run, dict[int, PoolResult], dict[int, list[BedResult]]]:
    """A published run with its pools and beds. They never change; names are read again every five minutes."""
    pools = PoolResult.objects.filter(run=run).select_related(*OFFERING_NAMES)
    beds: dict[int, list[BedResult]] = {}
    for bed in BedResult.objects.filter(run=run):
        beds.setdefault(bed.centre_id, []).append(bed)
    return Run.objects.select_related("season", "round").get(pk=run), {p.offering_id: p for p in pools}, beds


def forget_published() -> None:
    """Drop the cached published runs. Tests need it: each starts with an empty database."""
    _published.cache_clear()


Card = tuple[Run | None, list[dict[str, Any]]]


def card(application: Application) -> Card:
    """The last published run that includes an application, and the result of each wish: one query a visit."""
    wish_results = WishResult.objects.filter(wish__application=application, run__state=RunState.PUBLISHED)
    return _card(list(wish_results.select_related("wish").order_by("-run_id", "wish__rank")), application.person.sex)


def card_by_ref(ref: str) -> tuple[Application | None, Card]:
    """The same by reference, application included: the one query of the publication minute."""
    wish_results = (
        WishResult.objects.filter(wish__application__ref=ref, run__state=RunState.PUBLISHED)
        .select_related("wish__application__person")
        .only(
            "run_id", "outcome", "score", "lot", "rank", "waiting", "bed_rank", "reserve",
            "wish__rank", "wish__with_bed", "wish__offering_id",
            "wish__application__ref", "wish__application__state", "wish__application__seat_id",
            "wish__application__person__sex",
        )
        .order_by("-run_id", "wish__rank")
    )  # fmt: skip
    found = list(wish_results)
    if not found:
        return None, (None, [])
    application = found[0].wish.application
    return application, _card(found, application.person.sex)


def _card(found: list[WishResult], sex: str) -> Card:
    if not found:
        return None, []
    run, pools, beds = _published(found[0].run_id, int(time.time()) // 300)
    rows = []
    for result in found:
        if result.run_id != run.pk:
            break
        pool = pools[result.wish.offering_id]
        bed = _bed(beds.get(pool.offering.centre_id), sex) if result.wish.with_bed else None
        rows.append(_row(result, pool, bed))
    return run, rows


def _row(result: WishResult, pool: PoolResult, bed: BedResult | None) -> dict[str, Any]:
    """The numbers of one wish; `tied`: the lot decided."""
    names = dict(ReserveGroup.choices)
    confidential = {ReserveGroup.DISABILITY, ReserveGroup.REENTRY}
    return {
        "result": result,
        "wish": result.wish,
        "offering": pool.offering,
        "pool": pool,
        "bed": bed,
        "tied": result.outcome == Outcome.WAITING and pool.last_score == result.score,
        "reserve": names.get(result.reserve, ""),
        "reserves": [
            # How many of a confidential group were admitted, and the mark of the last, is nobody else's to know.
            {"group": names.get(group, group), "seats": seats}
            | ({} if group in confidential else {"admitted": admitted, "last": last})
            for group, seats, admitted, last in pool.reserves
        ],
    }


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
    """The offerings with the most requests; open ones with seats only. Ordered and counted as the public may read."""
    rows = Demand.objects.filter(offering__season=season, offering__state="open", offering__seats__gt=0)
    most = list(
        rows.annotate(shown=comparable("requests")).select_related(*OFFERING_NAMES).order_by("-shown", "pk")[:limit]
    )
    for row in most:
        row.requests = row.shown
    return [*most]


def fairness(run: Run) -> list[tuple[str, list[Any]]]:
    """Groups of a reviewed run in words: candidates, admitted, first choices, beds, share admitted; regions last."""
    names = {**dict(ReserveGroup.choices), "boys": _("boys"), "girls": _("girls")}
    regions = {area.path: area.label for area in Area.objects.regions()}
    shares = (run.review or {}).get("fairness", {})
    out = []
    for key in sorted(shares, key=lambda key: (":" in key, key)):
        numbers = shares[key]
        share = numbers[1] / numbers[0] if numbers[0] else 0
        name = regions.get(key.partition(":")[2], key) if ":" in key else str(names.get(key, key))
        out.append((name, [*numbers, share]))
    return out


def rounds(season: Season) -> list[Round]:
    return list(Round.objects.filter(season=season).order_by("number"))


def current_round(season: Season) -> Round | None:
    """The round under way: the last planned."""
    return Round.objects.filter(season=season).order_by("-number").first()


def round_of(code: str, number: int) -> Round:
    """Raises Round.DoesNotExist."""
    return Round.objects.select_related("season").get(season__code=code, number=number)


def draw(season: Season) -> Draw | None:
    """The draw of a season that is not void."""
    return Draw.objects.select_related("season").filter(season=season).exclude(state=DrawState.VOID).first()


def draws(season: Season | None = None, *, most: int = 200) -> list[Draw]:
    """Every draw, the newest first, with its contributions: the list the public reads. Void ones stay in it."""
    rows = Draw.objects.select_related("season").prefetch_related("contributions")
    return list((rows.filter(season=season) if season else rows).order_by("-season__code", "-number")[:most])


def run_draw(run: Run) -> Draw | None:
    """The draw a run takes its lots from."""
    return Draw.objects.select_related("season").filter(seed=run.draw_id).first() if run.draw_id else None


def offerings(values: list[Any], by: str = "pk") -> dict[Any, Offering]:
    """Offerings with their names, by number or by reference."""
    return Offering.objects.with_names().in_bulk(values, field_name=by)


def public_run(ref: str) -> Run:
    """A published run; anything else is not there. Raises Run.DoesNotExist."""
    return Run.objects.select_related("season", "round").get(ref=ref, state=RunState.PUBLISHED)


def public_runs() -> list[Run]:
    rows = Run.objects.filter(state=RunState.PUBLISHED).select_related("season", "round")
    return list(rows.order_by("-season__code", "-round__number"))


def readings(runs: list[Run], most: int = 20) -> list[tuple[Run, list[Entry]]]:
    """Runs with the last readings of their full files, in one query."""
    found: dict[str, list[Entry]] = {}
    rows = Entry.objects.filter(ref__in=[run.ref for run in runs], verb="read_full_files").select_related("by")
    for entry in rows.order_by("-pk")[: most * max(len(runs), 1)]:
        found.setdefault(entry.ref, []).append(entry)
    return [(run, found.get(run.ref, [])[:most]) for run in runs]


def free_offerings(season: Season) -> list[dict[str, Any]]:
    """Open offerings with seats nobody holds: what a late round can give."""
    taken = dict(
        Application.objects.filter(season=season, state__in=SEATED)
        .values_list("seat__offering")
        .annotate(n=Count("pk"))
        .order_by()
    )
    rows = Offering.objects.with_names().filter(season=season, state="open", seats__gt=0)
    found = [{"offering": row, "free": row.seats - taken.get(row.pk, 0)} for row in rows]
    return sorted((row for row in found if row["free"] > 0), key=lambda row: -row["free"])


def reserves(offering: Offering) -> list[Reserve]:
    return list(offering.reserves.all())


def committees(user: Any, scope: Scope | None = None) -> list[Committee]:
    """Of a scope, or those one is a member of."""
    rows = Committee.objects.select_related(
        "offering__programme", "offering__centre__area", "offering__season", "offering__mode"
    ).annotate(people=Count("members", distinct=True))
    if scope is None:
        return list(
            rows.filter(members=user, state=CommitteeState.FORMED)
            .within(user.scope("admissions.score"))
            .order_by("-pk")[:200]
        )
    return list(rows.annotate(given=Count("scores", distinct=True)).within(scope).order_by("-pk")[:200])


def committee_within(scope: Scope, ref: str) -> Committee:
    return Committee.objects.within(scope).select_related("offering__season", "offering__centre__area").get(ref=ref)


def unscored(rows: Iterable[Committee]) -> dict[int, int]:
    """For each committee, how many who asked for its offering lack two scores: any of them sets the offering aside in
    the next run. In two queries, however many there are."""
    of = {row.offering_id: row.pk for row in rows}
    asked = Wish.objects.filter(offering__in=of, refused=False).exclude(
        application__state__in=["draft", "withdrawn", "declined", "lapsed"]
    )
    full = (
        Score.objects.filter(committee__in=of.values(), value__isnull=False)
        .values("committee", "application")
        .annotate(n=Count("pk"))
        .filter(n__gte=SCORERS)
    )
    done = {(row["committee"], row["application"]) for row in full}
    out = dict.fromkeys(of.values(), 0)
    for offering, application in asked.values_list("offering", "application").distinct():
        out[of[offering]] += (of[offering], application) not in done
    return out


def committee(user: Any, ref: str) -> Committee:
    """One's own committee, where one may score now. Raises Committee.DoesNotExist for others'."""
    rows = Committee.objects.within(user.scope("admissions.score"))
    return rows.select_related("offering__programme", "offering__centre", "offering__season").get(
        members=user, ref=ref, state=CommitteeState.FORMED
    )


def score_of(committee: Committee, application: Application, user: Any) -> int | None:
    """A member's own score of a candidate, in hundredths; None without, or aside."""
    rows = Score.objects.filter(committee=committee, application=application, by=user)
    return rows.values_list("value", flat=True).first()


def to_score(committee: Committee, user: Any) -> list[dict[str, Any]]:
    """Candidates of a committee, each with one's own score and how many have scored."""
    rows = (
        Application.objects.with_person()
        .filter(wishes__offering=committee.offering, wishes__refused=False)
        .exclude(state__in=["draft", "withdrawn", "declined", "lapsed"])
        .distinct()
        .order_by("person__family_name", "pk")
    )
    mine: dict[int, Score] = {}
    given: dict[int, int] = {}
    for score in Score.objects.filter(committee=committee):
        if score.by_id == user.pk:
            mine[score.application_id] = score
        if score.value is not None:
            given[score.application_id] = given.get(score.application_id, 0) + 1
    return [{"application": row, "mine": mine.get(row.pk), "given": given.get(row.pk, 0)} for row in rows]


def by_ref(ref: str) -> Application | None:
    """Without scope: for the public check of a receipt, which shows nothing of the person."""
    return Application.objects.select_related("season").filter(ref=ref).first()
