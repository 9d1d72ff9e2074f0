"""Addresses of sign-up, sign-in and codes, before allauth's and under its names, so that its pages lead here."""

from django.urls import path

from takwin.accounts import views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/", views.sign_in, name="account_login"),
    path("login/code/", views.ask_code, name="account_request_login_code"),
    path("signup/", views.sign_up, name="account_signup"),
    path("password/reset/", views.reset_password, name="account_reset_password"),
    path("password/new/", views.new_password, name="account_new_password"),
    path("prove/", views.prove_reach, name="account_prove_reach"),
    path("phone/change/", views.change_phone, name="account_change_phone"),
    path("email/", views.change_email, name="account_email"),
    path("code/", views.enter_code, name="account_code"),
]
