"""Addresses of admissions."""

from django.urls import include, path

from takwin.admissions.views import audits, committees, desk, draws, mine, public, receipt, runs

app_name = "admissions"
# One's own application, and the same pages about someone else's file: whose it is stands in the address.
FILE = [
    path("", mine.mine, name="mine"),
    path("identity/", mine.identity, name="identity"),
    path("schooling/", mine.schooling, name="schooling"),
    path("wishes/", mine.wishes, name="wishes"),
    path("wishes/add/", mine.wish_add, name="wish_add"),
    path("wishes/move/", mine.wish_move, name="wish_move"),
    path("wishes/remove/", mine.wish_remove, name="wish_remove"),
    path("documents/", mine.documents, name="documents"),
    path("documents/<str:ref>/", mine.document, name="document"),
    path("move/<slug:verb>/", mine.move, name="move"),
    path("automatic/", mine.auto_answer, name="auto_answer"),
    path("late/", mine.late, name="late"),
    path("receipt/", receipt.receipt, name="receipt"),
    path("result/", mine.result, name="result"),
    path("result/line.json", mine.line, name="line"),
]
urlpatterns = [
    path("apply/wishes/keep/", mine.wish_keep, name="wish_keep"),
    path("apply/", include(FILE)),
    path("desk/assist/<str:subject>/", include(FILE)),
    path("receipt/<str:told>/", receipt.receipt_check, name="receipt_check"),
    path("r/<str:told>/", public.short, name="short"),
    path("r/<str:told>/line.json", public.short_line, name="short_line"),
    path("allocation/", public.allocations, name="allocations"),
    path("allocation/draws.json", draws.published, name="draws_json"),
    path("allocation/at_home.py", draws.at_home, name="at_home"),
    path("allocation/<str:ref>/", public.allocation, name="allocation"),
    path("allocation/<str:ref>/certificate.json", public.certificate, name="certificate"),
    path("allocation/<str:ref>/published.json", public.published, name="published"),
    path("allocation/<str:ref>/files.zip", public.files, name="files"),
    path("desk/audit/allocation/", audits.audits, name="audits"),
    path("desk/audit/allocation/<str:ref>/files.zip", audits.full_files, name="full_files"),
    path("desk/assist/", mine.assist, name="assist"),
    path("desk/applications/", desk.application_list, name="list"),
    path("desk/applications/<str:ref>/", desk.application, name="detail"),
    path("desk/applications/<str:ref>/documents/<str:document>/", desk.document, name="desk_document"),
    path("desk/allocation/", runs.run_list, name="runs"),
    path("desk/allocation/round/", runs.round_plan, name="round_plan"),
    path("desk/allocation/draw/<str:code>/", draws.draw, name="draw"),
    path("desk/allocation/<str:ref>/", runs.run, name="run"),
    path("desk/allocation/<str:ref>/sign/", runs.run_sign, name="run_sign"),
    path("desk/allocation/<str:ref>/publish/", runs.run_publish, name="run_publish"),
    path("desk/allocation/<str:ref>/discard/", runs.run_discard, name="run_discard"),
    path("desk/allocation/<str:ref>/what-if/", runs.whatif, name="whatif"),
    path("desk/allocation/<str:ref>/progress/", runs.job, name="job"),
    path("desk/reserves/<str:ref>/", runs.reserves, name="reserves"),
    path("desk/committees/", committees.committee_list, name="committees"),
    path("desk/committees/<str:ref>/dissolve/", committees.dissolve, name="committee_dissolve"),
    path("desk/scoring/", committees.mine, name="scoring"),
    path("desk/scoring/<str:ref>/", committees.committee, name="committee"),
]
