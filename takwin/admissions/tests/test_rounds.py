"""Rounds, answers, signatures, reserves, committees, offerings set aside, and messages."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import selectors, services, tokens
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import SEATED, Application, Round, Run, WishResult
from takwin.admissions.services.numbers import group_label
from takwin.admissions.tests.make import make_application, make_published, make_run, make_submitted, next_round, sign
from takwin.core.errors import Refused
from takwin.core.flow import FlowReason
from takwin.core.messages import segments
from takwin.core.models import Entry, Outbox
from takwin.offer.services import close_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db


@contextmanager
def refused(reason):
    with pytest.raises(Refused) as info:
        yield
    assert info.value.code == reason.value


@pytest.fixture
def season():
    return make_season()


def by(application):
    return application.person.account


def again(application):
    return Application.objects.get(pk=application.pk)


@pytest.fixture
def world(season):
    """Pharmacy has two seats, secretary one; five candidates by falling mark, all wanting pharmacy first."""
    pharmacy, secretary = make_offering(season, seats=2), make_offering(season, "medical-secretary", seats=1)
    people = [
        make_submitted(season, f"c{n}@example.org", [pharmacy, secretary], average=1700 - 100 * n) for n in range(5)
    ]
    return {"season": close_season(season, by=None), "people": people, "pharmacy": pharmacy, "secretary": secretary}


class TestAnswers:
    def test_a_seat_given_up_goes_to_who_holds_a_lesser_one_and_theirs_to_the_next(self, world):
        a, b, c, d, e = world["people"]
        make_published(world["season"])
        assert [again(x).state for x in world["people"]] == ["admitted"] * 3 + ["unplaced"] * 2
        services.confirm(again(a), by=by(a))
        services.decline(again(b), by=by(b))
        services.hold(again(c), by=by(c))
        next_round(world["season"])
        make_published(world["season"])
        assert [again(x).state for x in world["people"]] == [
            "confirmed",
            "declined",
            "confirmed",
            "admitted",
            "unplaced",
        ]
        assert again(c).seat.offering == world["pharmacy"]
        assert again(d).seat.offering == world["secretary"]
        run, rows = selectors.card(again(e))
        assert run.round.number == 2
        assert [(row["result"].outcome, row["result"].waiting) for row in rows] == [("waiting", 2), ("waiting", 1)]

    def test_nobody_whose_seat_is_unchanged_gets_a_second_message(self, world):
        for person in world["people"]:
            person.person.phone = f"+2126{person.pk:08d}"
            person.person.save()
        make_published(world["season"])
        a, b = world["people"][:2]
        services.confirm(again(a), by=by(a))
        services.confirm(again(b), by=by(b))
        services.hold(again(world["people"][2]), by=by(world["people"][2]))
        next_round(world["season"])
        Outbox.objects.all().delete()
        make_published(world["season"])
        assert not Outbox.objects.exists()

    def test_silence_loses_the_seat_at_the_deadline_to_the_second(self, world):
        make_published(world["season"])
        season_round = Round.objects.get()
        with refused(R.ANSWERS_NOT_OVER):
            services.close_answers(season_round, by=None)
        Round.objects.update(results_at=timezone.now() - timedelta(days=9), answers_until=timezone.now())
        assert [row.state for row in services.close_rounds_due()] == ["closed"]
        assert [again(x).state for x in world["people"]] == ["lapsed"] * 3 + ["unplaced"] * 2
        assert again(world["people"][0]).seat is None
        with refused(FlowReason.WRONG_STATE):
            services.confirm(again(world["people"][0]), by=None)

    def test_a_day_before_the_deadline_the_silent_are_reminded_once(self, world):
        for person in world["people"]:
            person.person.phone = f"+2126{person.pk:08d}"
            person.person.save()
        make_published(world["season"])
        services.confirm(again(world["people"][0]), by=by(world["people"][0]))
        Outbox.objects.all().delete()
        assert services.remind_due() == 0
        Round.objects.update(
            results_at=timezone.now() - timedelta(days=5), answers_until=timezone.now() + timedelta(hours=23)
        )
        assert (services.remind_due(), services.remind_due()) == (2, 0)
        assert {row.about for row in Outbox.objects.all()} == {person.ref for person in world["people"][1:3]}
        assert all(segments(row.body) == 1 for row in Outbox.objects.all())

    def test_waiting_for_better_drops_what_is_less_dear(self, world):
        make_published(world["season"])
        c = world["people"][2]
        services.wait(again(c), by=by(c))
        assert list(c.wishes.values_list("rank", "refused")) == [(1, False), (2, True)]
        next_round(world["season"])
        make_published(world["season"])
        assert (again(c).state, again(c).seat.rank) == ("admitted", 1)

    def test_answers_are_open_between_publication_and_deadline_only(self, world):
        a = world["people"][0]
        make_published(world["season"])
        services.close_answers(Round.objects.get(), early=True, by=None)
        with refused(R.NOT_YOUR_TURN):
            Application.objects.filter(pk=a.pk).update(state="admitted", seat=a.wishes.first())
            services.confirm(again(a), by=by(a))

    def test_the_automatic_answer_confirms_a_first_wish_and_keeps_any_other(self, world):
        for person in world["people"][:3]:
            services.set_auto_answer(person, auto_answer="keep", by=by(person))
        make_published(world["season"])
        assert [again(x).state for x in world["people"][:3]] == ["confirmed", "confirmed", "held"]

    @pytest.mark.parametrize("verb", ["confirm", "hold", "wait", "decline"])
    def test_each_answer_leaves_one_line_and_one_message(self, world, verb):
        c = world["people"][2]
        c.person.phone = "+212612345678"
        c.person.save()
        make_published(world["season"])
        Outbox.objects.all().delete()
        getattr(services, verb)(again(c), by=by(c))
        assert Entry.objects.filter(ref=c.ref, verb=verb).count() == 1
        assert Outbox.objects.get().about == c.ref


class TestRoundsClock:
    def test_a_round_is_planned_after_the_last_is_closed(self, world):
        now = timezone.now()
        dates = {"results_at": now, "answers_until": now + timedelta(days=1), "by": None}
        with refused(R.ROUND_PLANNED):
            services.plan_round(world["season"], **dates)
        make_published(world["season"])
        with refused(R.ROUND_PLANNED):
            services.plan_round(world["season"], **dates)
        with refused(R.ANSWERS_OPEN):
            services.prepare(world["season"], by=None)
        services.close_answers(Round.objects.get(), early=True, by=None)
        with refused(R.NO_ROUND):
            services.prepare(world["season"], by=None)
        with refused(R.ROUND_DATES):
            services.plan_round(world["season"], results_at=now, answers_until=now, by=None)
        assert services.plan_round(world["season"], **dates).number == 2
        moved = services.plan_round(world["season"], **dates | {"answers_until": now + timedelta(days=2)})
        assert (moved.number, Round.objects.count()) == (2, 2)

    def test_a_late_round_takes_wishes_for_free_seats_only(self, world):
        season, e = world["season"], world["people"][4]
        free, full = make_offering(season, "dental-assistant", seats=1), world["secretary"]
        make_published(season)
        for person in world["people"][:3]:
            services.confirm(again(person), by=by(person))
        with refused(R.NOT_LATE):
            services.add_late_wish(again(e), offering=free, by=by(e))
        next_round(season, kind="late")
        with refused(R.DUPLICATE_WISH):
            services.add_late_wish(again(e), offering=full, by=by(e))
        assert [row["offering"] for row in selectors.free_offerings(season)] == [free]
        services.add_late_wish(again(e), offering=free, by=by(e))
        make_published(season)
        assert (again(e).state, again(e).seat.offering, again(e).seat.rank) == ("admitted", free, 3)


class TestSignatures:
    def test_two_different_people_sign_before_publication(self, world):
        run = make_run(world["season"])
        with refused(R.TWO_SIGNATURES):
            services.publish(run, by=None)
        first = make_user("one@example.org")
        services.sign(run, by=first)
        with refused(R.SIGNED_ALREADY):
            services.sign(run, by=first)
        with refused(R.TWO_SIGNATURES):
            services.publish(run, by=None)
        services.sign(run, by=make_user("two@example.org"))
        assert services.publish(run, by=None).state == "published"
        assert Entry.objects.filter(ref=run.ref, verb="sign").count() == 2

    def test_a_trial_run_is_read_and_never_signed(self, world):
        run = make_run(world["season"], trial=True)
        with refused(R.TRIAL_RUN):
            services.sign(run, by=make_user("one@example.org"))
        assert not Application.objects.filter(state__in=SEATED).exists()

    def test_a_discarded_run_loses_its_signatures(self, world):
        run = sign(make_run(world["season"]))
        services.discard(run, reason="x", by=None)
        assert not run.signatures.exists()


class TestReserves:
    def test_a_minimum_is_kept_and_reported(self, season):
        offering = make_offering(season, seats=2)
        boys = [make_submitted(season, f"b{n}@example.org", [offering], sex="male", average=1800) for n in range(2)]
        girl = make_submitted(season, "g@example.org", [offering], sex="female", average=1200)
        services.set_reserve(offering, group="girls", seats=1, source="s0", by=None)
        make_published(close_season(season, by=None))
        assert again(girl).state == "admitted"
        assert sorted(again(b).state for b in boys) == ["admitted", "unplaced"]
        _run, rows = selectors.card(again(girl))
        assert rows[0]["reserve"] == str(dict(selectors.ReserveGroup.choices)["girls"])
        loser = next(b for b in boys if again(b).state == "unplaced")
        _run, rows = selectors.card(again(loser))
        assert rows[0]["pool"].last_score == 1800
        assert rows[0]["reserves"][0]["admitted"] == 1
        assert rows[0]["tied"]

    def test_more_than_the_seats_is_refused_and_zero_takes_it_away(self, season):
        offering = make_offering(season, seats=2)
        services.set_reserve(offering, group="girls", seats=2, by=None)
        with refused(R.RESERVE_TOO_LARGE):
            services.set_reserve(offering, group="rural", seats=1, by=None)
        services.set_reserve(offering, group="girls", seats=0, by=None)
        assert selectors.reserves(offering) == []

    def test_a_change_discards_runs_under_review(self, world):
        run = make_run(world["season"], trial=True)  # of one to publish the draw is known: see test_frozen.py
        services.set_reserve(world["pharmacy"], group="girls", seats=1, by=None)
        run.refresh_from_db()
        assert run.state == "discarded"


class TestCommittee:
    @pytest.fixture
    def chosen(self, season):
        """An offering of one seat that selects by interview; two candidates; three members."""
        offering = make_offering(season, seats=1)
        people = [make_submitted(season, f"c{n}@example.org", [offering], average=1500 + n) for n in range(2)]
        members = [make_user(f"m{n}@example.org", "scorer", centre="ismss-meknes") for n in range(3)]
        room = services.form_committee(offering, method="interview", members=members, by=None)
        return {"room": room, "people": people, "members": members, "season": season}

    def test_two_scores_make_the_mean_that_decides(self, chosen):
        first, second = chosen["people"]
        for value, member in zip((1800, 1601), chosen["members"], strict=False):
            services.give_score(chosen["room"], application=first, value=value, by=member)
        services.stand_aside(chosen["room"], application=second, reason="cousin", by=chosen["members"][0])
        for member in chosen["members"][1:]:
            services.give_score(chosen["room"], application=second, value=1700, by=member)
        make_published(close_season(chosen["season"], by=None))
        scores = dict(WishResult.objects.values_list("wish__application", "score"))
        assert scores == {first.pk: 1701, second.pk: 1700}
        assert again(first).state == "admitted"

    def test_an_offering_without_all_its_scores_is_set_aside_and_the_rest_delivered(self, chosen):
        season, first = chosen["season"], chosen["people"][0]
        other = make_offering(season, "medical-secretary", centre="ismss-oujda", seats=1)
        person = make_submitted(season, "other@example.org", [chosen["room"].offering, other])
        season = close_season(season, by=None)
        run = make_published(season)
        assert run.review["aside"] == {str(chosen["room"].offering_id): "scores"}
        assert again(person).seat.offering == other
        assert again(first).state == "unplaced"
        outcomes = dict(WishResult.objects.values_list("wish__offering", "outcome"))
        assert outcomes == {chosen["room"].offering_id: "set-aside", other.pk: "admitted"}
        # Scores come in; the next round moves up those who kept a lesser seat.
        services.hold(again(person), by=by(person))
        for who in [*chosen["people"], person]:
            for member in chosen["members"][:2]:
                value = 1900 if who == person else 1000
                services.amend_score(chosen["room"], application=who, value=value, reason="interviews", by=member)
        next_round(season)
        make_published(season)
        assert (again(person).state, again(person).seat.offering) == ("confirmed", chosen["room"].offering)

    def test_one_dissolved_counts_for_nothing_and_is_formed_again(self, chosen):
        room, season, first = chosen["room"], chosen["season"], chosen["people"][0]
        assert selectors.unscored([room]) == {room.pk: 2}
        for member in chosen["members"][:2]:
            services.give_score(room, application=first, value=100, by=member)
        assert selectors.unscored([room]) == {room.pk: 1}
        with refused(R.REASON_MISSING):
            services.dissolve_committee(room, reason=" ", by=None)
        services.dissolve_committee(room, reason="لا مترشح حضر المقابلة", by=None)
        assert selectors.committees(chosen["members"][0]) == []
        with refused(R.COMMITTEE_OVER):
            services.give_score(room, application=first, value=100, by=chosen["members"][0])
        run = make_published(close_season(season, by=None))
        assert run.review["aside"] == {}
        assert set(WishResult.objects.values_list("score", flat=True)) == {1500, 1501}
        services.form_committee(room.offering, method="test", members=chosen["members"][:2], by=None)
        room.refresh_from_db()
        assert room.state == "formed"
        with refused(R.SCORES_PUBLISHED):
            services.dissolve_committee(room, reason="بعد النتائج", by=None)

    def test_only_who_may_score_there_is_appointed(self, chosen):
        room, good = chosen["room"], chosen["members"][0]
        left = make_user("left@example.org", "scorer", centre="ismss-meknes")
        left.is_active = False
        left.save()
        for other in (
            make_user("no@example.org"), make_user("far@example.org", "scorer", centre="ismss-oujda"),
            make_user("boss@example.org", "national"), left,
        ):  # fmt: skip
            with refused(R.CANNOT_SCORE):
                services.form_committee(room.offering, method="test", members=[good, other], by=None)

    def test_each_refusal(self, chosen, season):
        room, first = chosen["room"], chosen["people"][0]
        first_scorer, second_scorer, third_scorer = chosen["members"]
        stranger = make_application(season, "x@example.org")
        with refused(R.TWO_MEMBERS):
            services.form_committee(room.offering, method="test", members=[first_scorer, first_scorer], by=None)
        with refused(R.NOT_A_MEMBER):
            services.give_score(room, application=first, value=1, by=make_user("y@example.org"))
        with refused(R.NOT_ASKED):
            services.give_score(room, application=stranger, value=1, by=first_scorer)
        with refused(R.SCORE_RANGE):
            services.give_score(room, application=first, value=2001, by=first_scorer)
        services.give_score(room, application=first, value=1000, by=first_scorer)
        services.give_score(room, application=first, value=1100, by=first_scorer)
        services.give_score(room, application=first, value=1200, by=second_scorer)
        with refused(R.TWICE_SCORED):
            services.give_score(room, application=first, value=1300, by=third_scorer)

    def test_after_a_trial_run_a_score_changes_by_amendment_and_the_run_is_calculated_again(self, chosen):
        room, first, scorer = chosen["room"], chosen["people"][0], chosen["members"][0]
        services.give_score(room, application=first, value=1000, by=scorer)
        run = make_run(close_season(chosen["season"], by=None), trial=True)
        with refused(R.SCORES_CLOSED):
            services.give_score(room, application=first, value=1200, by=scorer)
        services.amend_score(room, application=first, value=1200, reason="adding up", by=scorer)
        run.refresh_from_db()
        assert run.state == "discarded"
        entry = Entry.objects.filter(ref=room.ref, verb="amend").get()
        assert (entry.data["before"], entry.data["value"], entry.data["reason"]) == (1000, 1200, "adding up")


class TestReview:
    def test_groups_are_counted_and_a_pool_nobody_asks_for_is_shown(self, world):
        run = make_run(world["season"])
        assert run.review["fairness"]["girls"][:2] == [5, 3]
        assert run.review["unasked"] == {"count": 0, "offerings": []}
        lonely = make_offering(world["season"], "dental-assistant", seats=4)
        run = make_run(world["season"])
        assert run.review["unasked"] == {"count": 1, "offerings": [lonely.pk]}

    def test_a_jump_and_a_new_score_are_shown_beside_last_season(self, world):
        make_published(world["season"])
        world["season"].refresh_from_db()
        later = make_season(code="2025-2026")
        offering = make_offering(later, seats=2)
        for n in range(8):
            make_submitted(later, f"n{n}@example.org", [offering], average=1800)
        run = make_run(close_season(later, by=None))
        assert run.review["jumps"] == {"count": 1, "offerings": [[offering.pk, 8, 5]]}
        assert run.review["new_score"] == 1800


class TestToken:
    def test_only_our_own_marks_are_read(self):
        signed = tokens.token("ADM-7R68N7NA-W")
        assert tokens.read(signed) == "ADM-7R68N7NA-W"
        other = ("A" if signed[-1] != "A" else "B").join([signed[:-1], ""])
        assert [tokens.read(x) for x in ("", "x", signed[:-1], other, signed[1:])] == [None] * 5

    def test_the_arabic_messages_fit_one_segment(self, world, settings):
        settings.SITE_URL = "https://takwin.example"
        a = world["people"][2]
        a.person.phone = "+212612345678"
        a.person.save()
        make_published(world["season"])
        body = Outbox.objects.get(about=a.ref, body__contains="/r/").body
        assert segments(body) == 1, (len(body), body)


def test_the_files_of_a_run_verify_at_home_and_name_nobody(world, tmp_path):
    import io
    import zipfile

    import pyarrow.parquet as pq

    from takwin.engines.allocation.__main__ import main

    run = make_published(world["season"])
    with run.archive.open("rb") as file:
        raw = file.read()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        archive.extractall(tmp_path)
    assert main(["verify", str(tmp_path / "problem"), str(tmp_path / "result")]) == 0
    for person in world["people"]:
        assert person.ref.encode() not in raw
    # Read, not sought in the bytes: snappy may write a part of a number as a copy of another one's.
    numbers = pq.read_table(tmp_path / "problem" / "candidates.parquet")["id"].to_pylist()
    assert services.number(run.season, world["people"][0].ref) in numbers


def test_what_was_declared_in_confidence_is_not_named_in_the_files(season, tmp_path):
    import zipfile

    import pyarrow.parquet as pq

    offering = make_offering(season, seats=1)
    make_submitted(season, "a@example.org", [offering], disability="motor", situation="reentry")
    services.set_reserve(offering, group="disability", seats=1, by=None)
    run = make_published(close_season(season, by=None))
    with run.archive.open("rb") as file, zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    groups = pq.read_table(tmp_path / "problem" / "members.parquet")["group"].to_pylist()
    label = group_label(season, "disability")
    assert re.fullmatch("kept-[0-9a-f]{6}", label)
    assert set(groups) - {"rural"} == {"girls", label}
    assert pq.read_table(tmp_path / "problem" / "reserves.parquet")["group"].to_pylist() == [label]


def test_the_same_round_twice_is_the_same_file(world):
    first, second = make_run(world["season"]), make_run(world["season"])
    assert first.certificate == second.certificate
    assert Run.objects.count() == 2
