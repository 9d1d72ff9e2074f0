"""What a holder sees on a phone: own diplomas, paper and files, shares, certificates of modules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from takwin.certification import exports, forms, services
from takwin.certification.selectors import diplomas as reads
from takwin.certification.selectors import findings
from takwin.certification.views.diplomas import paper
from takwin.core.errors import Refused
from takwin.core.text import clean_deep
from takwin.ui.pages import SIGNED_IN, or_404, page, show


@page(SIGNED_IN)
def wallet(request: Any) -> HttpResponse:
    """One's own diplomas; a certificate of a module is asked for here."""
    modules = reads.modules_for(request.user)
    if request.method == "POST":
        wanted = request.POST.get("module", "")
        for offered in modules:
            if f"{offered['enrolment'].ref}:{offered['code']}" == wanted:
                try:
                    made = services.certify_module(offered["enrolment"], code=offered["code"], by=request.user)
                    return redirect("certification:own", made.ref)
                except Refused as refusal:
                    messages.error(request, str(refusal))
        return redirect("certification:wallet")
    return show(
        request, "certification/wallet.html", rows=reads.of_person(request.user), modules=modules, active="wallet"
    )


def _own(request: Any, ref: str) -> Any:
    return or_404(reads.own, request.user, ref)


@page(SIGNED_IN)
def own(request: Any, ref: str) -> HttpResponse:
    """One diploma: show, share, take a share back."""
    row = _own(request, ref)
    form = forms.ShareForm()
    if request.method == "POST":
        if share_ref := request.POST.get("withdraw"):
            share = or_404(reads.own_share, request.user, share_ref)
            try:
                services.withdraw_share(share, by=request.user)
                messages.success(request, _("The address answers no more."))
            except Refused as refusal:
                messages.error(request, str(refusal))
            return redirect("certification:own", ref)
        form = forms.ShareForm(request.POST)
        if form.run(row, by=request.user):
            messages.success(request, _("The address is made. Copy it and send it."))
            return redirect("certification:own", ref)
    shares = [(share, services.address(share)) for share in reads.shares(row)]
    return show(
        request, "certification/own.html", row=row, form=form, shares=shares, answer=findings.of_diploma(row),
        today=timezone.localdate(), active="wallet", status=422 if form.errors else 200,
    )  # fmt: skip


@page(SIGNED_IN)
def own_pdf(request: Any, ref: str) -> HttpResponse:
    return paper(_own(request, ref))


def _file(content: bytes | str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(SIGNED_IN)
def own_json(request: Any, ref: str) -> HttpResponse:
    """The signed document, byte for byte."""
    row = _own(request, ref)
    return _file(row.credential, "application/vc+json", f"{row.ref}.json")


@page(SIGNED_IN)
def own_elmo(request: Any, ref: str) -> HttpResponse:
    row = _own(request, ref)
    return _file(exports.elmo(row), "application/xml", f"{row.ref}.elmo.xml")


@page(SIGNED_IN)
def own_elm(request: Any, ref: str) -> JsonResponse:
    row = _own(request, ref)
    return JsonResponse(
        clean_deep(exports.elm(row)), json_dumps_params={"ensure_ascii": False},
        headers={"Content-Disposition": f'attachment; filename="{row.ref}.elm.json"'},
    )  # fmt: skip
