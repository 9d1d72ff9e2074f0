"""Addresses of employment."""

from django.urls import path

from takwin.employment.views import desk, employers, graduates, moderation

app_name = "employment"
urlpatterns = [
    path("survey/<str:token>/", graduates.survey, name="survey"),
    path("vacancies/", graduates.vacancies, name="vacancies"),
    path("vacancies/<str:ref>/", graduates.vacancy, name="vacancy"),
    path("work/", graduates.own_work, name="work"),
    path("employer/", employers.home, name="employer"),
    path("employer/vacancies/<str:ref>/", employers.post, name="post"),
    path("employer/bids/<str:ref>/", employers.bid, name="bid"),
    path("employer/bids/<str:ref>/<str:diploma>/", employers.bid_diploma, name="bid_diploma"),
    path("desk/employment/", desk.cohorts, name="cohorts"),
    path("desk/employment/offer/", desk.offer, name="offer"),
    path("desk/waves/<str:ref>/", desk.wave, name="wave"),
    path("desk/samples/<str:ref>/", desk.sample, name="sample"),
    path("desk/employers/", moderation.employers, name="employers"),
    path("desk/employers/<str:ref>/", moderation.employer, name="desk_employer"),
    path("desk/vacancies/", moderation.vacancies, name="desk_vacancies"),
    path("desk/vacancies/<str:ref>/", moderation.vacancy, name="desk_vacancy"),
]
