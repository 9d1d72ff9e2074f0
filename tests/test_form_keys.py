"""A form sent twice makes one thing: two presses, a retry, the back button, two people with one page."""

import ast
import inspect
import re
import textwrap
from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions.forms import AssistForm
from takwin.admissions.models import Application
from takwin.core import form_keys
from takwin.core.models import FormKey
from takwin.core.tests.threads import together
from takwin.employment.forms.work import VacancyForm
from takwin.employment.models import Employer, Vacancy
from takwin.employment.tests.make import make_employer
from takwin.guidance.forms import BookForm, NoteForm
from takwin.guidance.models import Appointment, Case, Note
from takwin.guidance.tests.make import make_case, make_centre, make_client, make_counsellor, make_slot
from takwin.occupations.models import Occupation
from takwin.offer.tests.make import make_season
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training.forms.companies import CompanyForm
from takwin.training.models import Company
from takwin.ui.edits import EditForm
from takwin.ui.forms import FORM_KEY, ServiceForm, fresh_key

PRESSES = 30
# Forms that call a creating service and need no key: the row they write is found by what it is about.
NATURAL = {
    "admissions.AskRestoreForm": "one request waits for a closing",
    "admissions.AskLaterRestoreForm": "one request waits for a closing",
    "admissions.AddWishForm": "a programme is wished once in an application",
    "admissions.ReserveForm": "one reserve a group",
    "guidance.ReserveForm": "one appointment a person and time",
    "guidance.SignUpForm": "one registration a person and day",
    "admissions.AmendForm": "one score a member and candidate",
    "accounts.RoleForm": "refused while the role is held or asked for",
    "admissions.CorrectionForm": "refused while one waits for its answer",
    "training.PublishForm": "moves a draft, once",
    "training.CorrectForm": "one statement in force a session and trainee",
    "employment.WishForm": "one wish of work a person",
    "admissions.ScoreForm": "one score a member and candidate",
    "admissions.AsideForm": "one score a member and candidate",
    "training.GroupForm": "in a group already: refused",
    "offer.ImportForm": "offerings are found by centre and programme",
    "admissions.SealForm": "one draw a season, from two people's contributions",
    "admissions.BeginDrawForm": "one draw a season, from two people's contributions",
    "admissions.ValueForm": "moves a draw",
    "admissions.ConfirmValueForm": "moves a draw",
    "admissions.VoidDrawForm": "moves a draw",
    "admissions.AskVoidForm": "moves a draw",
    "admissions.ConfirmVoidForm": "moves a draw",
    "admissions.WithdrawVoidForm": "moves a draw",
    "employment.SurveyForm": "a correction of one's own answer, counted by turn",
    "employment.EnteredForm": "a correction of the answer, counted by turn",
}


def person_fields(**over):
    return {
        "given_name": "مريم", "family_name": "حجي", "sex": "female", "born_on": "2005-01-01", "consented": "on",
        "commune": Area.objects.communes().first().code, "phone": "0612345678",
    } | over  # fmt: skip


def vacancy_fields():
    return {
        "title": "لحام", "words": "لحام", "area": "fes", "contract": "permanent", "places": 1,
        "occupation": Occupation.objects.filter(code__regex=r"^\d{4}$").first().code,
        "expires_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }  # fmt: skip


def key_of(page):
    return re.search(rf'name="{FORM_KEY}" value="([^"]+)"', page.content.decode())[1]


def sent(kind, data, key, *args, by, also=None, **kwargs):
    form = kind(data | {FORM_KEY: key}, **(also or {}))
    assert form.run(*args, by=by, **kwargs), form.errors
    return form.result.pk


@pytest.mark.django_db
class TestAssistedEntry:
    @pytest.fixture(autouse=True)
    def counsellor(self, client):
        make_season()
        user = make_user("k@example.org", "counsellor", area="fes-meknes")
        client.force_login(user)
        return user

    def test_a_second_press_leads_to_what_the_first_made(self, client):
        form_data = person_fields() | {FORM_KEY: key_of(client.get("/desk/assist/"))}
        first, second = client.post("/desk/assist/", form_data), client.post("/desk/assist/", form_data, follow=True)
        assert second.redirect_chain[0][0] == first.url
        assert "مرتين" in second.content.decode()
        assert (Person.objects.count(), Application.objects.count()) == (1, 1)

    def test_the_next_page_has_another_key_and_makes_another(self, client):
        keys = []
        for name in ("مريم", "كريم"):
            keys.append(key_of(client.get("/desk/assist/")))
            client.post("/desk/assist/", person_fields(given_name=name) | {FORM_KEY: keys[-1]})
        assert len(set(keys)) == 2
        assert Person.objects.count() == 2

    def test_a_refused_form_keeps_its_key(self, client):
        form_data = person_fields(born_on="") | {FORM_KEY: key_of(client.get("/desk/assist/"))}
        refused = client.post("/desk/assist/", form_data)
        assert refused.status_code == 422
        assert key_of(refused) == form_data[FORM_KEY]
        assert not FormKey.objects.exists()
        for _press in range(2):
            client.post("/desk/assist/", person_fields() | {FORM_KEY: form_data[FORM_KEY]})
        assert Person.objects.count() == 1

    def test_a_page_gone_back_to_asks_before_it_makes_another_person(self, client):
        key = key_of(client.get("/desk/assist/"))
        client.post("/desk/assist/", person_fields() | {FORM_KEY: key})
        other = person_fields(given_name="كريم")
        asked = client.post("/desk/assist/", other | {FORM_KEY: key})
        assert asked.status_code == 422
        assert "كريم" in asked.content.decode()
        assert Person.objects.count() == 1
        assert client.post("/desk/assist/", other | {FORM_KEY: key_of(asked)}).status_code == 302
        assert Person.objects.count() == 2

    def test_the_key_of_another_person_leads_nowhere(self, client):
        key = key_of(client.get("/desk/assist/"))
        first = client.post("/desk/assist/", person_fields() | {FORM_KEY: key})
        client.force_login(make_user("z@example.org", "counsellor", area="fes-meknes"))
        answer = client.post("/desk/assist/", person_fields() | {FORM_KEY: key})
        assert answer.status_code == 422
        assert first.url.split("/")[3] not in answer.content.decode()
        assert key_of(answer) != key
        assert Person.objects.count() == 1

    @pytest.mark.parametrize("key", [None, "", "x", "=" * 64, "é" * 40, "a" * 65])
    def test_without_a_key_the_same_content_is_kept_once(self, client, key):
        form_data = person_fields() | ({} if key is None else {FORM_KEY: key})
        first, second = client.post("/desk/assist/", form_data), client.post("/desk/assist/", form_data)
        assert first.url == second.url
        assert Person.objects.count() == 1


@pytest.mark.django_db
class TestKeys:
    def test_the_same_words_about_two_follow_ups_are_two_notes(self):
        case = make_case()
        other = Case.objects.create(
            client=make_client("+212612345699"), centre=case.centre, counsellor=case.counsellor
        )
        for row in (case, case, other):
            assert NoteForm({"text": "x"}).run(row, by=case.counsellor)
        assert Note.objects.count() == 2

    def test_a_registration_pressed_twice_leads_home_again(self, client):
        client.force_login(make_user("boss@example.org"))
        employer_data = {
            "name": "ورشة", "ice": "001561191000066", "area": "fes", "contact": "حجي", "phone": "0612345678",
            FORM_KEY: key_of(client.get("/employer/")),
        }  # fmt: skip
        answers = [client.post("/employer/", employer_data) for _press in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert Employer.objects.count() == 1

    def test_what_is_gone_is_not_made_again_by_an_old_page(self):
        case, key = make_case(), fresh_key()
        NoteForm({"text": "x", FORM_KEY: key}).run(case, by=case.counsellor)
        Note.objects.all().delete()
        form = NoteForm({"text": "x", FORM_KEY: key})
        assert not form.run(case, by=case.counsellor)
        assert form.data[FORM_KEY] != key

    def test_old_keys_are_forgotten(self):
        for days, key in ((8, "a"), (6, "b")):
            row = FormKey.objects.create(key=key * 32, form="x", content="x")
            FormKey.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
        assert form_keys.delete_old_keys() == 1
        assert FormKey.objects.get().key == "b" * 32


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
class TestThirtyPresses:
    def test_make_one_person_with_one_application(self):
        season, user, key = make_season(), make_user("k@example.org", "counsellor", area="fes-meknes"), fresh_key()
        data = person_fields()
        made = together(PRESSES, lambda _n: sent(AssistForm, data, key, season=season, by=user))
        assert len(set(made)) == 1
        assert (Person.objects.count(), Application.objects.count(), FormKey.objects.count()) == (1, 1, 1)

    def test_make_one_vacancy(self):
        employer, data, key = make_employer(), vacancy_fields(), fresh_key()
        made = together(PRESSES, lambda _n: sent(VacancyForm, data, key, employer, by=employer.account))
        assert len(set(made)) == Vacancy.objects.count() == 1

    def test_make_one_company(self):
        user, key = make_user("r@example.org", "national"), fresh_key()
        data = {"name": "ورشة", "kind": "company", "places": 2}
        made = together(PRESSES, lambda _n: sent(CompanyForm, data, key, by=user))
        assert len(set(made)) == Company.objects.count() == 1

    def test_make_one_appointment_of_one_guest(self):
        centre = make_centre()
        user, key = make_counsellor(centre), fresh_key()
        slot = make_slot(centre, user, capacity=PRESSES)
        data = {
            "centre": centre.code, "counsellor": user.ref, "name": "مريم", "phone": "0612345678", "purpose": "choose",
            "starts_at": timezone.localtime(slot.starts_at).strftime("%Y-%m-%dT%H:%M"),
        }  # fmt: skip
        scope = {"scope": user.scope("guidance.follow")}
        made = together(PRESSES, lambda _n: sent(BookForm, data, key, also=scope, client=None, by=user))
        assert len(set(made)) == Appointment.objects.count() == 1


def below(form):
    for child in form.__subclasses__():
        yield child
        yield from below(child)


def name_of(form):
    return f"{form.__module__.split('.')[1]}.{form.__name__}"


def makes_a_row(service, depth=2):
    """Whether a service makes rows: itself, or by a function of its own module."""
    service = inspect.unwrap(service)
    tree = ast.parse(textwrap.dedent(inspect.getsource(service)))
    called = {n.func for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = {getattr(func, "attr", getattr(func, "id", "")) for func in called}
    if names & {"create", "bulk_create", "get_or_create", "update_or_create"}:
        return True
    near = [service.__globals__.get(name) for name in names if depth]
    own = [f for f in near if inspect.isfunction(f) and f.__module__ == service.__module__]
    return any(makes_a_row(f, depth - 1) for f in own)


def test_each_form_that_makes_a_row_carries_a_key():
    from tests.test_house import import_everything

    import_everything()
    forms = {form for form in below(ServiceForm) if hasattr(form, "service")}
    making = {form for form in forms if makes_a_row(form.service)}
    assert len(making) > 35
    assert [name_of(form) for form in making if not form.creates and name_of(form) not in NATURAL] == []
    # A form that makes one thing of nothing has no other guard at all.
    for form in forms:
        words = inspect.signature(form.service).parameters.values()
        if all(word.kind in (word.KEYWORD_ONLY, word.VAR_KEYWORD) for word in words) and not issubclass(
            form, EditForm
        ):
            assert form.creates or name_of(form) in NATURAL, form


def test_what_was_sent_cannot_be_tried_out_on_the_digest_that_is_kept(settings):
    kept = form_keys.content_of([], {"cin": "AB123456"})
    assert kept == form_keys.content_of([], {"cin": "AB123456"}) != form_keys.content_of([], {"cin": "AB123457"})
    settings.SECRET_KEY = "another-secret-" + "k" * 40
    assert form_keys.content_of([], {"cin": "AB123456"}) != kept
