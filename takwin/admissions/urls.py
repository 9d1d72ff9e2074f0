"""Addresses of admissions."""

from django.urls import path

from takwin.admissions.views import desk, mine, receipt

app_name = "admissions"
urlpatterns = [
    path("apply/", mine.mine, name="mine"),
    path("apply/identity/", mine.identity, name="identity"),
    path("apply/schooling/", mine.schooling, name="schooling"),
    path("apply/wishes/", mine.wishes, name="wishes"),
    path("apply/wishes/add/", mine.wish_add, name="wish_add"),
    path("apply/wishes/move/", mine.wish_move, name="wish_move"),
    path("apply/wishes/remove/", mine.wish_remove, name="wish_remove"),
    path("apply/documents/", mine.documents, name="documents"),
    path("apply/documents/<str:ref>/", mine.document, name="document"),
    path("apply/move/<slug:verb>/", mine.move, name="move"),
    path("apply/receipt/", receipt.receipt, name="receipt"),
    path("apply/result/", mine.result, name="result"),
    path("receipt/<str:told>/", receipt.receipt_check, name="receipt_check"),
    path("desk/assist/", mine.assist, name="assist"),
    path("desk/assist/act/", mine.act_for, name="act_for"),
    path("desk/applications/", desk.application_list, name="list"),
    path("desk/applications/<str:ref>/", desk.application, name="detail"),
    path("desk/applications/<str:ref>/documents/<str:document>/", desk.document, name="desk_document"),
    path("desk/allocation/", desk.run_list, name="runs"),
    path("desk/allocation/<str:ref>/", desk.run, name="run"),
    path("desk/allocation/<str:ref>/publish/", desk.run_publish, name="run_publish"),
    path("desk/allocation/<str:ref>/discard/", desk.run_discard, name="run_discard"),
    path("desk/allocation/<str:ref>/progress/", desk.job, name="job"),
]
