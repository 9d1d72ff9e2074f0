"""Addresses of certification."""

from django.urls import path

from takwin.certification.views import diplomas, juries, verify, wallet

app_name = "certification"
urlpatterns = [
    path("verify/", verify.verify, name="verify"),
    path("shared/<str:token>/", verify.shared, name="shared"),
    path("wallet/", wallet.wallet, name="wallet"),
    path("wallet/<str:ref>/", wallet.own, name="own"),
    path("wallet/<str:ref>/diploma.pdf", wallet.own_pdf, name="own_pdf"),
    path("wallet/<str:ref>/credential.json", wallet.own_json, name="own_json"),
    path("wallet/<str:ref>/elmo.xml", wallet.own_elmo, name="own_elmo"),
    path("wallet/<str:ref>/elm.json", wallet.own_elm, name="own_elm"),
    path("desk/juries/", juries.jury_list, name="juries"),
    path("desk/juries/<str:ref>/", juries.jury, name="jury"),
    path("desk/juries/<str:ref>/minutes.pdf", juries.minutes, name="minutes"),
    path("desk/juries/<str:ref>/progress/", juries.progress, name="progress"),
    path("desk/groups/<str:ref>/jury/", juries.jury_form, name="jury_form"),
    path("desk/diplomas/", diplomas.diploma_list, name="diplomas"),
    path("desk/diplomas/<str:ref>/", diplomas.diploma, name="diploma"),
    path("desk/diplomas/<str:ref>/diploma.pdf", diplomas.diploma_pdf, name="diploma_pdf"),
    path("desk/keys/", diplomas.key_list, name="keys"),
]
