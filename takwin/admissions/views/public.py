"""What anyone may see of an allocation: commitment, certificate, files; and one's own result by its address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpResponse, JsonResponse

from takwin.admissions import selectors, services, tokens
from takwin.admissions.rules import DRAND_CHAIN
from takwin.offer import selectors as offer
from takwin.ui.pages import PUBLIC, page, show


def _run(ref: str) -> Any:
    try:
        return selectors.public_run(ref)
    except ObjectDoesNotExist as absent:
        raise Http404(ref) from absent


@page(PUBLIC)
def allocations(request: Any) -> HttpResponse:
    """Every draw with its state, and every published run."""
    context: dict[str, Any] = {
        "season": offer.current_season(),
        "draws": selectors.draws(),
        "runs": selectors.public_runs(),
        "chain": DRAND_CHAIN,
    }
    return show(request, "admissions/allocations.html", **context)


@page(PUBLIC)
def allocation(request: Any, ref: str) -> HttpResponse:
    """A published run: draw, properties, files, how to verify at home."""
    run = _run(ref)
    kept = services.seal_fault(run) is None
    return show(request, "admissions/allocation.html", run=run, draw=selectors.run_draw(run), kept=kept)


@page(PUBLIC)
def certificate(request: Any, ref: str) -> HttpResponse:
    run = _run(ref)
    answer = JsonResponse(run.certificate, json_dumps_params={"ensure_ascii": False, "indent": 1, "sort_keys": True})
    answer["Content-Disposition"] = f'attachment; filename="{run.ref}.json"'
    return answer


@page(PUBLIC)
def files(request: Any, ref: str) -> Any:
    """The anonymised problem and result."""
    run = _run(ref)
    if not run.archive:
        raise Http404(ref)
    return FileResponse(run.archive.open("rb"), content_type="application/zip", as_attachment=True)


@page(PUBLIC)
def short(request: Any, told: str) -> HttpResponse:
    """One's result by the address of the message: a light page, without a name, that prints."""
    ref = tokens.read(told)
    application, (run, rows) = selectors.card_by_ref(ref) if ref else (None, (None, []))
    if application is None or run is None:
        raise Http404("result")
    context: dict[str, Any] = {"application": application, "run": run, "rows": rows, "told": told}
    context["won"] = next((row for row in rows if row["wish"].pk == application.seat_id), None)
    context["number"] = services.number(run.season, application.ref)
    answer = show(request, "admissions/short.html", **context)
    answer["Cache-Control"] = "private, max-age=60"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
