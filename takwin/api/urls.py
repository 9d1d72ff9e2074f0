"""The API at /api/v1/: OpenAPI 3.1, pages, ETags, UTF-8 as it is."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Generic, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition
from ninja import NinjaAPI, Query, Schema
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from takwin.api import schemas
from takwin.centres.models import Centre
from takwin.core.fields import matching
from takwin.offer.models import Offering, Programme
from takwin.reporting import selectors as reporting
from takwin.territory.choices import AreaKind
from takwin.territory.models import Area

T = TypeVar("T")


class Utf8(BaseRenderer):
    """Arabic stays readable in the answer."""

    media_type = "application/json"
    charset = "utf-8"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return json.dumps(data, ensure_ascii=False, cls=NinjaJSONEncoder)


class Page(Schema, Generic[T]):
    items: list[T]
    count: int
    next: str | None


class Paging(Schema):
    limit: int = Query(100, ge=1, le=500)
    offset: int = Query(0, ge=0, le=10_000_000)


api = NinjaAPI(
    title="takwin",
    version="1",
    description="Public read API. Figures carry document and lines; simulated rows say so.",
    renderer=Utf8(),
    docs_url=None,
    urls_namespace="api",
)
REFUSED = {422: schemas.Problem}


def _page(request: Any, rows: QuerySet, paging: Paging) -> dict[str, Any]:
    count = rows.count()
    end = paging.offset + paging.limit
    following = None
    if end < count:
        query = request.GET.copy()
        query["offset"], query["limit"] = str(end), str(paging.limit)
        following = f"{request.path}?{query.urlencode()}"
    return {"items": list(rows[paging.offset : end]), "count": count, "next": following}


def _search(rows: Any, q: str) -> Any:
    return rows.filter(matching("search_text", q[:100]))


@api.get("/areas", response={200: Page[schemas.AreaOut], **REFUSED}, tags=["territory"])
def areas(
    request: HttpRequest, paging: Query[Paging], kind: AreaKind | None = None, within: str = "", q: str = ""
) -> Any:
    """Regions, provinces and communes (HCP). `within` is a path such as 07."""
    rows = _search(Area.objects.order_by("path"), q)
    rows = rows.filter(kind=kind) if kind else rows
    return _page(request, rows.filter(path__startswith=within.replace("\x00", "")), paging)


@api.get("/centres", response={200: Page[schemas.CentreOut], **REFUSED}, tags=["centres"])
def centres(request: HttpRequest, paging: Query[Paging], kind: str = "", within: str = "", q: str = "") -> Any:
    """Centres; `kind` is a code, `within` an area path."""
    rows = _search(Centre.objects.with_places().order_by("pk"), q)
    rows = rows.filter(kind__code=kind.replace("\x00", "")) if kind else rows
    rows = rows.filter(area__path__startswith=within.replace("\x00", "")) if within else rows
    return _page(request, rows, paging)


@api.get("/programmes", response={200: Page[schemas.ProgrammeOut], **REFUSED}, tags=["offer"])
def programmes(request: HttpRequest, paging: Query[Paging], sector: str = "", level: str = "", q: str = "") -> Any:
    """Programmes; `sector` and `level` are codes."""
    rows = _search(Programme.objects.select_related("sector", "level").order_by("pk"), q)
    rows = rows.filter(sector__code=sector.replace("\x00", "")) if sector else rows
    rows = rows.filter(level__code=level.replace("\x00", "")) if level else rows
    return _page(request, rows, paging)


@api.get("/offerings", response={200: Page[schemas.OfferingOut], **REFUSED}, tags=["offer"])
def offerings(
    request: HttpRequest, paging: Query[Paging], season: str = "", centre: str = "", programme: str = ""
) -> Any:
    """Offerings with their places and seats."""
    rows = Offering.objects.select_related("season", "programme", "centre", "mode").order_by("pk")
    for path, value in (("season__code", season), ("centre__code", centre), ("programme__code", programme)):
        if value:
            rows = rows.filter(**{path: value.replace("\x00", "")})
    return _page(request, rows, paging)


@api.get("/figures", response={200: Page[schemas.FigureOut], **REFUSED}, tags=["figures"])
def figures(request: HttpRequest, paging: Query[Paging], source: str = "", scope: str = "", q: str = "") -> Any:
    """Published figures with document and lines."""
    rows = _search(reporting.figures().order_by("pk"), q)
    rows = rows.filter(source=source.replace("\x00", "")) if source else rows
    rows = rows.filter(scope=scope.replace("\x00", "")) if scope else rows
    return _page(request, rows, paging)


@api.get("/identities", response=list[schemas.IdentityOut], tags=["figures"])
def identities(request: HttpRequest) -> Any:
    """Arithmetic claims of the documents, recomputed at each call."""
    names = ("code", "title", "kind", "terms", "expected", "source", "line")
    return [
        {name: getattr(row.identity, name) for name in names}
        | {"computed": row.verdict.computed, "holds": row.verdict.holds}
        for row in reporting.identities()
    ]


def _guarded(view: Any) -> Any:
    """No sign-in, and an ETag on every answer that worked."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD"} or response.status_code != 200:
            return response
        etag = '"' + hashlib.sha256(response.content).hexdigest()[:32] + '"'
        answer = condition(etag_func=lambda _r: etag)(lambda _r: response)(request)
        answer["Cache-Control"] = "public, max-age=60"
        return answer

    inner.capability = "public"  # type: ignore[attr-defined]
    inner.csrf_exempt = True  # type: ignore[attr-defined]
    return login_not_required(inner)


patterns, app_name, namespace = api.urls
for pattern in patterns:
    pattern.callback = _guarded(pattern.callback)
urls = (patterns, app_name, namespace)
