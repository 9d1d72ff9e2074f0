"""A group whose results are published, its jury, and diplomas: made by the services."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.certification import services
from takwin.certification.models import Diploma, Jury
from takwin.core.scope import EVERYWHERE
from takwin.training import services as training
from takwin.training.models import Group
from takwin.training.tests.make import CENTRE, make_group, make_trainer

MEMBERS = "أستاذة العربية; trainer\nمهني من القطاع; professional"


def make_results(*marks: str, group: Group | None = None) -> Group:
    """A group with one mark a trainee in every module: a year of `marks`."""
    group = group or make_group(people=len(marks))
    trainer = make_trainer("أستاذ النتائج")
    today = timezone.localdate()
    for course in training.open_courses(group, term=1):
        training.assign(course, trainer=trainer, by=None)
        row = training.plan_assessment(course, kind="module-end", on=today, by=None)
        people = sorted(training.candidates(row), key=lambda candidate: candidate.enrolment_id)
        marks_by_ref = {
            candidate.enrolment.ref: ("marked", mark, "")
            for candidate, mark in zip(people, marks, strict=False)
            if mark
        }
        marks_by_ref |= {
            candidate.enrolment.ref: ("excused", "", "")
            for candidate in people
            if candidate.enrolment.ref not in marks_by_ref
        }
        training.give_marks(row, marks_by_ref, place="first", by=None)
        training.publish_marks(training.close_marks(row, by=None), by=None)
    training.publish_results(group, by=None)
    return group


def make_president(email: str = "president@example.org") -> Any:
    return make_user(email, "director", centre=CENTRE)


def make_jury(*marks: str, president: Any = None, group: Group | None = None) -> Jury:
    """A jury that has been formed for a group of these marks."""
    group = group or make_results(*(marks or ("14", "12.5", "11")))
    president = president or make_president()
    return services.form_jury(group, held_on=timezone.localdate(), president=president, members=MEMBERS, by=president)


def make_open_jury(*marks: str, **over: Any) -> Jury:
    row = make_jury(*marks, **over)
    return services.open_jury(row, present=[member.ref for member in row.members.all()], by=row.president)


def make_signed_jury(*marks: str, **over: Any) -> Jury:
    row = make_open_jury(*marks, **over)
    services.follow_rule(row, by=row.president)
    return services.sign_minutes(row, by=row.president)


def make_diploma(*marks: str, **over: Any) -> Diploma:
    """The first trainee's diploma, signed."""
    jury = make_signed_jury(*(marks or ("14",)), **over)
    services.issue(EVERYWHERE, jury)
    return Diploma.objects.select_related("enrolment__person", "key").order_by("enrolment_id").first()


def with_another_mark(line: str) -> str:
    """A signed line whose mark is another in its first sign. Of the last signs too few are free: one line in sixteen
    ends in AA, and the very last one holds bits that nothing reads."""
    payload, _dot, mark = line.rpartition(".")
    return f"{payload}.{'B' if mark[0] == 'A' else 'A'}{mark[1:]}"


def make_certification() -> dict[str, Any]:
    """A signed jury with its diplomas at Meknès."""
    group = make_group(name="PA1-9", people=2, first=80)
    diploma = make_diploma("14", "12", group=make_results("14", "12", group=group))
    waiting = make_results("13", group=make_group(name="PA1-8", people=1, first=90))
    return {"jury": diploma.verdict.jury, "diploma": diploma, "jury_group": waiting}
