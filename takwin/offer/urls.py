"""Addresses of the desk's offerings."""

from django.urls import path

from takwin.offer import views

app_name = "offer"
urlpatterns = [
    path("desk/offerings/", views.offering_list, name="list"),
    path("desk/offerings/import/", views.offering_import, name="import"),
    path("desk/offerings/<str:ref>/", views.offering, name="detail"),
]
