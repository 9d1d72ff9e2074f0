"""Pages a search engine may know, in three languages."""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from takwin.centres.models import Centre
from takwin.offer.models import Programme


class Pages(Sitemap):
    i18n, alternates = True, True

    def items(self) -> list[str]:
        names = (
            "home",
            "season",
            "centres",
            "programmes",
            "figures",
            "identities",
            "uncertain",
            "projects",
            "agreements",
            "occupations",
        )
        return [f"web:{name}" for name in names]

    def location(self, item: Any) -> str:
        return reverse(item)


class Centres(Sitemap):
    i18n, limit = True, 5000

    def items(self) -> Any:
        return Centre.objects.order_by("pk").values_list("code", flat=True)

    def location(self, item: Any) -> str:
        return reverse("web:centre", args=[item])


class Programmes(Sitemap):
    i18n, limit = True, 5000

    def items(self) -> Any:
        return Programme.objects.order_by("pk").values_list("code", flat=True)

    def location(self, item: Any) -> str:
        return reverse("web:programme", args=[item])


SITEMAPS = {"pages": Pages, "centres": Centres, "programmes": Programmes}
