"""What a stranger asks: does this diploma stand? And what machines read: keys, lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from takwin.accounts import limits
from takwin.accounts.limits import LimitError
from takwin.certification import services, submission_parsing
from takwin.certification.choices import DiplomaState, Finding, Sentence
from takwin.certification.diploma_facts import list_url
from takwin.certification.selectors import diplomas, findings, keys
from takwin.certification.services.diplomas import list_key
from takwin.core.errors import Refused
from takwin.engines.credentials import did_document, sign, status_list
from takwin.ui.intake import takes_bytes
from takwin.ui.pages import PUBLIC, or_404, page, show

STATES = {
    "revocation": [DiplomaState.REVOKED],
    "suspension": [DiplomaState.SUSPENDED, DiplomaState.REVOKED],  # whoever reads this list alone misses none
}
KEPT = timedelta(minutes=5)  # a list is signed again at the latest after this; a change empties the cache at once
BELIEVED = timedelta(days=1)


@takes_bytes(submission_parsing.MOST_FILE + 1024 * 1024)
@page(PUBLIC)
def verify(request: Any) -> HttpResponse:
    """Verify by reference, code, file or text. Discloses only the validity and what was presented."""
    asked = request.method == "POST" or "ref" in request.GET or "line" in request.GET
    try:
        if asked:
            limits.require(request, "verify")
        answer = _answer(request) if asked else None
    except LimitError as limit:
        limit_text = _("Too many questions from your address. %(wait)s") % {"wait": limit.wait}
        response = show(request, "certification/verify.html", answer=None, limited=limit_text, status=429)
        response["Retry-After"], response["Cache-Control"] = str(limit.seconds), "no-store"
        return response
    except submission_parsing.Busy:
        limit_text = _("Other files are being read. Nothing was kept: send yours again in a few seconds.")
        response = show(request, "certification/verify.html", answer=None, limited=limit_text, status=503)
        response["Retry-After"], response["Cache-Control"] = str(submission_parsing.RETRY), "no-store"
        return response
    response = show(request, "certification/verify.html", answer=answer, ref=request.GET.get("ref", ""))
    if asked:
        response["Cache-Control"] = "no-store"
    return response


def _answer(request: Any) -> findings.Answer:
    try:
        if (upload := request.FILES.get("file")) is not None:
            if upload.size > submission_parsing.MOST_FILE:
                raise Refused(Sentence.TOO_LARGE, most=submission_parsing.MOST_FILE // 1000)
            content = upload.read()
            if submission_parsing.needs_place(content):
                limits.require(request, "verify_file")
            sender = limits.client_network(request)
            return findings.of_submission(submission_parsing.from_file(upload.name, content, sender=sender))
        if text := request.POST.get("text", "").strip():
            return findings.of_submission(submission_parsing.from_text(text))
        if line := request.GET.get("line", ""):
            return findings.of_line(submission_parsing.read_code(line) or "")
        if ref := request.GET.get("ref", "").strip():
            return findings.of_ref(ref)
    except Refused as refusal:
        return findings.Answer(Finding.UNREADABLE, str(refusal))
    return findings.Answer(Finding.UNREADABLE, str(Sentence.NOTHING.label))


@page(PUBLIC)
def by_id(request: Any, ref: str) -> HttpResponse:
    """The address that a credential has for a name."""
    response = redirect("certification:verify")
    response["Location"] += f"?{urlencode({'ref': ref})}"
    return response


@page(PUBLIC)
def shared(request: Any, token: str) -> HttpResponse:
    """A diploma that its holder shows to whoever has this address."""
    row = or_404(diplomas.shared, token)
    services.count_opening(row)
    response = show(
        request, "certification/shared.html", share=row, row=row.diploma, answer=findings.of_diploma(row.diploma)
    )
    response["Cache-Control"], response["X-Robots-Tag"] = "no-store", "noindex"
    return response


@page(PUBLIC)
def did(request: Any) -> JsonResponse:
    """The issuer's public keys (did:web)."""
    public_keys = [(key.name, key.multikey) for key in keys.published()]
    return JsonResponse(
        did_document(keys.issuer(request.get_host()).did, public_keys), headers={"Access-Control-Allow-Origin": "*"}
    )


@page(PUBLIC)
def status(request: Any, purpose: str, number: int) -> JsonResponse:
    """A signed list of bits: what was revoked, what is suspended."""
    if purpose not in STATES or number > diplomas.last_list():
        raise Http404(purpose)
    issuer = keys.issuer(request.get_host())
    kept = list_key(purpose, number, issuer.url)
    document = cache.get(kept)
    if document is None:
        key, now = or_404(keys.current), timezone.now().replace(microsecond=0)
        blank = status_list(
            issuer.did, list_url(issuer.url, purpose, number), purpose, diplomas.bits(STATES[purpose], number),
            at=now, until=now + BELIEVED,
        )  # fmt: skip
        document = sign(blank, key.secret, f"{issuer.did}#{key.name}", now)
        cache.set(kept, document, KEPT.total_seconds())
    return JsonResponse(document, headers={"Access-Control-Allow-Origin": "*"})
