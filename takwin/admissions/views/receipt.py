"""The receipt and its public check."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import qrcode
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from qrcode.image.svg import SvgPathImage

from takwin.admissions import selectors
from takwin.admissions.views.candidate import with_application
from takwin.core.numbers import parse_int
from takwin.ui.pages import PUBLIC, near, page, show


def signer() -> Signer:
    """Made when it is used: the secrets are those of the settings as they are."""
    return Signer(salt="receipt", sep="~")


def check_url(application: Any) -> str:
    """Where anyone who holds the receipt can check it."""
    signed = signer().sign(f"{application.ref}:{int(application.submitted_at.timestamp())}")
    return settings.SITE_URL + reverse("admissions:receipt_check", args=[signed])


def qr(text: str) -> str:
    """A QR code as inline SVG, error level M."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=2, box_size=8)
    code.add_data(text)
    out = BytesIO()
    code.make_image(image_factory=SvgPathImage).save(out)
    svg = out.getvalue().decode().split("?>", 1)[-1]
    return mark_safe(svg)  # noqa: S308 - drawn by the library from our own address


@page("admissions.apply")
@with_application
def receipt(request: Any, application: Any) -> HttpResponse:
    if application.submitted_at is None:
        return redirect(near(request, "admissions:mine"))
    url = check_url(application)
    context: dict[str, Any] = {
        "application": application,
        "wishes": selectors.wishes(application),
        "url": url,
        "qr": qr(url),
    }
    return show(request, "admissions/receipt.html", active="apply", **context)


@page(PUBLIC)
def receipt_check(request: Any, signed: str) -> HttpResponse:
    """Show whether a receipt is genuine and still current; nothing about the person."""
    try:
        ref, stamp = signer().unsign(signed).rsplit(":", 1)
    except (BadSignature, ValueError) as bad:
        raise Http404("receipt") from bad
    application = selectors.by_ref(ref)
    if application is None:
        raise Http404("receipt")
    submitted = application.submitted_at
    stands = submitted is not None and int(submitted.timestamp()) == parse_int(stamp)
    return show(request, "admissions/receipt_check.html", application=application, stands=stands)
