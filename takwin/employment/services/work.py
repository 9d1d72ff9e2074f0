"""Writes of employers, vacancies and applications, up to the hiring that enters the rates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from takwin.certification.models import Diploma
from takwin.core.changes import change, create
from takwin.core.choices import Channel
from takwin.core.clock_undo import Undo, take_rows
from takwin.core.errors import Refused
from takwin.core.messages import in_language_of, post
from takwin.employment.choices import ContactChannel, Outcome
from takwin.employment.choices.work import EmployerState, Phone, VacancyState
from takwin.employment.choices.work import WorkReason as R
from takwin.employment.models import Employer, Graduate, JobApplication, SurveyInvitation, Vacancy, WorkWish
from takwin.employment.rules.flows import EMPLOYER, JOB_APPLICATION, VACANCY
from takwin.employment.rules.ice import normalize_ice
from takwin.employment.selectors import matching
from takwin.employment.services.follow_up import answer
from takwin.occupations.models import Occupation
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.models import Company

LONGEST = timedelta(days=90)


def register_employer(
    *, name: str, ice: str, activity: str = "", area: Area, contact: str, phone: str, by: Any
) -> Employer:
    """A company asks for an account; the number's check digits are verified now, the rest by the regional office.

    Whoever asks is not told whether the number is known: a claim takes no number and uses nobody's record.
    """
    number = normalize_ice(ice)
    mine = Employer.objects.filter(account=by).first()
    if mine is not None:
        raise Refused(R.HAS_EMPLOYER, name=mine)
    try:
        with transaction.atomic():
            company = training.add_company(
                name=name, ice=number, activity=activity, contact=contact, phone=phone, area=area, listed=False, by=by
            )
            return create(Employer(company=company, account=by, contact=contact), "register_employer", by=by)
    except IntegrityError:  # the same account in two tabs
        raise Refused(R.HAS_EMPLOYER, name=name) from None


def verify_employer(employer: Employer, *, by: Any) -> Employer:
    """The office has seen who is the company: the claim becomes the company of the list. Refused while another account
    is verified for the number."""
    with change(employer, "verify_employer", by=by, flow=EMPLOYER) as row:
        row.reason = ""
        row.company = _listed(row)
    matching.clear_cache()
    return row


def _listed(row: Employer) -> Company:
    """The company of the list with the claimed number; the claim itself where there is none."""
    claimed = Company.objects.get(pk=row.company_id)
    if claimed.listed:
        return claimed
    # Claims of one number are locked in one order: of two offices that verify two at once, one does.
    same = list(Company.objects.select_for_update(of=("self",)).filter(ice=claimed.ice).order_by("pk"))
    company = next((company_row for company_row in same if company_row.listed), None)
    if company is None:
        with change(claimed, "list_company", by=None) as fresh:
            fresh.listed = True
        return fresh
    holder = Employer.objects.filter(company=company).exclude(pk=row.pk).first()
    if holder is not None:
        if holder.state == EmployerState.VERIFIED:
            raise Refused(R.ICE_TAKEN)
        with change(holder, "lose_company", by=None) as gone:
            gone.company = training.add_company(
                name=company.name, ice=company.ice, activity=company.activity, contact=gone.contact,
                phone=company.phone, area=company.area, listed=False,
            )  # fmt: skip
    if company.area_id is None:
        Company.objects.filter(pk=company.pk).update(area=claimed.area_id)
    return company


def _refuser(verb: str) -> Any:
    def refuse(employer: Employer, *, reason: str, by: Any) -> Employer:
        if not reason.strip():
            raise Refused(R.WHY_MISSING, "reason")
        with change(employer, verb, by=by, flow=EMPLOYER, reason=reason) as row:
            row.reason = reason
        matching.clear_cache()
        return row

    return refuse


refuse_employer = _refuser("refuse_employer")
suspend_employer = _refuser("suspend_employer")


def post_vacancy(
    employer: Employer,
    *,
    title: str,
    words: str,
    occupation: Occupation,
    area: Area,
    contract: str,
    expires_on: date,
    skills: str = "",
    pay_from: int | None = None,
    pay_to: int | None = None,
    places: int = 1,
    simulated: bool = False,
    by: Any = None,
) -> Vacancy:
    """A vacancy, to be read by the regional office before anyone sees it."""
    today = timezone.localdate()
    if employer.state != EmployerState.VERIFIED:
        raise Refused(R.NOT_VERIFIED, state=EmployerState(employer.state).label)
    if pay_from is not None and pay_to is not None and pay_to < pay_from:
        raise Refused(R.BAD_PAY, "pay_to")
    if not today < expires_on <= today + LONGEST:
        raise Refused(R.BAD_EXPIRY, "expires_on", days=LONGEST.days)
    row = Vacancy(
        employer=employer, title=title.strip(), words=words.strip(), occupation=occupation, area=area,
        contract=contract, skills=skills.strip(), pay_from=pay_from, pay_to=pay_to, places=places,
        expires_on=expires_on, simulated=simulated,
    )  # fmt: skip
    return create(row, "post_vacancy", by=by)


def open_vacancy(vacancy: Vacancy, *, by: Any) -> Vacancy:
    """Read and found good: graduates see it."""
    with change(vacancy, "open_vacancy", by=by, flow=VACANCY) as row:
        check_acting(row.employer_id)  # suspended since it posted: graduates are shown nothing of it
    matching.clear_cache()
    return row


def turn_down_vacancy(vacancy: Vacancy, *, reason: str, by: Any) -> Vacancy:
    if not reason.strip():
        raise Refused(R.WHY_MISSING, "reason")
    with change(vacancy, "turn_down_vacancy", by=by, flow=VACANCY, reason=reason) as row:
        row.reason = reason
    matching.clear_cache()
    return row


def check_acting(employer_id: int) -> None:
    """Refused unless an employer is verified now, whatever the page was shown with. Its row is locked until the move
    is written: a suspension comes before it or after it, never in between."""
    employer = Employer.objects.select_for_update(of=("self",)).get(pk=employer_id)
    if employer.state != EmployerState.VERIFIED:
        raise Refused(R.NOT_VERIFIED, state=EmployerState(employer.state).label)


def close_vacancy(vacancy: Vacancy, *, by: Any) -> Vacancy:
    with change(vacancy, "close_vacancy", by=by, flow=VACANCY) as row:
        check_acting(row.employer_id)
    matching.clear_cache()
    return row


def expire_due(today: date | None = None) -> int:
    """End the vacancies whose last day is over; called by the clock."""
    due = Vacancy.objects.filter(_over(today), state__in=[VacancyState.OPEN, VacancyState.POSTED])
    if count := take_rows("vacancies", due, "expire", VACANCY):
        matching.clear_cache()
    return count


def _over(today: date | None = None) -> Q:
    return Q(expires_on__lt=today or timezone.localdate())


def restore_vacancy(vacancy: Vacancy, *, before: str, reason: str, by: Any) -> Vacancy:
    """A vacancy that the clock ended too early is open, or waits to be read, as it did `before`."""
    verb = "restore_vacancy" if before == VacancyState.OPEN else "restore_posted"
    with change(vacancy, verb, by=by, flow=VACANCY, reason=reason) as row:
        check_acting(row.employer_id)
    matching.clear_cache()
    return row


def _still_expired(rows: QuerySet[Vacancy]) -> QuerySet[Vacancy]:
    """Expired, of an employer who is verified, and with a post that nobody has."""
    rows = rows.filter(state=VacancyState.EXPIRED, employer__state=EmployerState.VERIFIED)
    return rows.filter(taken__lt=F("places"))


VACANCY_UNDO = Undo(
    model=Vacancy, still=_still_expired, due=_over, give_back=restore_vacancy,
    words=_(
        "Each vacancy is as it was before, until its last day: graduates see it again and may apply. A vacancy whose "
        "employer is not verified any more, or whose posts are taken, stays ended."
    ),
)  # fmt: skip


def set_wish(
    person: Person,
    *,
    area: Area | None = None,
    max_km: int | None = None,
    contracts: Iterable[str] = (),
    least_pay: int | None = None,
) -> WorkWish:
    """What a graduate looks for: one row a person."""
    bits = sum(matching.BITS[contract] for contract in set(contracts))
    row, _made = WorkWish.objects.update_or_create(
        person=person, defaults={"area": area, "max_km": max_km, "contracts": bits, "least_pay": least_pay}
    )
    return row


def bid(
    vacancy: Vacancy,
    *,
    person: Person,
    words: str = "",
    phone: str = Phone.HIDDEN,
    diplomas: Iterable[Diploma] = (),
    by: Any = None,
) -> JobApplication:
    """Apply to a vacancy, sharing the chosen phone and diplomas."""
    shared = list(diplomas)
    if any(diploma.enrolment.person_id != person.pk or diploma.state != "live" for diploma in shared):
        raise Refused(R.NOT_YOURS, "diplomas")
    if (
        not Graduate.objects.filter(person=person).exists()
        and not Diploma.objects.filter(enrolment__person=person, state="live").exists()
    ):
        raise Refused(R.NO_GRADUATE)
    try:
        with transaction.atomic():
            post_ = Vacancy.objects.select_for_update(of=("self",)).get(pk=vacancy.pk)
            if post_.state != VacancyState.OPEN or post_.expires_on < timezone.localdate():
                raise Refused(R.NOT_OPEN, state=VacancyState(post_.state).label)
            if not Employer.objects.filter(pk=post_.employer_id, state=EmployerState.VERIFIED).exists():
                raise Refused(R.NOT_OPEN, state=VacancyState.CLOSED.label)
            row = create(JobApplication(vacancy=post_, person=person, words=words.strip(), phone=phone), "bid", by=by)
            row.diplomas.set(shared)
    except IntegrityError:
        raise Refused(R.BID_TWICE) from None
    return row


def withdraw_bid(row: JobApplication, *, by: Any) -> JobApplication:
    """The graduate takes it back; the employer sees nothing of it any more."""
    with change(row, "withdraw_bid", by=by, flow=JOB_APPLICATION) as fresh:
        pass
    return fresh


def shortlist(row: JobApplication, *, by: Any) -> JobApplication:
    with change(row, "shortlist", by=by, flow=JOB_APPLICATION) as fresh:
        check_acting(fresh.vacancy.employer_id)
    return fresh


def invite(row: JobApplication, *, appointment: str, by: Any) -> JobApplication:
    """Invite to an interview; the graduate is sent its day and place."""
    if not appointment.strip():
        raise Refused(R.WHEN_MISSING, "appointment")
    with change(row, "invite", by=by, flow=JOB_APPLICATION) as fresh:
        check_acting(fresh.vacancy.employer_id)
        fresh.appointment = appointment.strip()
        _tell(fresh, _("Interview for “%(title)s”: %(when)s"), when=appointment)
    return fresh


def decline_bid(row: JobApplication, *, reason: str = "", by: Any) -> JobApplication:
    with change(row, "decline_bid", by=by, flow=JOB_APPLICATION, reason=reason) as fresh:
        check_acting(fresh.vacancy.employer_id)
        fresh.answer = reason.strip()
        _tell(fresh, _("“%(title)s”: your application was not retained."))
    return fresh


def hire(row: JobApplication, *, since_on: date | None = None, by: Any) -> JobApplication:
    """Somebody is hired. The bid moves first, then takes its place: of two for the last post, one has it. Where a
    follow-up of the graduate is open, it is answered: the rate moves."""
    with change(row, "hire", by=by, flow=JOB_APPLICATION) as fresh:
        check_acting(fresh.vacancy.employer_id)
        vacancy = Vacancy.objects.select_for_update(of=("self",)).select_related("employer__company").get(
            pk=fresh.vacancy_id
        )  # fmt: skip
        if vacancy.taken >= vacancy.places:
            raise Refused(R.VACANCY_FULL, places=vacancy.places)
        vacancy.taken += 1
        vacancy.save(update_fields=["taken"])
        if vacancy.taken == vacancy.places and vacancy.state == VacancyState.OPEN:
            with change(vacancy, "fill", by=by, flow=VACANCY):
                pass
        since = since_on if since_on and since_on <= timezone.localdate() else None
        for sample in SurveyInvitation.objects.filter(
            graduate__person=fresh.person_id, wave__state="open"
        ).with_names():
            own = matching.in_field(sample.graduate.programme_id, vacancy.occupation)
            answer(
                sample, outcome=Outcome.EMPLOYED, contract=vacancy.contract, employer=str(vacancy.employer),
                in_field="yes" if own else "no", since_on=since, channel=ContactChannel.HIRED, by=by,
            )  # fmt: skip
        _tell(fresh, _("“%(title)s”: you are hired. Congratulations!"))
    matching.clear_cache()
    return fresh


def _tell(row: JobApplication, words: Promise, **facts: str) -> None:
    """The employer acts, the graduate reads: in the graduate's language, not in the page's."""
    if row.person.phone:
        with in_language_of(row.person.account):
            text = str(words) % {"title": row.vacancy, **facts}
        post(Channel.SMS, row.person.phone, text, about=row.ref)
