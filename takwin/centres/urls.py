"""Addresses of the desk's centres."""

from django.urls import path

from takwin.centres import views

app_name = "centres"
urlpatterns = [
    path("desk/centres/", views.centre_list, name="list"),
    path("desk/centres/<slug:code>/", views.centre, name="detail"),
]
