"""Addresses: Arabic without prefix, /fr/ and /en/ beside it."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from takwin.api import urls as api
from takwin.certification.views import verify
from takwin.web.sitemaps import SITEMAPS
from takwin.web.views import health, plain

handler400 = "takwin.web.views.plain.bad_request"
urlpatterns = [
    path("api/v1/", api.urls),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path(".well-known/did.json", verify.did, name="did"),
    path("credentials/status/<str:purpose>/<int:number>", verify.status, name="status"),
    path("credentials/<str:ref>", verify.by_id, name="credential"),
    path("sw.js", plain.worker, name="worker"),
    path("robots.txt", plain.robots, name="robots"),
    path("sitemap.xml", login_not_required(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    *i18n_patterns(
        path("", include("takwin.web.urls")),
        path("", include("takwin.guidance.urls")),
        path("", include("takwin.employment.urls")),
        path("", include("takwin.certification.urls")),
        path("", include("takwin.training.urls")),
        path("", include("takwin.admissions.urls")),
        path("", include("takwin.offer.urls")),
        path("", include("takwin.centres.urls")),
        path("accounts/", include("takwin.accounts.urls")),
        path("accounts/", include("allauth.urls")),
        path("support/", admin.site.urls),
        prefix_default_language=False,
    ),
]
handler429 = "takwin.accounts.middleware.too_many"
handler500 = "takwin.web.views.errors.broken"
