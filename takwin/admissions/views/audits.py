"""Full files of published runs, for auditors whose grant is for the whole network: each reading is noted."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from takwin.admissions import selectors, services
from takwin.ui.pages import or_404, page, show


def _everywhere(request: Any) -> None:
    """404 for a grant limited to one place: national files are for national grants, and their existence is hidden."""
    if not request.scope.everywhere:
        raise Http404("audit")


@page("admissions.audit", hidden=True)
def audits(request: Any) -> HttpResponse:
    """Published runs with their full files, and who read them."""
    _everywhere(request)
    return show(request, "admissions/audits.html", rows=selectors.readings(selectors.public_runs()), active="audits")


@page("admissions.audit", hidden=True)
def full_files(request: Any, ref: str) -> Any:
    """Problem and result of a run, one row a candidate, without names."""
    _everywhere(request)
    run = or_404(selectors.public_run, ref)
    if not run.archive:
        raise Http404(ref)
    services.read_full_files(run, by=request.user)
    answer = FileResponse(run.archive.open("rb"), content_type="application/zip", as_attachment=True)
    answer["Cache-Control"] = "private, no-store"
    return answer


def private_json(request: HttpRequest, shown: dict[str, Any], name: str) -> HttpResponse:
    """A JSON file of one person, with headers that forbid any cache to keep a copy."""
    import json

    answer = HttpResponse(json.dumps(shown, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
