"""PDFs of diplomas and minutes, drawn by Typst; the signed document is attached to the diploma's file."""

from __future__ import annotations

import io
from typing import Any

import qrcode
import qrcode.image.svg
from django.urls import reverse
from django.utils.translation import get_language, gettext, override

from takwin.certification.choices import Decision, DiplomaKind, Seat
from takwin.certification.models import Diploma, Jury
from takwin.certification.selectors import juries, keys
from takwin.core import dates
from takwin.core.pdf import compiled, drawn

QR_LEVEL = qrcode.constants.ERROR_CORRECT_M  # 15 % of the modules may be lost to folds and scans
PICTURE_DOTS = 80  # dots an inch: the long side of A4 landscape is 935 points, and the words can be read
HERE = __name__.rpartition(".")[0]


def language() -> str:
    return (get_language() or "ar")[:2]


def verify_address(row: Diploma) -> str:
    """What the QR holds: the page that verifies, and the signed line itself, which needs no network."""
    with override("ar"):
        return f"{keys.issuer().url}{reverse('certification:verify')}?line={row.line}"


def code(text: str) -> str:
    """A QR as SVG, one path."""
    made = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, error_correction=QR_LEVEL, border=2)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue().decode()


def diploma_pdf(row: Diploma) -> bytes:
    """Arabic and French on one sheet, tagged (PDF/UA-1), the same bytes each time; the document is attached."""
    return compiled(HERE, "diploma.typ", _diploma(row))


def diploma_picture(row: Diploma) -> bytes:
    """The same sheet as a PNG, to be shown small: about 60 kB, and nothing is attached."""
    return drawn(HERE, "diploma.typ", _diploma(row), dots=PICTURE_DOTS)


def _diploma(row: Diploma) -> dict[str, Any]:
    facts = row.facts
    both: dict[str, dict[str, Any]] = {}
    for language_code in ("ar", "fr"):
        with override(language_code):
            both[language_code] = {
                "title": gettext("Diploma") if row.kind == DiplomaKind.DIPLOMA else gettext("Certificate of a module"),
                "gives": gettext("The jury certifies that"),
                "has": gettext("has earned the diploma of") if row.kind == DiplomaKind.DIPLOMA
                else gettext("has passed the module"),
                "name": facts["names"].get(language_code) or facts["names"]["ar"],
                "level": facts["level"].get(language_code) or facts["level"]["ar"],
                "centre": facts["centre"].get(language_code) or facts["centre"]["ar"],
                "on": dates.day(row.on, language_code),
                "honours": facts["honours"].get(language_code, ""),
                "average": gettext("Average: %(mark)s of 20") % {"mark": _mark(facts["average"])},
                "check": gettext("Scan the code, or hand in this file: it says whether the diploma stands today."),
            }  # fmt: skip
    return {
        "ref": row.ref, "holder": row.holder, "latin": _latin(row), "ar": both["ar"], "fr": both["fr"],
        "qr": code(verify_address(row)), "address": f"{keys.issuer().url}/verify/", "credential": row.credential,
        "simulated": row.simulated,
    }  # fmt: skip


def _latin(row: Diploma) -> str:
    identity = row.facts["identity"]
    return f"{identity['given_name_latin']} {identity['family_name_latin']}".strip()


def _mark(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}".replace(".", ",")


def minutes_pdf(row: Jury) -> bytes:
    """The minutes of a jury in the reader's language: who was there, what was decided, corrections since."""
    verdicts = juries.verdicts(row)
    counted = juries.counts(verdicts)
    facts: dict[str, Any] = {
        "language": language(),
        "title": gettext("Minutes of the jury"),
        "ref": row.ref,
        "about": [
            [gettext("Centre"), row.group.centre.label],
            [gettext("Programme"), row.group.version.programme.label],
            [gettext("Class group"), f"{row.group.name} · {gettext('year %(year)s') % {'year': row.year}}"],
            [gettext("Day of the jury"), dates.day(row.held_on, language())],
            [gettext("Rule"), row.rule],
        ],
        "members_title": gettext("Members"),
        "members": [
            [member.name, str(Seat(member.seat).label), gettext("present") if member.present else gettext("absent")]
            for member in row.members.all()
        ],
        "head": [gettext("Trainee"), gettext("Reference"), gettext("Average"), gettext("Decision"), gettext("Why")],
        "lines": [
            [verdict.who, verdict.enrolment.ref, _mark(verdict.result.average if verdict.result else None),
             verdict.get_decision_display() if verdict.decision else "–", verdict.words]
            for verdict in verdicts
        ],
        "sum": " · ".join(f"{Decision(key).label}: {count}" for key, count in counted.items() if key and count),
        "remarks": row.remarks,
        "amendments_title": gettext("Corrections signed since"),
        "amendments": [
            [amendment.verdict.who, f"{amendment.get_before_display()} → {amendment.get_after_display()}",
             amendment.words, dates.moment(amendment.at, language())]
            for amendment in juries.amendments(row)
        ],
        "signed": gettext("Signed by the president, %(name)s, on %(at)s")
        % {"name": row.president, "at": dates.moment(row.signed_at, language())}
        if row.signed_at
        else gettext("Draft: not signed"),
    }  # fmt: skip
    return compiled(HERE, "minutes.typ", facts)
