"""What becomes of graduates: published rates with what they rest on, and what others publish without."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from takwin.employment.rules.rates import LEAST
from takwin.employment.selectors import rates, words
from takwin.reporting import selectors as reporting
from takwin.ui.pages import PUBLIC, page, show


@page(PUBLIC)
def insertion(request: Any) -> HttpResponse:
    """The newest published wave, the documents' tables, and a rate that cannot be published here."""
    wave = rates.latest_wave()
    rows = rates.published(wave) if wave else []
    rated_rows = [(row, rates.as_rate(row)) for row in rows]
    whole = [(words.INDICATORS[row.indicator], rate) for row, rate in rated_rows if not row.cell]
    parts = [
        (_("By programme"), [(row.programme.label, rate) for row, rate in rated_rows if row.programme]),
        (_("By region"), [(row.region.label, rate) for row, rate in rated_rows if row.region]),
    ]
    return show(
        request, "web/insertion.html", wave=wave, whole=whole, parts=parts, documented=rates.documented(),
        elsewhere=reporting.rates_without_denominator(), least=LEAST, active="figures",
    )  # fmt: skip
