"""What anyone may see of an allocation: commitment, certificate, files; and one's own result by its address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpResponse, JsonResponse

from takwin.admissions import selectors, services, tokens
from takwin.admissions.rules import DRAND_CHAIN
from takwin.admissions.views.audits import private_json
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
        "runs": [(run, services.public_counts(run.counts)) for run in selectors.public_runs()],
        "chain": DRAND_CHAIN,
    }
    return show(request, "admissions/allocations.html", **context)


@page(PUBLIC)
def allocation(request: Any, ref: str) -> HttpResponse:
    """A published run: draw, properties, files, how to verify at home."""
    run = _run(ref)
    kept = services.seal_fault(run) is None
    context: dict[str, Any] = {"run": run, "draw": selectors.run_draw(run), "kept": kept}
    context |= {"counts": services.public_counts(run.counts), "trees": run.trees, "chain": DRAND_CHAIN}
    return show(request, "admissions/allocation.html", **context)


@page(PUBLIC)
def certificate(request: Any, ref: str) -> HttpResponse:
    run = _run(ref)
    shown = services.public_certificate(run)
    answer = JsonResponse(shown, json_dumps_params={"ensure_ascii": False, "indent": 1, "sort_keys": True})
    answer["Content-Disposition"] = f'attachment; filename="{run.ref}.json"'
    return answer


@page(PUBLIC)
def files(request: Any, ref: str) -> Any:
    """Pools, counts, cut-offs in bands, roots of the trees: no row of it is a person. A run of before has none."""
    run = _run(ref)
    if not run.public_files:
        raise Http404(ref)
    return FileResponse(
        run.public_files.open("rb"), content_type="application/zip", as_attachment=True, filename=f"{run.ref}.zip"
    )


@page(PUBLIC)
def published(request: Any, ref: str) -> HttpResponse:
    """What a candidate checks their line against."""
    shown = services.public_summary(_run(ref))
    answer = JsonResponse(shown, json_dumps_params={"ensure_ascii": False, "indent": 1, "sort_keys": True})
    answer["Content-Disposition"] = 'attachment; filename="published.json"'
    return answer


@page(PUBLIC)
def short_line(request: Any, signed: str) -> HttpResponse:
    """One's line with its proof, by the address of the message."""
    ref = tokens.read(signed)
    _application, (run, _rows) = selectors.card_by_ref(ref) if ref else (None, (None, []))
    shown = services.line_file(run, ref) if run is not None and ref else None
    if shown is None:
        raise Http404("line")
    return private_json(request, shown, "my-line.json")


@page(PUBLIC)
def short(request: Any, signed: str) -> HttpResponse:
    """One's result by the address of the message: a light page, without a name, that prints."""
    ref = tokens.read(signed)
    application, (run, rows) = selectors.card_by_ref(ref) if ref else (None, (None, []))
    if application is None or run is None:
        raise Http404("result")
    context: dict[str, Any] = {"application": application, "run": run, "rows": rows, "signed": signed}
    context["won"] = next((row for row in rows if row["wish"].pk == application.seat_id), None)
    answer = show(request, "admissions/short.html", **context)
    answer["Cache-Control"] = "private, max-age=60"
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
