"""Addresses of guidance."""

from django.urls import path

from takwin.guidance.views import advice, booking, cases, desk, numbers, sittings

app_name = "guidance"
urlpatterns = [
    path("guidance/", sittings.home, name="home"),
    path("guidance/test/", sittings.test, name="test"),
    path("guidance/test/keep/", sittings.keep, name="keep"),
    path("guidance/test/again/", sittings.again, name="again"),
    path("guidance/test/result/", sittings.result, name="result"),
    path("guidance/test/how/", sittings.how, name="how"),
    path("guidance/about/", advice.about, name="about"),
    path("guidance/advice/", advice.advice, name="advice"),
    path("guidance/advice/how/", advice.rule, name="rule"),
    path("guidance/appointments/", booking.centre_list, name="centres"),
    path("guidance/appointments/<slug:code>/", booking.times, name="times"),
    path("guidance/book/<str:ref>/", booking.reserve, name="reserve"),
    path("guidance/number/<str:key>/", numbers.number, name="number"),
    path("guidance/a/<str:signed>/", booking.appointment, name="appointment"),
    path("guidance/a/<str:signed>/calendar.ics", booking.appointment_calendar, name="appointment_calendar"),
    path("guidance/wall/<str:signed>/", desk.wall, name="wall"),
    path("guidance/feed/<str:signed>.ics", booking.feed, name="feed"),
    path("guidance/open-days/", booking.open_days, name="open_days"),
    path("guidance/open-days/<str:ref>/", booking.open_day, name="open_day"),
    path("guidance/mine/", booking.mine, name="mine"),
    path("desk/guidance/", desk.agenda_page, name="agenda"),
    path("desk/guidance/book/", desk.book, name="desk_book"),
    path("desk/guidance/appointments/<str:ref>/", desk.appointment, name="desk_appointment"),
    path("desk/guidance/hours/", desk.hours, name="hours"),
    path("desk/guidance/hours/closures/", desk.closures, name="closures"),
    path("desk/guidance/hours/feed/", desk.feed_renew, name="feed_renew"),
    path("desk/guidance/hours/<str:ref>/end/", desk.hours_end, name="hours_end"),
    path("desk/guidance/follow-ups/", cases.case_list, name="cases"),
    path("desk/guidance/follow-ups/<str:ref>/", cases.case, name="case"),
    path("desk/guidance/follow-ups/<str:ref>/notes/", cases.notes, name="notes"),
    path("desk/guidance/hand-overs/<str:ref>/<slug:verb>/", cases.hand_over, name="hand_over"),
    path("desk/guidance/open-days/", cases.day_list, name="days"),
    path("desk/guidance/open-days/<str:ref>/", cases.day, name="day"),
    path("desk/guidance/boards/", desk.board_list, name="boards"),
    path("desk/guidance/boards/<slug:code>/", desk.board_page, name="board"),
]
