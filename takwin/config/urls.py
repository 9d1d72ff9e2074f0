"""Addresses: Arabic without prefix, /fr/ and /en/ beside it."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = i18n_patterns(
    path("accounts/", include("allauth.urls")),
    path("support/", admin.site.urls),
    prefix_default_language=False,
)
