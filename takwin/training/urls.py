"""Addresses of training."""

from django.urls import path

from takwin.training.views import companies, desk, marks, mine, rolls, staff, weeks

app_name = "training"
urlpatterns = [
    path("training/mine/", mine.mine, name="mine"),
    path("training/feed/", mine.feed_renew, name="feed_renew"),
    path("training/feed/<str:told>.ics", mine.feed, name="feed"),
    path("training/rolls/", rolls.rolls, name="rolls"),
    path("training/rolls/sync/", rolls.sync, name="sync"),
    path("training/results/rule/", marks.rule, name="rule"),
    path("training/marks/", marks.mark_list, name="mark_list"),
    path("training/marks/<str:ref>/", marks.marks, name="marks"),
    path("training/mine/transcript.pdf", marks.own_transcript, name="own_transcript"),
    path("training/mine/marks/<str:ref>/contest/", marks.contest, name="contest"),
    path("desk/groups/<str:ref>/results/", marks.results, name="results"),
    path("desk/trainees/<str:ref>/transcript.pdf", marks.transcript, name="transcript"),
    path("desk/companies/<str:ref>/", companies.company, name="company"),
    path("desk/contracts/<str:ref>/", companies.contract, name="contract"),
    path("desk/placements/<str:ref>/", companies.placement, name="placement"),
    path("desk/trainees/<str:ref>/bind/<slug:what>/", companies.bind, name="bind"),
    path("desk/training/<slug:code>/companies/", companies.company_list, name="companies"),
    path("desk/training/", desk.centre_list, name="centres"),
    path("desk/training/<slug:code>/", desk.centre_board, name="board"),
    path("desk/training/<slug:code>/enrol/", desk.enrol, name="enrol"),
    path("desk/training/<slug:code>/groups/", desk.form_groups, name="form_groups"),
    path("desk/training/<slug:code>/trainees/", desk.trainees, name="trainees"),
    path("desk/training/<slug:code>/staff/", staff.staff_list, name="staff"),
    path("desk/training/<slug:code>/timetables/", weeks.timetables, name="timetables"),
    path("desk/training/<slug:code>/absences/", rolls.absences, name="absences"),
    path("desk/trainees/<str:ref>/", desk.trainee, name="trainee"),
    path("desk/groups/<str:ref>/", desk.group, name="group"),
    path("desk/trainers/<str:ref>/", staff.trainer, name="trainer"),
    path("desk/trainers/absences/<str:ref>/", staff.absence, name="absence"),
    path("desk/rooms/<str:ref>/", staff.room, name="room"),
    path("desk/timetables/<str:ref>/", weeks.timetable, name="timetable"),
    path("desk/timetables/<str:ref>/progress/", weeks.progress, name="progress"),
    path("desk/timetables/<str:ref>/week.xlsx", weeks.sheet, name="sheet"),
    path("desk/timetables/<str:ref>/week.pdf", weeks.printed, name="printed"),
    path("desk/sessions/<str:ref>/", weeks.session, name="session"),
    path("desk/rolls/<str:ref>/", rolls.roll, name="roll"),
    path("desk/excuses/<str:ref>/", rolls.excuse, name="excuse"),
    path("desk/excuses/<str:ref>/proof/", rolls.proof, name="proof"),
    path("desk/curricula/", desk.curricula, name="curricula"),
    path("desk/curricula/<str:ref>/", desk.curriculum, name="curriculum"),
]
