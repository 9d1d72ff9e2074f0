"""The same for one's own file in two tabs, for sheets written by hand, and for two presses in one instant."""

import re

import pytest

from takwin.accounts.tests.make import make_user
from takwin.admissions import services as admissions
from takwin.admissions.forms import DescribeForm, EditIdentityForm
from takwin.admissions.tests.make import make_application, make_submitted
from takwin.centres.forms import CorrectForm
from takwin.centres.models import Centre
from takwin.certification import services as certification
from takwin.certification.tests.make import make_open_jury
from takwin.core.changes import change
from takwin.core.models import Entry
from takwin.core.tests.threads import together
from takwin.employment.forms.work import WishForm
from takwin.employment.services import set_wish
from takwin.employment.tests.make import make_graduates
from takwin.guidance.forms import HoldForm
from takwin.guidance.tests.make import make_guidance
from takwin.offer.tests.make import make_offering, make_season
from takwin.people import services as people
from takwin.people.models import Person
from takwin.territory.models import Area
from takwin.training import services as training
from takwin.training.models import Unavailability
from takwin.training.tests.make import CENTRE, make_course, make_group, make_room, make_trainer
from takwin.ui.edits import SEEN
from tests.test_edits import seen_of

pytestmark = pytest.mark.django_db


def form_of(client, path, part):
    """What the form of a page that holds `part` would send: {name: value} of its inputs and its chosen options."""
    page = client.get(path).content.decode()
    text = next(form for form in re.findall(r"<form.*?</form>", page, re.S) if part in form)
    out = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
    out |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*([^<]*)', text))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', text, re.S):
        chosen = re.findall(r'value="([^"]*)"[^>]*selected', options)
        out[name] = chosen[0] if chosen else ""
    return out


class TestOwnFile:
    """A candidate in two tabs, or a counsellor and the candidate."""

    @pytest.fixture
    def application(self, client):
        row = make_application(make_season())
        client.force_login(row.person.account)
        return row

    def test_identity(self, client, application):
        path = "/apply/identity/"
        form_data = form_of(client, path, 'name="given_name"')
        person = application.person
        values = {name: getattr(person, name) for name in ("family_name", "sex", "born_on", "commune", "cin")}
        people.correct(person, **values, given_name="زينب", by=None)
        form_data |= {"commune": person.commune.code, "sex": "female", "given_name": "سعاد"}
        answer = client.post(path, form_data)
        person.refresh_from_db()
        assert (answer.status_code, person.given_name) == (422, "زينب")
        assert "سعاد" in answer.content.decode()
        form_data[SEEN] = re.findall(rf'name="{SEEN}" value="([^"]*)"', answer.content.decode())[0]
        assert client.post(path, form_data).status_code == 302
        assert Person.objects.get(pk=person.pk).given_name == "سعاد"

    def test_schooling_in_the_reader_s_digits(self, client, application):
        path = "/apply/schooling/"
        form_data = form_of(client, path, 'name="average"')
        admissions.describe(application, schooling="bac", average=1525, stream="life-sciences", by=None)
        answer = client.post(path, form_data | {"average": "13,5"})
        assert answer.status_code == 422
        assert "«15,25»" in answer.content.decode()
        assert client.post(path, form_data | {"average": "15.25"}).status_code == 302  # the same mark is no conflict
        application.refresh_from_db()
        assert application.average == 1525

    def test_automatic_answer(self, client, application):
        form_data = form_of(client, "/apply/", 'name="auto_answer"')
        admissions.set_auto_answer(application, auto_answer="keep", by=None)
        answer = client.post("/apply/automatic/", form_data | {"auto_answer": "accept"})
        application.refresh_from_db()
        assert (answer.status_code, application.auto_answer) == (422, "keep")

    def test_about(self, client, application):
        path = "/guidance/about/"
        answers = {"schooling": "bac", "stream": "physics", "diploma": "none"}
        seen = seen_of(client, path)
        assert client.post(path, answers | {SEEN: seen}).status_code == 302
        answer = client.post(path, answers | {"stream": "economics", SEEN: seen})
        assert answer.status_code == 422
        assert client.post(path, answers | {SEEN: seen}).status_code == 302

    def test_a_guest_s_first_answers_meet_nobody_s(self, client):
        path = "/guidance/about/"
        answers = {
            "schooling": "bac",
            "stream": "physics",
            "diploma": "none",
            "max_km": "30",
            SEEN: seen_of(client, path),
        }
        assert client.post(path, answers).status_code == 302

    def test_wishes_of_work(self):
        person = make_graduates(1)[0].enrolment.person
        area = Area.objects.get(code="meknes")
        form = WishForm(row=person)
        set_wish(person, area=area, max_km=30, contracts=[], least_pay=None)
        form_data = {"area": "fes", "max_km": "60", SEEN: form.fields[SEEN].initial}
        assert not WishForm(form_data, row=person).run(person)
        assert WishForm(form_data | {"area": "meknes", "max_km": "30"}, row=person).run(person)


class TestSheets:
    @pytest.fixture(autouse=True)
    def boss(self, client):
        user = make_user("boss@example.org", "national")
        client.force_login(make_user("reg@example.org", "registrar", centre=CENTRE))
        return user

    def test_hours_when_never_there(self, client):
        room = make_room()
        path = f"/desk/rooms/{room.ref}/"
        seen = form_of(client, path, 'value="closed"')[SEEN]
        training.close_slots(room, slots=[3, 4], by=None)
        answer = client.post(path, {"do": "closed", "closed": ["7"], SEEN: seen})
        assert answer.status_code == 422
        assert set(Unavailability.objects.values_list("slot", flat=True)) == {3, 4}
        assert client.post(path, {"do": "closed", "closed": ["3", "4"], SEEN: seen}).status_code == 302

    def test_who_gives_a_course(self, client):
        course = make_course(make_group())
        first, second = make_trainer("أول"), make_trainer("ثان")
        path = f"/desk/groups/{course.group.ref}/"
        form_data = form_of(client, path, course.ref)
        training.assign(course, trainer=first, by=None)
        answer = client.post(path, form_data | {"trainer": second.ref})
        course.refresh_from_db()
        assert (answer.status_code, course.trainer) == (422, first)
        assert client.post(path, form_of(client, path, course.ref) | {"trainer": second.ref}).status_code == 302

    def test_decisions_of_a_jury(self, client):
        jury = make_open_jury("14", "9")
        path, verdict = f"/desk/juries/{jury.ref}/", jury.verdicts.exclude(proposed="admitted").get()
        form_data = form_of(client, path, 'name="remarks"')
        certification.decide(jury, {verdict.pk: (verdict.proposed, "")}, remarks="first", by=None)
        answer = client.post(
            path, form_data | {"do": "decide", f"decision-{verdict.pk}": "admitted", "remarks": "mine"}
        )
        jury.refresh_from_db()
        verdict.refresh_from_db()
        assert (answer.status_code, verdict.decision, jury.remarks) == (422, verdict.proposed, "first")
        # A line left empty overwrites nothing, so an old page may still keep its other lines.
        others = {name: "" for name in form_data if name.startswith(("decision-", "words-"))}
        sent = client.post(path, form_data | others | {"do": "decide", "remarks": "first"})
        verdict.refresh_from_db()
        assert (sent.status_code, verdict.decision) == (302, verdict.proposed)

    def test_one_s_own_score_in_two_windows(self, client):
        season = make_season()
        offering = make_offering(season)
        application = make_submitted(season, "c@example.org", [offering])
        members = [make_user(f"m{n}@example.org", "scorer", centre=CENTRE) for n in range(2)]
        room = admissions.form_committee(offering, method="test", members=members, by=None)
        client.force_login(members[0])
        path = f"/desk/scoring/{room.ref}/"
        form_data = form_of(client, path, 'name="ref"')
        admissions.give_score(room, application=application, value=1200, by=members[0])
        form_data["ref"] = application.ref
        assert client.post(path, form_data | {"value": "15"}).status_code == 422
        assert room.scores.get().value == 1200
        assert client.post(path, form_data | {"value": "12"}).status_code == 302

    def test_seats_kept_for_a_group(self, client, boss):
        client.force_login(boss)
        offering = make_offering(make_season())
        path = f"/desk/reserves/{offering.ref}/"
        seen = seen_of(client, path)
        admissions.set_reserve(offering, group="girls", seats=5, by=None)
        sent = {"group": "girls", "seats": "2", SEEN: seen}
        assert client.post(path, sent).status_code == 422
        assert offering.reserves.get().seats == 5
        assert client.post(path, sent | {"group": "disability"}).status_code == 302  # another group was not touched
        assert client.post(path, sent | {SEEN: seen_of(client, path)}).status_code == 302
        assert offering.reserves.get(group="girls").seats == 2

    def test_who_came_to_an_open_day(self):
        day = make_guidance()["day"]
        form = HoldForm(row=day)
        with change(day, "hold_day", by=None) as row:
            row.walk_ins = 40
        assert not HoldForm({"walk_ins": "4", SEEN: form.fields[SEEN].initial}, row=day).run(day, by=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("network")
class TestTwoInOneInstant:
    def test_one_is_saved_and_the_other_is_shown_it(self):
        """The seen values are compared under the lock of the row: of two presses at once, one is asked."""
        centre = Centre.objects.get(code=CENTRE)
        seen = CorrectForm(row=centre).fields[SEEN].initial

        def press(n):
            form_data = {"name_ar": f"اسم {n}", "status": centre.status, "reason": "x", SEEN: seen}
            return CorrectForm(form_data, row=centre).run(centre, by=None)

        assert sorted(together(2, press)) == [False, True]
        assert Entry.objects.filter(verb="correct").count() == 1

    def test_one_s_own_identity(self):
        application = make_application(make_season())
        person, season = application.person, application
        seen = EditIdentityForm(row=person).fields[SEEN].initial

        def press(n):
            form_data = {
                "given_name": ("زينب", "سعاد")[n], "family_name": person.family_name, "sex": person.sex,
                "born_on": person.born_on.isoformat(), "commune": person.commune.code, SEEN: seen,
            }  # fmt: skip
            return EditIdentityForm(form_data, row=person).run(person, by=None)

        assert sorted(together(2, press)) == [False, True]
        assert DescribeForm(row=season).fields[SEEN].initial
