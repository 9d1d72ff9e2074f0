"""The six types in words a pupil of lower secondary reads, and the reasons of a suggestion."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from takwin.core.crowd import LEAST
from takwin.core.numbers import number
from takwin.guidance.rules import SCALES, letters
from takwin.guidance.selectors import clients
from takwin.guidance.selectors.advice import Suggestion
from takwin.guidance.selectors.clients import Subject
from takwin.occupations.choices import Interest

TYPES = {
    "R": gettext_lazy("Likes to make and repair with the hands, with tools, machines, plants or materials."),
    "I": gettext_lazy("Likes to understand, measure, look for causes and solve problems."),
    "A": gettext_lazy("Likes to imagine, draw, decorate, play music, tell stories."),
    "S": gettext_lazy("Likes to help, care, teach and listen to people."),
    "E": gettext_lazy("Likes to persuade, sell, lead and begin projects."),
    "C": gettext_lazy("Likes order, figures, precise work and clear rules."),
}
GOOD_FIT, POOR_FIT = 0.7, 0.4
NEAR = 60  # kilometres
USUAL = 4  # requests a seat, the national average
ForAndAgainst = tuple[list[str], list[str]]


def names(signs: str) -> str:
    """“SIA” as “Social, Investigative, Artistic”."""
    return _(", ").join(str(Interest(sign).label) for sign in signs)


def path_so_far(client: Any) -> dict[str, Any]:
    """What the desk shows of a client: test, schooling, application, advice read."""
    test = clients.newest_test(client)
    return {
        "test": test,
        "types": names(letters(test.scores)) if test else "",
        "profile": clients.subject(client, test),
        "application": clients.application_of(client),
        "advised": clients.advised(client),
    }


def type_rows(scores: Any) -> list[dict[str, Any]]:
    """The six scales of a result, strongest first."""
    order = letters(scores, 6)
    found = dict(zip(SCALES, scores, strict=True))
    return [
        {"letter": sign, "label": Interest(sign).label, "sentence": TYPES[sign], "score": found[sign]}
        for sign in order
    ]


def reasons(row: Suggestion, subject: Subject, language: str) -> ForAndAgainst:
    """(what speaks for it, what speaks against it). Nothing is left out because it is unpleasant."""
    good: list[str] = []
    weak: list[str] = []
    for part in (_interest(row, subject), _access(row, subject), _road(row, subject, language), _seats(row, language)):
        good += part[0]
        weak += part[1]
    if row.other_mode:
        weak.append(_("It is taught as %(mode)s, which you did not choose.") % {"mode": row.offering.mode.label})
    return good, weak


def _interest(row: Suggestion, subject: Subject) -> ForAndAgainst:
    if row.fit is None:
        return [], []
    if row.fit >= GOOD_FIT:
        return [_("Fits what you like: %(types)s.") % {"types": names(letters(subject.scores, 2))}], []
    return [], [_("Far from what you like most.")] if row.fit < POOR_FIT else []


def _access(row: Suggestion, subject: Subject) -> ForAndAgainst:
    if not subject.schooling:
        return [], [_("Tell your schooling to know whether you may apply.")]
    return ([], [str(refusal) for refusal in row.barred]) if row.barred else ([_("You may apply.")], [])


def _road(row: Suggestion, subject: Subject, language: str) -> ForAndAgainst:
    good: list[str] = []
    weak: list[str] = []
    distances = {"km": number(round(row.km or 0), language), "limit": number(subject.max_km or 0, language)}
    if row.km is not None:
        if row.km < 1:
            good.append(_("In your province."))
        elif row.too_far:
            weak.append(_("%(km)s km away, beyond the %(limit)s km you set.") % distances)
        elif row.km <= NEAR:
            good.append(_("%(km)s km from your province.") % distances)
        else:
            weak.append(_("%(km)s km from your province.") % distances)
    if row.beds:
        good.append(_("A bed is possible: the centre has a boarding house."))
    elif row.no_bed or (row.km or 0) > NEAR:
        weak.append(_("No boarding house."))
    return good, weak


def _seats(row: Suggestion, language: str) -> ForAndAgainst:
    if row.few:
        return [_("Few requests so far (fewer than %(least)s).") % {"least": number(LEAST, language)}], []
    if row.pressure is None:
        return [], [_("No seat is open this season.")]
    ratio = {"count": number(round(row.pressure, 1), language)}
    if row.pressure <= USUAL:
        return [_("Requests for each seat: %(count)s, fewer than the usual four.") % ratio], []
    return [], [_("Requests for each seat: %(count)s.") % ratio]
