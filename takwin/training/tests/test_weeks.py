"""A week is filled, pinned, moved by hand, repaired, taken out to a sheet and read again; what cannot be is said."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from takwin.centres.models import Centre
from takwin.core.errors import Refused
from takwin.core.scope import EVERYWHERE
from takwin.engines import timetabling as engine
from takwin.offer.models import Programme
from takwin.training import services
from takwin.training.models import Absence, Course, Group, Session, SlotReservation, Timetable, Trainer
from takwin.training.pdf import workbook
from takwin.training.rules.weeks import monday
from takwin.training.selectors import weeks
from takwin.training.selectors.words import sentence
from takwin.training.services import engine_adapter
from takwin.training.tests.make import (
    CENTRE,
    make_group,
    make_room,
    make_solved,
    make_term,
    make_timetable,
    make_trainer,
    make_version,
)  # fmt: skip
from takwin.training.tests.test_services import refused

pytestmark = pytest.mark.django_db


def judged(timetable):
    """The independent judge on what the rows say now."""
    board = engine_adapter.board(timetable)
    return engine.judge(board.problem, board.table)


def free_slot(session):
    """An hour where the engine sees nothing against a session."""
    from takwin.engines.timetabling.conflicts import blocked

    board = engine_adapter.board(session.timetable)
    event = board.event(session)
    return next(s for s in range(48) if s != session.slot and not blocked(board.problem, board.table, event, s))


class TestSolving:
    def test_every_session_has_an_hour_and_a_room_and_nothing_is_broken(self):
        timetable = make_solved()
        assert timetable.report["unplaced"] == 0
        assert not judged(timetable).hard
        assert Session.objects.filter(slot__isnull=True).count() == 0
        # 2 groups x 3 modules x 4 h, in both kinds of week, of a group, a trainer and a room.
        assert SlotReservation.objects.count() == 24 * 2 * 3

    def test_the_same_rows_and_steps_give_the_same_week(self):
        timetable = make_timetable()
        first = services.solve_timetable(timetable, steps=5_000).sessions.values_list("slot", "room")
        before = list(first.order_by("pk"))
        Session.objects.update(slot=None, room=None)
        SlotReservation.objects.all().delete()
        services.solve_timetable(timetable, steps=5_000)
        assert list(first.order_by("pk")) == before

    def test_friday_noon_and_closed_hours_are_kept_free(self):
        timetable = make_timetable(groups=1)
        services.close_slots(Trainer.objects.get(), slots=range(24), by=None)
        services.solve_timetable(timetable, steps=20_000)
        assert all(slot >= 24 for slot in timetable.sessions.values_list("slot", flat=True))

    def test_a_pinned_session_stays(self):
        timetable = make_solved()
        session = timetable.sessions.first()
        services.pin(session, by=None)
        slot, room = session.slot, session.room_id
        timetable.seed = 77
        timetable.save()
        services.solve_timetable(timetable, steps=20_000)
        session.refresh_from_db()
        assert (session.slot, session.room_id, session.pinned) == (slot, room, True)

    def test_groups_that_take_turns_share_an_hour_and_a_room(self):
        version = make_version(modules=10)
        room = make_room()
        services.close_slots(room, slots=range(20, 48), by=None)  # 20 hours, not 80
        for turn, sign in enumerate("ab"):
            group = make_group(version, f"G{turn}", weeks=sign, first=1 + 10 * turn)
            for course in services.open_courses(group, term=1)[:5]:
                services.assign(course, trainer=make_trainer(f"t{turn}{course.module.code}"), by=None)
        timetable = services.open_timetable(room.centre, term=make_term())
        services.solve_timetable(timetable, steps=40_000)
        timetable.refresh_from_db()
        assert timetable.report["unplaced"] == 0
        assert timetable.sessions.count() == 20
        assert not judged(timetable).hard

    def test_what_does_not_fit_is_left_out_and_explained(self):
        version = make_version(modules=6)
        room = make_room()
        services.close_slots(room, slots=range(8, 48), by=None)  # 8 hours for 24
        group = make_group(version)
        for course in services.open_courses(group, term=1):
            services.assign(course, trainer=make_trainer(course.module.code), by=None)
        timetable = services.open_timetable(group.centre, term=make_term())
        solved = services.solve_timetable(timetable, steps=20_000)
        assert (solved.report["placed"], solved.report["unplaced"]) == (4, 8)
        assert not judged(solved).hard.keys() - {"unplaced"}
        words = [sentence(demand) for demand in solved.conflicts]
        assert any(room.name in line for line in words), words
        refused("unplaced", services.publish_timetable, solved, by=None)

    def test_a_room_that_does_not_exist_is_named(self):
        timetable = make_timetable(groups=1)
        Centre.objects.get(code=CENTRE).rooms.update(capacity=1)
        solved = services.solve_timetable(timetable, steps=1_000)
        assert solved.report["unplaced"] == 6
        assert solved.conflicts[0]["cause"] == "no_room"
        assert "3" in sentence(solved.conflicts[0])

    def test_nothing_to_teach_is_said(self):
        timetable = services.open_timetable(Centre.objects.get(code=CENTRE), term=make_term())
        refused("nothing_to_teach", services.solve_timetable, timetable, steps=10)

    def test_a_shared_trainer_is_never_in_two_centres(self):
        timetable = make_solved(groups=1)
        trainer = Trainer.objects.get()
        oujda = Centre.objects.get(code="ismss-oujda")
        services.share(trainer, centre=oujda, by=None)
        group = make_group(Group.objects.get().version, "X1", centre="ismss-oujda", first=80)
        make_room("بعيدة", centre="ismss-oujda")
        for course in services.open_courses(group, term=1):
            services.assign(course, trainer=trainer, by=None)
        second = services.solve_timetable(services.open_timetable(oujda, term=make_term()), steps=20_000)
        assert second.report["unplaced"] == 0
        taken = SlotReservation.objects.filter(resource=f"trainer:{trainer.pk}", week="a").values_list(
            "slot", flat=True
        )
        assert len(taken) == len(set(taken)) == 24
        assert timetable.sessions.count() == 6

    def test_another_trainer_takes_the_hours_or_is_refused(self):
        timetable = make_solved()
        first, second = Trainer.objects.order_by("pk")
        Trainer.objects.update(weekly=48)
        session = timetable.sessions.filter(course__trainer=first).first()
        spare = make_trainer("بديل")
        services.assign(session.course, trainer=spare, by=None)
        assert SlotReservation.objects.filter(session=session, resource=f"trainer:{spare.pk}").exists()
        theirs = timetable.sessions.filter(course__trainer=second).first()
        timetable.sessions.exclude(pk__in=[session.pk, theirs.pk]).delete()
        session.refresh_from_db()
        if theirs.slot != session.slot:
            services.move_session(theirs, slot=session.slot, by=None)
        refused("teaches_then", services.assign, session.course, trainer=second, by=None)
        assert Course.objects.get(pk=session.course_id).trainer == spare

    def test_a_calculation_can_be_stopped(self, monkeypatch):
        timetable = make_timetable()
        monkeypatch.setattr("takwin.training.services.solving.POLL", 0.05)
        seen = []

        def watch(percent, step):
            seen.append((percent, step))
            services.stop_solving(timetable, by=None)

        solved = services.solve_timetable(timetable, seconds=60, progress=watch)
        assert solved.report["seconds"] < 50
        assert solved.report["unplaced"] == 0
        assert seen
        assert not solved.stopping


class TestByHand:
    def test_a_move_finds_a_room_and_keeps_the_rules(self):
        session = make_solved().sessions.first()
        slot = free_slot(session)
        services.move_session(session, slot=slot, by=None)
        session.refresh_from_db()
        assert session.slot == slot
        assert not judged(session.timetable).hard
        assert set(session.reservations.values_list("slot", flat=True)) == {slot, slot + 1}

    def test_who_is_in_the_way_is_named(self):
        timetable = make_solved()
        moved, other = timetable.sessions.filter(course__group=Group.objects.first())[:2]
        with pytest.raises(Refused) as refusal:
            services.move_session(moved, slot=other.slot, by=None)
        assert refusal.value.code == "clash"
        assert Group.objects.first().name in str(refusal.value)
        refused("out_of_day", services.move_session, moved, slot=3, by=None)
        refused("out_of_day", services.move_session, moved, slot=400, by=None)
        services.pin(moved, by=None)
        refused("pinned", services.move_session, moved, slot=0, by=None)
        services.unpin(moved, by=None)

    def test_two_sessions_change_places(self):
        timetable = make_solved()
        first, second = timetable.sessions.filter(course__group=Group.objects.first()).order_by("slot")[:2]
        services.exchange(first, other=second, by=None)
        assert Session.objects.get(pk=first.pk).slot == second.slot
        assert Session.objects.get(pk=second.pk).slot == first.slot
        assert not judged(timetable).hard

    def test_exchanges_that_are_proposed_can_be_made(self):
        session = make_solved().sessions.first()
        found = services.proposals(session)
        assert found.free
        for other in found.exchanges[:2]:
            services.exchange(session, other=other, by=None)
            session.refresh_from_db()
        assert not judged(session.timetable).hard


class TestSheet:
    def sheet(self, timetable, change=None):
        book = load_workbook(io.BytesIO(workbook(timetable)))
        rows = book.active
        if change:
            change(rows)
        out = io.BytesIO()
        book.save(out)
        out.seek(0)
        return out

    def column(self, rows, name):
        return [cell.value for cell in rows[1]].index(name) + 1

    def test_out_and_in_again_changes_nothing(self):
        timetable = make_solved()
        before = list(timetable.sessions.order_by("pk").values_list("slot", "room", "pinned"))
        assert services.read_sheet(timetable, file=self.sheet(timetable), by=None) == 0
        assert list(timetable.sessions.order_by("pk").values_list("slot", "room", "pinned")) == before

    def test_a_session_is_moved_and_pinned_in_the_sheet(self):
        timetable = make_solved()
        session = timetable.sessions.order_by("slot").first()
        slot = free_slot(session)

        def change(rows):
            for row in rows.iter_rows(min_row=2):
                if row[0].value == session.ref:
                    row[self.column(rows, "day") - 1].value = slot // 8 + 1
                    row[self.column(rows, "hour") - 1].value = slot % 8 + 1
                    row[self.column(rows, "pinned") - 1].value = "x"
                    board = engine_adapter.board(timetable)
                    room = engine_adapter.free_room(board, board.table, board.event(session), slot)
                    row[self.column(rows, "room") - 1].value = board.rooms[room].name

        assert services.read_sheet(timetable, file=self.sheet(timetable, change), by=None) == 1
        session.refresh_from_db()
        assert (session.slot, session.pinned) == (slot, True)

    @pytest.mark.parametrize(
        ("name", "value", "column"),
        [("day", 9, "day"), ("hour", "noon", "hour"), ("hour", 4, "hour"), ("room", "nowhere", "room"),
         ("session", "SES-XXXX", "session")],
    )  # fmt: skip
    def test_a_wrong_cell_is_reported_with_its_row_and_nothing_is_written(self, name, value, column):
        timetable = make_solved()
        before = list(timetable.sessions.order_by("pk").values_list("slot", "room"))

        def change(rows):
            rows.cell(row=4, column=self.column(rows, name)).value = value

        with pytest.raises(Refused) as refusal:
            services.read_sheet(timetable, file=self.sheet(timetable, change), by=None)
        assert refusal.value.code == "sheet_row"
        assert refusal.value.facts["row"] == 4
        assert refusal.value.facts["column"] == column
        assert list(timetable.sessions.order_by("pk").values_list("slot", "room")) == before

    def test_two_rows_that_clash_name_the_second(self):
        timetable = make_solved()

        def change(rows):
            for name in ("day", "hour", "room"):
                column = self.column(rows, name)
                rows.cell(row=3, column=column).value = rows.cell(row=2, column=column).value

        with pytest.raises(Refused) as refusal:
            services.read_sheet(timetable, file=self.sheet(timetable, change), by=None)
        assert refusal.value.facts["row"] == 3

    def test_what_is_no_spreadsheet_is_refused(self):
        timetable = make_timetable(groups=1)
        refused("sheet_other", services.read_sheet, timetable, file=io.BytesIO(b"%PDF-1.7"), by=None)
        refused("sheet_row", services.read_sheet, timetable, file=io.BytesIO(b"hello"), by=None)
        empty = io.BytesIO()
        Workbook().save(empty)
        empty.seek(0)
        refused("sheet_row", services.read_sheet, timetable, file=empty, by=None)


class TestReading:
    def test_a_trainer_is_seen_by_day_without_days_off_and_a_substitute_instead(self):
        timetable = make_solved(groups=1)
        trainer, today = Trainer.objects.get(), monday(timezone.localdate())
        week = (today, today + timedelta(days=5))
        assert weeks.sittings_of_trainer(trainer, *week) == []  # not published
        services.publish_timetable(timetable, by=None)
        own = weeks.sittings_of_trainer(trainer, *week)
        assert len(own) == 6
        assert own[0].times is not None
        other = make_trainer("بديلة")
        services.announce_absence(trainer, first_on=week[0], last_on=week[1], substitute=other, by=None)
        assert weeks.sittings_of_trainer(trainer, *week) == []
        stood = weeks.sittings_of_trainer(other, *week)
        assert [sitting.instead for sitting in stood] == [trainer] * 6
        course = stood[0].session.course
        assert weeks.may_call(other, EVERYWHERE)(course, week[0])
        assert not weeks.may_call(other, EVERYWHERE)(course, week[0] - timedelta(days=7))
        assert weeks.may_call(trainer, EVERYWHERE)(course, week[0])
        assert not weeks.may_call(None, EVERYWHERE)(course, week[0])

    def test_a_grid_covers_the_hours_of_long_sessions(self):
        timetable = make_solved(groups=1)
        from takwin.training.selectors.calendar import week_periods

        lines = weeks.grid(weeks.sessions(timetable), week_periods())
        cells = [cell for _time, line in lines for cell in line]
        assert sum(len(cell.rows) for cell in cells) == 6
        assert sum(cell.covered for cell in cells) == 6
        assert any(cell.closed for cell in cells)

    def test_choices_name_each_once(self):
        timetable = make_solved()
        found = weeks.choices(weeks.sessions(timetable))
        assert (len(found["group"]), len(found["trainer"]), len(found["room"])) == (2, 2, 2)
        assert weeks.timetable(EVERYWHERE, timetable.ref) == Timetable.objects.get()
        assert Absence.objects.count() == 0
        assert Programme.objects.filter(trainers__isnull=False).exists()
