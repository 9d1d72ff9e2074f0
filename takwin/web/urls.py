"""Addresses of the portal and the desk's first page."""

from django.urls import path

from takwin.web.views import (
    centres,
    desk,
    figures,
    home,
    insertion,
    occupations,
    oversight,
    plain,
    programmes,
    roles,
    running,
    taken,
)

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("door/", home.door, name="door"),
    path("season/", home.season, name="season"),
    path("season/<str:code>/", home.season, name="season_of"),
    path("centres/", centres.centre_list, name="centres"),
    path("centres/<slug:code>/", centres.centre, name="centre"),
    path("programmes/", programmes.programme_list, name="programmes"),
    path("programmes/<slug:code>/", programmes.programme, name="programme"),
    path("occupations/", occupations.occupation_list, name="occupations"),
    path("occupations/<slug:code>/", occupations.occupation, name="occupation"),
    path("insertion/", insertion.insertion, name="insertion"),
    path("figures/", figures.figures, name="figures"),
    path("figures/checks/", figures.identities, name="identities"),
    path("figures/uncertain/", figures.uncertain, name="uncertain"),
    path("sources/<slug:code>/", figures.document, name="document"),
    path("projects/", figures.projects, name="projects"),
    path("agreements/", figures.agreements, name="agreements"),
    path("open-data/", plain.api, name="api"),
    path("desk/", desk.desk, name="desk"),
    path("desk/journal/", oversight.lines, name="journal"),
    path("desk/security/", oversight.events, name="security"),
    path("desk/roles/", roles.role_list, name="roles"),
    path("desk/roles/held/<int:pk>/", roles.take, name="role_take"),
    path("desk/roles/asked/<str:ref>/<slug:verb>/", roles.decide, name="role_decide"),
    path("desk/report/", desk.report, name="report"),
    path("desk/messages/", running.failed, name="failed_messages"),
    path("desk/messages/retry/", running.retry, name="retry_messages"),
    path("desk/clock/", running.clock_page, name="clock"),
    path("desk/clock/confirm/", running.confirm_clock, name="confirm_clock"),
    path("desk/clock/taken/", taken.batch_list, name="taken"),
    path("desk/clock/taken/<str:ref>/", taken.batch, name="taken_batch"),
    path("_ui/", plain.gallery, name="gallery"),
]
