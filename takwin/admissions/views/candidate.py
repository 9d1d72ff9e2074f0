"""The candidate's own application. A counsellor who assists walks the same pages for one person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from takwin.accounts.limits import wait_of
from takwin.admissions import assistance, forms, identities, selectors, services
from takwin.admissions.choices import MAX_WISHES, AdmissionReason
from takwin.admissions.rules import FILE_LIMIT_MB, list_version
from takwin.admissions.tokens import token
from takwin.admissions.views import pending
from takwin.admissions.views.audits import private_json
from takwin.core.changes import locked
from takwin.core.errors import Refused
from takwin.offer import selectors as offer
from takwin.people import selectors as people
from takwin.ui.documents import give_document
from takwin.ui.intake import takes_bytes
from takwin.ui.pages import PUBLIC, near, open_file, or_404, page, safe_next, show
from takwin.ui.typed import show_again


def current(request: Any, subject: str = "") -> Any:
    """The application these pages are about: one's own, or the one whose reference the address carries, when this
    counsellor entered it. Nothing is kept in the session: two windows on two files are two addresses."""
    if subject:
        found = assistance.assisted(request.user, subject)
        if found is None:
            raise Http404(subject)
        request.acting_for = found.person
        open_file(request, found)
        return found
    season = offer.current_season()
    return selectors.own(request.user, season) if season else None


def with_application(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass the application; without one, go to the first step."""

    @wraps(view)
    def inner(request: Any, *args: Any, subject: str = "", **kwargs: Any) -> HttpResponse:
        application = current(request, subject)
        if application is None:
            return redirect(near(request, "admissions:mine"))
        return view(request, application, *args, **kwargs)

    return inner


def say_no(request: Any, refusal: Refused) -> None:
    messages.error(request, str(refusal))


@page("admissions.apply")
def overview(request: Any, subject: str = "") -> HttpResponse:
    """The whole application at a glance; the first step when there is none."""
    application, season = current(request, subject), offer.current_season()
    if application is None:
        return _start(request, season)
    if application.state in {"admitted", "held", "unplaced", "confirmed", "declined", "lapsed"}:
        return redirect(near(request, "admissions:result"))
    context: dict[str, Any] = {
        "application": application,
        "season": application.season,
        "wishes": selectors.wishes(application),
        "corrections": identities.corrections_of(application.person),
    }
    context |= {"documents": list(application.documents.all()), "limit": MAX_WISHES, "active": "apply"}
    context["auto"] = forms.AutoAnswerForm(row=application)
    return show(request, "admissions/mine.html", **context)


def _start(request: Any, season: Any) -> HttpResponse:
    person = people.person_of(request.user)
    if person is not None and person.frozen_at is not None:
        return _start_again(request, season, person)
    form = forms.StartForm(request.POST or None, initial=identity_of(person))
    # Messages go where the account signs in.
    reach = {"phone": request.user.phone or "", "email": request.user.email or ""}
    if request.method == "POST" and season:
        if (wait := wait_of(request, "identity")) is not None:
            form.add_error(None, _("Too many tries. %(wait)s") % {"wait": wait})
        elif form.run(season=season, person=person, account=request.user, by=request.user, **reach):
            return redirect(near(request, "admissions:schooling"))
    return show(request, "admissions/start.html", form=form, season=season, active="apply")


def _start_again(request: Any, season: Any, person: Any) -> HttpResponse:
    """A new season for someone whose identity is registered: nothing of it is typed again."""
    if request.method == "POST" and season:
        try:
            services.start(season=season, person=person, by=request.user)
        except Refused as refusal:
            say_no(request, refusal)
        else:
            return redirect("admissions:schooling")
    return show(request, "admissions/start.html", person=person, season=season, active="apply")


def identity_of(person: Any) -> dict[str, Any]:
    """Initial values of an identity form."""
    if person is None:
        return {}
    names = ("given_name", "family_name", "sex", "born_on", "cin")
    return {name: getattr(person, name) for name in names} | {"commune": person.commune.code if person.commune else ""}


@page("admissions.apply")
@with_application
def identity(request: Any, application: Any) -> HttpResponse:
    if application.person.frozen_at is not None:
        return redirect(near(request, "admissions:correct"))
    form = forms.EditIdentityForm(request.POST or None, row=application.person)
    if request.method == "POST":
        if (wait := wait_of(request, "identity")) is not None:
            form.add_error(None, _("Too many tries. %(wait)s") % {"wait": wait})
        elif form.run(application.person, by=request.user):
            return redirect(near(request, "admissions:mine"))
    return show(request, "admissions/identity.html", form=form, application=application, active="apply")


@page("admissions.apply")
@with_application
def schooling(request: Any, application: Any) -> HttpResponse:
    form = forms.DescribeForm(request.POST or None, row=application)
    if request.method == "POST" and form.run(application, by=request.user):
        pending.add_pending(request, application)
        return redirect(near(request, "admissions:wishes"))
    return show(request, "admissions/schooling.html", form=form, application=application, active="apply")


@page("admissions.apply")
@with_application
def wishes(request: Any, application: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "pending": pending.offered(request, application),
        "application": application,
        "wishes": (listed := selectors.wishes(application)),
        "seen": list_version(listed),
        "limit": MAX_WISHES,
    }
    return show(request, "admissions/wishes.html", active="apply", **context)


@page(PUBLIC)
@require_POST
def wish_keep(request: Any) -> HttpResponse:
    """A programme chosen before there is an account: kept in the browser's session until there is an application."""
    if request.user.is_authenticated:
        return wish_add(request)
    form = forms.AddWishForm(request.POST)
    if not form.is_valid():
        raise Http404("offering")
    offering = or_404(offer.offering, form.cleaned_data["offering"])
    pending.keep(request, offering, form.cleaned_data["with_bed"])
    messages.info(request, _("The programme is kept: create an account or sign in, and it is your first wish."))
    return redirect_to_login(reverse("admissions:wishes"), reverse("account_signup"))


@page("admissions.apply")
@require_POST
def wish_add(request: Any, subject: str = "") -> HttpResponse:
    form = forms.AddWishForm(request.POST)
    if not form.is_valid():
        raise Http404("offering")
    try:
        offering = offer.offering(form.cleaned_data["offering"])
    except ObjectDoesNotExist as absent:
        raise Http404("offering") from absent
    # A programme's page belongs to nobody: a counsellor chooses there whose list the wish is for.
    chosen = subject or request.POST.get("for", "")
    application = current(request, chosen)
    if chosen and not application.schooling:
        messages.info(request, _("Tell the schooling first."))
        return redirect(near(request, "admissions:schooling", subject=chosen))
    if application is None or not application.schooling:
        pending.keep(request, offering, form.cleaned_data["with_bed"])
        messages.info(request, _("Tell us who you are and your schooling first: the wish is kept."))
        return redirect(near(request, "admissions:schooling" if application else "admissions:mine"))
    if not chosen:
        pending.forget(request, offering)
    back = safe_next(request, request.POST.get("next", ""))
    late = application.state == "unplaced"
    add = services.add_late_wish if late else services.add_wish
    try:
        add(application, offering=offering, with_bed=form.cleaned_data["with_bed"], by=request.user)
    except Refused as refusal:
        say_no(request, refusal)
        return redirect(back or reverse("web:programme", args=[offering.programme.code]))
    if chosen:
        messages.success(request, _("Added to the wishes of %(name)s.") % {"name": application.person.name})
    else:
        messages.success(request, _("Added to your wishes."))
    return redirect(back or near(request, "admissions:late" if late else "admissions:wishes", subject=chosen))


@page("admissions.apply")
@require_POST
@with_application
def wish_move(request: Any, application: Any) -> HttpResponse:
    form = forms.MoveWishForm(request.POST)
    if not form.run(application, by=request.user):
        messages.error(request, form.error_text())
    return redirect(near(request, "admissions:wishes"))


@page("admissions.apply")
@require_POST
@with_application
def wish_remove(request: Any, application: Any) -> HttpResponse:
    form = forms.RemoveWishForm(request.POST)
    if not form.run(application, by=request.user):
        messages.error(request, form.error_text())
    return redirect(near(request, "admissions:wishes"))


@takes_bytes((FILE_LIMIT_MB + 1) * 1024 * 1024)
@page("admissions.apply")
@with_application
def documents(request: Any, application: Any) -> HttpResponse:
    form = forms.DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.run(application, by=request.user):
        messages.success(request, _("The document is joined."))
        return redirect(near(request, "admissions:documents"))
    until = application.season.corrects_until
    context: dict[str, Any] = {
        "application": application,
        "documents": list(application.documents.all()),
        "open": application.state == "draft"
        or (application.state == "submitted" and until is not None and timezone.now() < until),
    }
    return show(request, "admissions/documents.html", form=form, active="apply", **context)


@page("admissions.apply")
@with_application
def document(request: Any, application: Any, ref: str) -> Any:
    try:
        row = selectors.document(application, ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent
    if request.method == "POST":
        try:
            services.remove_document(application, document=row, by=request.user)
        except Refused as refusal:
            say_no(request, refusal)
        return redirect(near(request, "admissions:documents"))
    return give_document(row.file, row.ref)


@page("admissions.apply")
@with_application
def take_back(request: Any, application: Any) -> HttpResponse:
    """The consequences of taking a submitted application back, shown before it is done."""
    if application.state != "submitted":
        return redirect(near(request, "admissions:mine"))
    return show(request, "admissions/take_back.html", application=application, active="apply")


MOVES = {
    "submit": services.submit,
    "reopen": services.reopen,
    "withdraw": services.withdraw,
    "confirm": services.confirm,
    "hold": services.hold,
    "wait": services.wait,
    "decline": services.decline,
}


def _check_seen(fresh: Any, seen: str) -> None:
    """A move answers what the page showed: another window, or a new round, may have changed the wishes or the seat."""
    if seen and seen != fresh.version:
        shown = [fresh.get_state_display(), *(wish.offering.programme.label for wish in selectors.wishes(fresh))]
        if fresh.seat is not None:
            shown[1:] = [fresh.seat.offering.programme.label]
        raise Refused(AdmissionReason.FILE_CHANGED, now=" – ".join(shown))


@page("admissions.apply")
@require_POST
@with_application
def move(request: Any, application: Any, verb: str) -> HttpResponse:
    """Submit, reopen, withdraw or answer: one move of the application's flow."""
    if verb not in MOVES:
        raise Http404(verb)
    if verb == "reopen" and application.state == "submitted" and "sure" not in request.POST:
        return redirect(near(request, "admissions:take_back"))
    try:
        with locked(application) as fresh:
            _check_seen(fresh, request.POST.get("seen", ""))
            MOVES[verb](application, by=request.user)
    except Refused as refusal:
        say_no(request, refusal)
    else:
        if verb == "submit":
            return redirect(near(request, "admissions:receipt"))
        if verb == "reopen":
            messages.warning(request, _("Your application is a draft again. Submit it once it is corrected."))
    return redirect(near(request, "admissions:mine"))


@page("admissions.apply")
@require_POST
@with_application
def auto_answer(request: Any, application: Any) -> HttpResponse:
    try:
        forms.AutoAnswerForm(request.POST, row=application).insist(application, by=request.user)
    except Refused as refusal:
        return show_again(request, refusal, overview, **request.resolver_match.kwargs)
    messages.success(request, _("Your automatic answer is kept."))
    return redirect(near(request, "admissions:mine"))


def _takes_late_wishes(season_round: Any, application: Any) -> bool:
    """Whether somebody without a seat may ask for a free one: the season's last round is late, and still planned."""
    late_round = bool(season_round) and (season_round.kind, season_round.state) == ("late", "planned")
    return late_round and application.state == "unplaced"


@page("admissions.apply")
@with_application
def late(request: Any, application: Any) -> HttpResponse:
    """Free seats of a late round, for someone without a seat."""
    season_round = selectors.current_round(application.season)
    opened = _takes_late_wishes(season_round, application)
    rows = selectors.free_offerings(application.season) if opened else []
    context: dict[str, Any] = {"application": application, "rows": rows[:100], "opened": opened}
    context["season_round"] = season_round
    context["wishes"] = [wish for wish in selectors.wishes(application) if not wish.refused]
    return show(request, "admissions/late.html", active="apply", **context)


@page("admissions.apply")
@with_application
def result(request: Any, application: Any) -> HttpResponse:
    run, rows = selectors.card(application)
    if run is None:
        return redirect(near(request, "admissions:mine"))
    season_round = selectors.current_round(application.season)
    left = (
        season_round.answers_until - timezone.now()
        if season_round and season_round.answers_until and season_round.state == "answering"
        else None
    )
    open_now = left is not None and left.total_seconds() > 0
    context: dict[str, Any] = {
        "application": application,
        "run": run,
        "rows": rows,
        "won": next((row for row in rows if row["wish"].pk == application.seat_id), None),
        "dearer": any(row["result"].outcome == "waiting" for row in rows),
        "season_round": season_round,
        "can_answer": open_now and application.state in {"admitted", "held", "confirmed", "unplaced"},
        "left": (left.days, left.seconds // 3600) if left is not None and open_now else None,
        "token": token(application.ref),
        "late": _takes_late_wishes(season_round, application),
    }
    return show(request, "admissions/result.html", **context)


@page("admissions.apply")
@with_application
def line(request: Any, application: Any) -> HttpResponse:
    """One's line with its proof, to check at home."""
    run, _rows = selectors.card(application)
    shown = services.line_file(run, application.ref) if run is not None else None
    if shown is None:
        raise Http404("line")
    return private_json(request, shown, "my-line.json")


@page("admissions.assist")
def assist(request: Any) -> HttpResponse:
    """Begin an application for someone else, or go on with one begun here."""
    season = offer.current_season()
    form = forms.AssistForm(request.POST or None)
    if request.method == "POST" and season and form.run(season=season, by=request.user):
        return redirect("admissions:schooling", subject=form.result.ref)
    rows = assistance.assisted_by(request.user)
    return show(
        request, "admissions/assist.html", form=form, rows=rows, season=season, active="assist",
        books=bool(request.user.scope("guidance.follow")),
    )  # fmt: skip
