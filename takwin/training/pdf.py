"""Timetables on paper and as spreadsheets: Typst draws the page, in the reader's language and direction."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language, gettext, ngettext
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from takwin.core import dates
from takwin.core.pdf import compiled
from takwin.core.text import csv_safe, list_words
from takwin.training.choices import Weeks
from takwin.training.choices.assessment import Decision
from takwin.training.models import Enrolment, Participant, Result, Session, Timetable
from takwin.training.rules.weeks import DAYS, HOURS
from takwin.training.selectors import assessment, calendar, weeks

HEAD = ("session", "group", "module", "trainer", "hours", "day", "hour", "room", "pinned", "when")
WIDTHS = (18, 14, 40, 28, 8, 6, 6, 24, 8, 24)


def language() -> str:
    return (get_language() or "ar")[:2]


def day_names() -> list[str]:
    """Monday to Saturday, in the reader's language."""
    monday = date(2024, 1, 1)
    return [dates.day(monday + timedelta(days=day), language(), "EEEE") for day in range(DAYS)]


def workbook(timetable: Timetable) -> bytes:
    """One row a session; day 1 is Monday, hour 1 the first. `services.read_sheet` reads it back."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "takwin"
    sheet.sheet_view.rightToLeft = language() == "ar"
    sheet.append(HEAD)
    names, periods = day_names(), calendar.week_periods()
    for row in weeks.sessions(timetable):
        course, room = row.course, row.room.name if row.room else ""
        cells: list[Any] = [row.ref, course.group.name, course.module.label, str(course.trainer or ""), row.length]
        if row.slot is None:
            cells += ["", "", room, "", ""]
        else:
            day, hour = divmod(row.slot, HOURS)
            times = periods.of(row.slot, row.length)
            when = f"{names[day]} {times[0]:%H:%M}" if times else names[day]
            cells += [day + 1, hour + 1, room, "x" if row.pinned else "", when]
        sheet.append([csv_safe(cell) if isinstance(cell, str) else cell for cell in cells])
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def week_pdf(timetable: Timetable, kind: str, keys: Iterable[str]) -> bytes:
    """A tagged PDF, A4 landscape, with a page for each of `keys`: references of groups, trainers or rooms."""
    rows, periods = weeks.sessions(timetable), calendar.week_periods()
    names = {choice.key: choice.name for choice in weeks.choices(rows)[kind]}
    pages = []
    for key in keys:
        if key in names:
            lines = weeks.grid(weeks.of(rows, kind, key), periods)
            pages.append({"title": names[key], "lines": [_line(time, cells, kind) for time, cells in lines]})
    facts = {
        "language": language(),
        "centre": timetable.centre.label,
        "term": gettext("Term %(number)s, %(season)s")
        % {"number": timetable.term.number, "season": timetable.term.season},
        "days": day_names(),
        "draft": gettext("draft") if timetable.state == "draft" else "",
        "title": gettext("Timetable"),
        "pages": pages,
    }
    return _compiled("week.typ", facts)


def transcript_pdf(row: Enrolment) -> bytes:
    """A trainee's published results, year by year and module by module, in the reader's language."""
    names = assessment.names_of(row)
    facts = {
        "language": language(),
        "title": gettext("Transcript"),
        "name": row.person.name,
        "ref": row.ref,
        "about": [
            [gettext("Programme"), row.version.programme.label],
            [gettext("Centre"), row.centre.label],
            [gettext("Curriculum"), gettext("version %(number)s") % {"number": row.version.number}],
        ],
        "head": [gettext("Module"), gettext("Weight"), gettext("Average"), gettext("Decision")],
        "years": [_year(result, names) for result in assessment.results(row)],
        "empty": gettext("No result is published yet."),
    }
    return _compiled("transcript.typ", facts)


def _year(result: Result, names: dict[str, Any]) -> dict[str, Any]:
    lines = [
        [names[line["code"]].label if line["code"] in names else line["code"], str(line["weight"]),
         _mark(line["average"]), str(Decision(line["decision"]).label)]
        for line in result.lines
    ]  # fmt: skip
    facts = {"year": result.year, "average": _mark(result.average), "decision": result.get_decision_display()}
    honours = f" · {result.get_honours_display()}" if result.honours else ""
    return {
        "title": gettext("Year %(year)s: %(average)s/20, %(decision)s") % facts + honours,
        "lines": lines,
        "rule": gettext("Computed by the rule %(rule)s, published on %(day)s")
        % {"rule": result.rule, "day": dates.day(result.published_at.date(), language())},
    }


def _mark(hundredths: int | None) -> str:
    return "–" if hundredths is None else f"{hundredths / 100:.2f}".replace(".", ",")


def attendance_pdf(row: Participant) -> bytes:
    """A certificate of attendance: name, course, days attended of days held."""
    days = list(row.days.all())
    facts = {"present": len(days), "held": row.course.days.count()}
    attended = list_words(dates.day(day.on, language()) for day in days)
    present = ngettext("%(present)s of %(held)s day", "%(present)s of %(held)s days", facts["held"]) % facts
    return _compiled(
        "attendance.typ",
        {
            "language": language(), "title": gettext("Certificate of attendance"), "name": row.name, "ref": row.ref,
            "centre": row.course.centre.label, "course": row.course.title, "words": gettext("took part in"),
            "days": present + f" · {attended}",
        },
    )  # fmt: skip


def _compiled(sheet: str, facts: dict[str, Any]) -> bytes:
    return compiled("takwin.training", sheet, facts)


def _line(time: str, cells: list[weeks.Cell], kind: str) -> dict[str, Any]:
    described = [
        {"span": cell.span, "covered": cell.covered, "closed": cell.closed,
         "rows": [_words(row, kind) for row in cell.rows]}
        for cell in cells
    ]  # fmt: skip
    return {"time": time, "cells": described}


def _words(row: Session, kind: str) -> list[str]:
    """The lines of a cell: the module, and the two of group, trainer and room that the page is not about."""
    course = row.course
    rest = {
        "group": course.group.name,
        "trainer": str(course.trainer or ""),
        "room": row.room.name if row.room else "",
    }
    sign = "" if course.group.weeks == Weeks.ALL else f" ({course.group.weeks.upper()})"
    return [course.module.label + sign, *(words for name, words in rest.items() if name != kind and words)]
