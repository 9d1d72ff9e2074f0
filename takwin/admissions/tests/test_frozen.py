"""What a signed run was calculated from is what it is published over; who knows the draw changes nothing alone."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import selectors, services
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import Application, Reserve, Run, Score, Wish
from takwin.admissions.tests.make import (
    ask_void,
    make_correction,
    make_published,
    make_revealed,
    make_run,
    make_submitted,
    next_round,
    sign,
    two_people,
)
from takwin.centres import services as centres
from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.core.scope import EVERYWHERE
from takwin.offer import services as offer
from takwin.offer.choices import OfferReason
from takwin.offer.models import Offering
from takwin.offer.tests.make import make_offering, make_season
from takwin.people.models import Person
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db


def code(work):
    with pytest.raises(Refused) as info:
        work()
    return info.value.code


@pytest.fixture
def world():
    """Three seats and three candidates, one with a bed; a second offering chooses by a committee that has scored."""
    Centre.objects.filter(code="ismss-meknes").update(beds=10, female_share=None)
    season = make_season()
    offering = make_offering(season, seats=3)
    chosen = make_offering(season, "medical-secretary", seats=1)
    people = [make_submitted(season, f"c{n}@example.org", [(offering, n == 0), chosen]) for n in range(3)]
    members = [make_user(f"m{n}@example.org", "scorer", centre="ismss-meknes") for n in range(2)]
    room = services.form_committee(chosen, method="interview", members=members, by=None)
    for person in people:
        for member in members:
            services.give_score(room, application=person, value=1200, by=member)
    season = services.close_applications(season, by=None)
    return {"season": season, "offering": offering, "people": people, "room": room, "members": members}


def other_commune(person):
    """A commune in another region."""
    own = person.commune.path[:3]
    return Area.objects.communes().exclude(path__startswith=own).first()


# Each as another door would write it: below every service.
MOVES = {
    "seats": lambda w: Offering.objects.filter(pk=w["offering"].pk).update(seats=1),
    "closed": lambda w: Offering.objects.filter(pk=w["offering"].pk).update(state="closed"),
    "reserve": lambda w: Reserve.objects.create(offering=w["offering"], group="rural", seats=1),
    "beds": lambda w: Centre.objects.filter(pk=w["offering"].centre_id).update(beds=1),
    "share": lambda w: Centre.objects.filter(pk=w["offering"].centre_id).update(female_share=50),
    "house": lambda w: Centre.objects.filter(pk=w["offering"].centre_id).update(beds=None),
    "sex": lambda w: Person.objects.filter(pk=w["people"][0].person_id).update(sex="male"),
    "commune": lambda w: Person.objects.filter(pk=w["people"][0].person_id).update(
        commune=other_commune(w["people"][0].person)
    ),
    "urban": lambda w: Area.objects.filter(pk=w["people"][0].person.commune_id).update(
        urban=w["people"][0].person.commune.urban is False
    ),
    "average": lambda w: Application.objects.filter(pk=w["people"][0].pk).update(average=1401),
    "situation": lambda w: Application.objects.filter(pk=w["people"][0].pk).update(situation="reentry"),
    "withdrawn": lambda w: Application.objects.filter(pk=w["people"][0].pk).update(state="withdrawn"),
    "wish": lambda w: Wish.objects.filter(application=w["people"][0], rank=1).update(refused=True),
    "bed": lambda w: Wish.objects.filter(application=w["people"][1], rank=1).update(with_bed=True),
    "score": lambda w: Score.objects.filter(committee=w["room"], application=w["people"][0]).update(value=1300),
    "committee": lambda w: type(w["room"]).objects.filter(pk=w["room"].pk).update(state="dissolved"),
    "sample": lambda w: type(w["season"]).objects.filter(pk=w["season"].pk).update(sample_permille=500),
    "version": lambda w: Run.objects.update(inputs_digest=""),
}


class TestTheLastWall:
    """Whatever door an input changed by, a run calculated before is neither signed nor published."""

    def test_each_input_that_moved_stops_signature_and_publication(self, world, subtests_of):
        run = sign(make_run(world["season"]))
        third = make_user("third@office.example", "national")
        for name, undo in subtests_of(MOVES, world):
            fresh = Run.objects.select_related("season").get(pk=run.pk)
            assert code(lambda fresh=fresh: services.sign(fresh, by=third)) == R.INPUTS_MOVED, name
            assert code(lambda fresh=fresh: services.check_publishable(fresh)) == R.INPUTS_MOVED, name
            assert code(lambda fresh=fresh: services.publish(fresh, by=None)) == R.INPUTS_MOVED, name
            assert not Application.objects.filter(state="admitted").exists(), name
            undo()
        assert services.publish(Run.objects.get(pk=run.pk), by=None).state == "published"

    def test_what_no_run_reads_may_change(self, world):
        run = sign(make_run(world["season"]))
        row = Offering.objects.get(pk=world["offering"].pk)
        offer.set_seats(row, seats=row.seats, first_year=row.first_year, capacity=99, reason="x", by=None)
        Person.objects.filter(pk=world["people"][0].person_id).update(given_name="هند", phone="+212612345678")
        assert services.publish(run, by=None).state == "published"

    def test_a_run_calculated_again_is_signed_and_published(self, world):
        run = sign(make_run(world["season"]))
        MOVES["seats"](world)
        services.discard(run, reason="seats", by=None)
        assert make_published(world["season"]).counts["admitted"] == 2


@pytest.fixture
def subtests_of():
    """Each move made in a savepoint that is taken back: (name, undo)."""
    from django.db import transaction

    def moves(table, world):
        for name, move in table.items():
            mark = transaction.savepoint()
            move(world)
            yield name, lambda mark=mark: transaction.savepoint_rollback(mark)

    return moves


def rows_of(world, seats):
    row = world["offering"]
    text = "centre,programme,mode,capacity,first_year,seats\n"
    text += f"{row.centre.code},{row.programme.code},{row.mode.code},60,30,{seats}\n"
    return SimpleUploadedFile("rows.csv", text.encode())


def correct_centre(world):
    row = Centre.objects.get(pk=world["offering"].centre_id)
    names = ("name_ar", "name_fr", "locality", "status", "capacity", "area_m2")
    kept = {name: getattr(row, name) for name in names}
    return centres.correct(row, **kept, beds=2, female_share=None, reason="works", by=None)


DOORS = {
    "seats": lambda w: offer.set_seats(w["offering"], seats=1, first_year=30, capacity=60, reason="x", by=None),
    "close": lambda w: offer.close(w["offering"], reason="x", by=None),
    "import": lambda w: offer.import_offerings(
        file=rows_of(w, 1), season=w["season"], scope=EVERYWHERE, dry_run=False, by=None
    ),
    "reserve": lambda w: services.set_reserve(w["offering"], group="rural", seats=1, by=None),
    "beds": correct_centre,
    "dissolve": lambda w: services.dissolve_committee(w["room"], reason="x", by=None),
    "form": lambda w: services.form_committee(w["offering"], method="test", members=w["members"], by=None),
}


def accept(row):
    services.accept_correction(row, seen="the card", by=two_people()[1])


class TestTheDoors:
    @pytest.mark.parametrize("door", DOORS)
    def test_before_the_draw_is_known_a_change_discards_runs_under_review(self, world, door):
        run = make_run(world["season"], trial=True)
        DOORS[door](world)
        assert Run.objects.get(pk=run.pk).state == "discarded"

    def test_from_the_value_on_each_is_refused_and_changes_nothing(self, world):
        make_revealed(world["season"])
        for name, door in DOORS.items():
            assert code(lambda door=door: door(world)) == R.DRAW_KNOWN, name
        run = sign(make_run(world["season"]))
        for name, door in DOORS.items():
            assert code(lambda door=door: door(world)) == R.DRAW_KNOWN, name
        row = Offering.objects.get(pk=world["offering"].pk)
        assert (row.seats, row.state, row.centre.beds, row.reserves.count()) == (3, "open", 10, 0)
        assert Run.objects.get(pk=run.pk).signatures.count() == 2
        same = rows_of(world, 3)  # a file that changes nothing is no change
        offer.import_offerings(file=same, season=world["season"], scope=EVERYWHERE, dry_run=False, by=None)
        assert services.publish(run, by=None).counts["admitted"] == 3

    def test_a_closed_offering_is_not_opened_again(self, world):
        offer.close(world["offering"], reason="x", by=None)
        make_revealed(world["season"])
        assert code(lambda: offer.reopen(world["offering"], reason="x", by=None)) == R.DRAW_KNOWN

    def test_once_two_people_made_the_draw_void_they_are_open(self, world):
        make_run(world["season"])
        second = ask_void(world["season"])
        draw = selectors.draw(world["season"])
        services.void_draw(draw, seen=draw.mark, by=second)
        for name in ("seats", "reserve", "beds"):
            DOORS[name](world)
        assert Offering.objects.get(pk=world["offering"].pk).seats == 1

    def test_a_correction_by_a_document_is_heard_and_discards_the_run(self, world):
        person = world["people"][0].person
        named = make_correction(person)
        run = sign(make_run(world["season"]))
        accept(named)
        assert Run.objects.get(pk=run.pk).state == "review"  # a name decides nothing
        sexed = make_correction(person, given_name="ليلى", sex="male")
        accept(sexed)
        assert Run.objects.get(pk=run.pk).state == "discarded"

    def test_nobody_scores_for_the_first_time_knowing_the_lots(self, world):
        room, (first_scorer, second_scorer), first = world["room"], world["members"], world["people"][0]
        Score.objects.filter(by=second_scorer, application=first).delete()
        make_revealed(world["season"])
        about = {"application": first, "value": 2000}
        assert code(lambda: services.give_score(room, **about, by=second_scorer)) == R.DRAW_KNOWN
        assert code(lambda: services.amend_score(room, **about, reason="x", by=second_scorer)) == R.DRAW_KNOWN
        assert (
            code(lambda: services.stand_aside(room, application=first, reason="x", by=second_scorer)) == R.DRAW_KNOWN
        )
        assert code(lambda: services.give_score(room, **about, by=first_scorer)) == R.SCORES_CLOSED
        assert services.amend_score(room, **about, reason="adding up", by=first_scorer).value == 2000


class TestLaterRounds:
    def test_reserves_are_settled_with_the_results(self, world):
        make_published(world["season"])
        work = lambda: services.set_reserve(world["offering"], group="rural", seats=1, by=None)  # noqa: E731
        assert code(work) == OfferReason.SEASON_PUBLISHED

    def test_beds_and_late_wishes_wait_while_a_run_of_the_round_does(self, world):
        make_published(world["season"])
        for person in world["people"]:
            row = Application.objects.get(pk=person.pk)
            services.confirm(row, by=row.person.account)
        next_round(world["season"], kind="late")
        run = make_run(world["season"])
        assert code(lambda: correct_centre(world)) == R.RUN_WAITS
        late = {"offering": world["offering"], "by": None}
        assert code(lambda: services.add_late_wish(world["people"][0], **late)) == R.LATE_OVER
        services.discard(run, reason="beds", by=None)
        assert correct_centre(world).beds == 2
        assert code(lambda: services.add_late_wish(world["people"][0], **late)) == R.NOT_LATE  # they hold a seat
        assert timezone.now() - timedelta(days=1) < make_published(world["season"]).published_at
