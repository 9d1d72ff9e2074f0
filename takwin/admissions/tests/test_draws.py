"""The draw: two people, a value of after the closing, and what happens when anything goes another way."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.admissions import rules, selectors, services
from takwin.admissions.choices import AdmissionReason as R
from takwin.admissions.models import Application, Contribution, Draw, Run
from takwin.admissions.tests.make import (
    VALUE,
    ask_void,
    make_published,
    make_revealed,
    make_run,
    make_sealed,
    make_submitted,
    next_round,
    sign,
    two_people,
)
from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.engines.allocation import at_home
from takwin.offer.services import close_season, open_season
from takwin.offer.tests.make import make_offering, make_season

pytestmark = pytest.mark.django_db
FIRST, SECOND = "first-contribution-of-enough-signs-1", "second-contribution-of-enough-signs-2"


def code(work):
    with pytest.raises(Refused) as info:
        work()
    return info.value.code


@pytest.fixture
def season():
    return make_season()


@pytest.fixture
def applied(season):
    """A season with an offering and two candidates of equal marks, still open."""
    offering = make_offering(season, seats=1)
    for n in range(2):
        make_submitted(season, f"c{n}@example.org", [offering])
    return season


def in_database(text):
    """Whether a text stands anywhere in the tables of the draw, as it is stored, or in the journal."""
    with connection.cursor() as cursor:
        found = []
        for table in ("admissions_draw", "admissions_contribution", "admissions_run", "core_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            found += [str(cell) for row in cursor.fetchall() for cell in row]
    return any(text in cell for cell in found)


class TestSealing:
    def test_two_people_seal_and_nothing_of_it_can_be_read(self, season):
        first, second = two_people()
        draw = services.seal(season, contribution=FIRST, seen="", by=first)
        assert draw.state == "begun"
        draw = services.seal(season, contribution=SECOND, seen=draw.mark, by=second)
        assert (draw.state, draw.late, draw.seed) == ("sealed", False, None)
        parts = list(draw.contributions.values_list("commitment", "revealed"))
        assert parts == [(at_home.commitment(FIRST), ""), (at_home.commitment(SECOND), "")]
        assert not in_database(FIRST)
        assert not in_database(SECOND)
        assert in_database(parts[0][0])

    def test_the_same_person_does_not_seal_twice(self, season):
        first, _second = two_people()
        draw = services.seal(season, contribution=FIRST, seen="", by=first)
        assert code(lambda: services.seal(season, contribution=SECOND, seen=draw.mark, by=first)) == R.SEALED_BY_YOU
        assert Contribution.objects.count() == 1

    def test_a_page_that_read_another_state_is_refused(self, season):
        first, second = two_people()
        services.seal(season, contribution=FIRST, seen="", by=first)
        assert code(lambda: services.seal(season, contribution=SECOND, seen="", by=second)) == R.DRAW_MOVED
        draw = selectors.draw(season)
        services.void_draw(draw, reason="lost", seen=draw.mark, by=first)
        assert code(lambda: services.seal(season, contribution=SECOND, seen="1:begun", by=second)) == R.DRAW_MOVED

    def test_a_third_person_and_nobody_are_refused(self, season):
        draw = make_sealed(season)
        other = make_user("third@office.example")
        assert code(lambda: services.seal(season, contribution=FIRST, seen=draw.mark, by=other)) == R.SEALED_ALREADY
        assert code(lambda: services.seal(season, contribution=FIRST, seen="", by=None)) == R.SEAL_NEEDS_A_PERSON

    @pytest.mark.parametrize(
        "text", ["", "short", "a" * 64, "with a space in the contribution that is long", "ب" * 40]
    )
    def test_a_contribution_that_could_be_guessed_is_refused(self, season, text):
        assert code(lambda: services.seal(season, contribution=text, by=two_people()[0])) == R.CONTRIBUTION_WEAK

    def test_a_contribution_is_never_used_again(self, season):
        first, second = two_people()
        draw = services.seal(season, contribution=FIRST, by=first)
        again = code(lambda: services.seal(season, contribution=FIRST, seen=draw.mark, by=second))
        assert again == R.CONTRIBUTION_REPEATED
        assert selectors.draw(season).state == "begun"

    def test_another_public_value_is_described(self, season):
        first, _second = two_people()
        other = {"contribution": FIRST, "source": "other", "by": first}
        assert code(lambda: services.seal(season, **other)) == R.SOURCE_MISSING
        assert services.seal(season, **other, source_note="closing index of the first day after").source == "other"

    def test_a_draw_sealed_when_applications_are_closed_says_so(self, applied):
        draw = make_sealed(close_season(applied, by=None))
        assert (draw.state, draw.late) == ("closed", True)
        assert draw.value_from > draw.sealed_at

    def test_a_forgotten_contribution_makes_the_draw_void_and_public(self, client, season):
        first, _second = two_people()
        draw = services.seal(season, contribution=FIRST, by=first)
        services.void_draw(draw, reason="the second person is away", seen=draw.mark, by=first)
        assert not Contribution.objects.filter(secret__isnull=False).exists()
        assert make_sealed(season).number == 2
        page = client.get("/allocation/").content.decode()
        assert "the second person is away" in page
        assert at_home.commitment(FIRST) in page
        shown = client.get("/allocation/draws.json").json()["draws"]
        assert [(row["number"], row["state"]) for row in shown] == [(2, "sealed"), (1, "void")]

    def test_two_seasons_have_a_draw_each(self, season):
        other = make_season(code="2025-2026")
        assert {make_sealed(season).season_id, make_sealed(other).season_id} == {season.pk, other.pk}
        assert selectors.draw(other).number == 1


class TestPublicValue:
    def test_the_round_of_drand_follows_from_the_closing(self):
        # Rounds and moments of quicknet as the client `drand` of RubyGems documents them.
        assert rules.drand_round(datetime(2026, 4, 20, tzinfo=UTC)) == 27_946_612
        assert rules.drand_round(datetime(2026, 4, 20, 0, 0, 1, tzinfo=UTC)) == 27_946_613
        assert rules.drand_round(datetime.fromtimestamp(rules.DRAND_FIRST, UTC)) == 1

    def test_it_counts_ten_minutes_after_the_closing_and_not_before(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        draw = selectors.draw(applied)
        assert draw.value_from - draw.closed_at == timedelta(minutes=10)
        assert draw.value_round == rules.drand_round(draw.value_from)
        early = {"value": VALUE, "value_read_at": "x", "seen": draw.mark, "by": two_people()[0]}
        assert code(lambda: services.enter_value(draw, **early)) == R.VALUE_TOO_EARLY

    def test_it_is_entered_by_one_person_and_confirmed_by_another(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        Draw.objects.update(value_from=timezone.now())
        draw = selectors.draw(applied)
        first, second = two_people()
        given = {"value_read_at": "api.drand.sh", "seen": draw.mark, "by": first}
        assert code(lambda: services.enter_value(draw, value="12", **given)) == R.VALUE_FORM
        draw = services.enter_value(draw, value=f" {VALUE.upper()} ", **given)
        assert (draw.state, draw.value, draw.seed) == ("valued", VALUE, None)
        confirm = {"seen": draw.mark, "by": second}
        assert code(lambda: services.confirm_value(draw, value="0" * 64, **confirm)) == R.VALUE_DIFFERS
        assert code(lambda: services.confirm_value(draw, value=VALUE, seen=draw.mark, by=first)) == R.VALUE_SAME_PERSON
        assert code(lambda: services.confirm_value(draw, value=VALUE, seen="1:closed", by=second)) == R.DRAW_MOVED
        draw = services.confirm_value(draw, value=VALUE, **confirm)
        given = [part.revealed for part in draw.contributions.all()]
        assert draw.seed == at_home.final_seed(applied.code, 1, *given, VALUE)
        assert not Contribution.objects.filter(secret__isnull=False).exists()

    def test_a_value_entered_wrongly_is_corrected_by_a_new_draw_only(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        Draw.objects.update(value_from=timezone.now())
        draw = selectors.draw(applied)
        first, second = two_people()
        draw = services.enter_value(draw, value="0" * 64, value_read_at="x", seen=draw.mark, by=first)
        entered = {"value": VALUE, "value_read_at": "x", "seen": draw.mark, "by": second}
        assert code(lambda: services.enter_value(draw, **entered)) == "wrong_state"
        second = ask_void(applied, "read wrongly")
        draw = services.void_draw(draw, seen=selectors.draw(applied).mark, by=second)
        assert (draw.reason, draw.void_knowing) == ("read wrongly", True)
        assert make_revealed(applied).number == 2
        assert Draw.objects.get(number=1).seed is None

    def test_a_contribution_that_cannot_be_read_reveals_nothing(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        Draw.objects.update(value_from=timezone.now())
        first, second = two_people()
        draw = selectors.draw(applied)
        draw = services.enter_value(draw, value=VALUE, value_read_at="x", seen=draw.mark, by=first)
        Contribution.objects.filter(place=2).update(secret="something else of the same length as before")
        assert (
            code(lambda: services.confirm_value(draw, value=VALUE, seen=draw.mark, by=second)) == R.CONTRIBUTION_LOST
        )
        assert not Contribution.objects.exclude(revealed="").exists()


class TestRuns:
    def test_a_trial_run_has_lots_of_its_own_and_shows_nothing_of_the_draw(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        trials = {make_run(applied, trial=True).seed for _ in range(2)}
        assert len(trials) == 2
        assert all(seed.startswith("trial-") for seed in trials)
        assert not Run.objects.filter(draw__isnull=False).exists()
        assert services.seal_fault(Run.objects.first()) == R.OTHER_SEED

    def test_a_run_to_publish_waits_for_the_revealed_draw(self, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        assert code(lambda: services.prepare(applied, by=None)) == R.NOT_REVEALED
        draw = make_revealed(applied)
        assert make_run(applied).seed == draw.seed

    def test_opening_again_makes_the_draw_void_and_discards_what_was_calculated(self, applied):
        draw = make_sealed(applied)
        closed = services.close_applications(applied, by=None)
        trial, final = make_run(closed, trial=True), sign(make_run(closed))
        services.reopen_applications(closed, by=ask_void(closed))
        draw.refresh_from_db()
        assert (draw.state, draw.reason) == ("void", "opened-again")
        assert {run.state for run in Run.objects.filter(pk__in=[trial.pk, final.pk])} == {"discarded"}
        again = services.close_applications(closed, by=None)
        assert code(lambda: services.prepare(again, by=None)) == R.NOT_REVEALED
        assert make_run(again).seed != final.seed

    def test_a_trial_run_alone_is_enough_to_void_the_draw(self, applied):
        draw = make_sealed(applied)
        closed = close_season(applied, by=None)  # by its deadline: the clock has not met the draw yet
        make_run(closed, trial=True)
        services.reopen_applications(closed, by=None)
        draw.refresh_from_db()
        assert draw.state == "void"

    def test_a_season_opened_by_another_door_is_noticed(self, applied):
        make_sealed(applied)
        run = sign(make_run(services.close_applications(applied, by=None)))
        open_season(applied, by=None)
        assert code(lambda: services.publish(run, by=None)) == R.DRAW_OF_BEFORE
        close_season(applied, by=None)
        assert code(lambda: services.publish(run, by=None)) == R.DRAW_OF_BEFORE
        assert code(lambda: services.prepare(applied, by=None)) == R.DRAW_OF_BEFORE
        assert [draw.state for draw in services.draws_due()] == ["void"]

    def test_a_run_with_another_seed_is_neither_signed_nor_published(self, applied):
        run = sign(make_run(services.close_applications(applied, by=None)))
        Run.objects.filter(pk=run.pk).update(seed="chosen")
        assert code(lambda: services.sign(run, by=make_user("third@office.example"))) == R.OTHER_SEED
        assert code(lambda: services.publish(run, by=None)) == R.OTHER_SEED
        assert not Application.objects.filter(state="admitted").exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Run.objects.filter(pk=run.pk).update(state="published", published_at=timezone.now())

    def test_a_draw_whose_facts_were_changed_is_found_by_the_checks(self, client, applied):
        run = make_run(services.close_applications(applied, by=None))
        Draw.objects.update(value="f" * 64)
        assert code(lambda: services.sign(run, by=two_people()[0])) == R.OTHER_SEED
        client.force_login(two_people()[0])
        page = client.get(f"/desk/allocation/{run.ref}/").content.decode()
        assert '<button class="btn btn-primary" disabled>' in page

    def test_later_rounds_use_the_draw_of_the_season(self, applied):
        first = make_published(services.close_applications(applied, by=None))
        next_round(applied)
        second = make_published(applied)
        assert first.seed == second.seed
        draw = Draw.objects.get()
        assert draw.state == "used"
        assert code(lambda: services.void_draw(draw, reason="x", seen=draw.mark, by=None)) == "wrong_state"

    def test_each_step_leaves_its_line(self, applied):
        make_published(services.close_applications(applied, by=None))
        written = list(Entry.objects.filter(ref=Draw.objects.get().ref).order_by("pk").values_list("verb", flat=True))
        assert written == [
            "begin_draw", "contribute", "contribute", "seal", "close_draw", "enter_value", "reveal", "reveal",
            "reveal", "use_draw",
        ]  # fmt: skip


class TestPages:
    def test_two_managers_go_through_the_draw_on_its_page(self, client, applied):
        first, second = two_people()
        path = f"/desk/allocation/draw/{applied.code}/"
        client.force_login(first)
        page = client.get(path).content.decode()
        assert 'name="contribution"' in page
        begin = {"seen": "", "contribution": FIRST, "source": "drand", "source_note": ""}
        assert client.post(path, begin).status_code == 302
        assert 'name="contribution"' not in client.get(path).content.decode()  # another person must seal
        client.force_login(second)
        stale = client.post(path, {"seen": "", "contribution": SECOND})
        assert SECOND in stale.content.decode()  # refused, and what was typed stays
        assert selectors.draw(applied).state == "begun"
        assert client.post(path, {"seen": "1:begun", "contribution": SECOND}).status_code == 302
        client.post("/desk/allocation/", {"close": "1"})
        Draw.objects.update(value_from=timezone.now())
        client.post(path, {"seen": "1:closed", "value": VALUE, "value_read_at": "api.drand.sh"})
        assert 'name="value"' not in client.get(path).content.decode()  # not by the one who entered it
        client.force_login(first)
        assert client.post(path, {"seen": "1:valued", "value": VALUE}).status_code == 302
        assert selectors.draw(applied).state == "revealed"
        assert client.post(path, {"seen": "1:valued", "value": VALUE}).status_code == 200  # the back button
        seed = selectors.draw(applied).seed
        assert seed in client.get("/allocation/").content.decode()

    def test_a_manager_of_one_place_does_not_seal(self, client, season):
        client.force_login(make_user("here@example.org", "national", centre="ismss-meknes"))
        assert client.get(f"/desk/allocation/draw/{season.code}/").status_code == 403
        client.force_login(two_people()[0])
        assert client.get("/desk/allocation/draw/1999-2000/").status_code == 404

    def test_nothing_secret_is_public_before_it_is_revealed(self, client, applied):
        make_sealed(applied)
        services.close_applications(applied, by=None)
        Draw.objects.update(value_from=timezone.now())
        draw = selectors.draw(applied)
        services.enter_value(draw, value=VALUE, value_read_at="x", seen=draw.mark, by=two_people()[0])
        secrets = list(Contribution.objects.values_list("secret", flat=True))
        for path in ("/allocation/", "/allocation/draws.json"):
            body = client.get(path).content.decode()
            assert not any(text in body for text in secrets)
            assert VALUE not in body  # confirmed by two people before anybody relies on it

    def test_the_script_recomputes_the_seed_at_home(self, client, applied, tmp_path):
        make_published(services.close_applications(applied, by=None))
        (tmp_path / "at_home.py").write_bytes(client.get("/allocation/at_home.py").content)
        shown = client.get("/allocation/draws.json").json()
        (tmp_path / "draws.json").write_text(json.dumps(shown))
        shown["draws"][0]["value"] = "0" * 64
        (tmp_path / "wrong.json").write_text(json.dumps(shown))

        def run(name):
            return subprocess.run(
                [sys.executable, "-I", "at_home.py", "draw", name], cwd=tmp_path, capture_output=True, text=True
            )

        assert (run("draws.json").returncode, run("draws.json").stdout) == (0, "holds\n")
        assert run("wrong.json").returncode == 1
        assert run("absent.json").returncode == 2
