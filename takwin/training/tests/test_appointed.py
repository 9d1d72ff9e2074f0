"""Nobody is given a part they may not play: left, elsewhere, without the right, or with a closed account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from takwin.accounts.tests.make import make_user
from takwin.training import services
from takwin.training.models import Trainer
from takwin.training.tests.make import CENTRE, make_course, make_group, make_trainer
from takwin.training.tests.test_services import refused

pytestmark = pytest.mark.django_db


def unfit():
    """Four who cannot teach at the centre, with the reason."""
    left = make_trainer("غادر")
    services.leave(left, by=None)
    left.refresh_from_db()
    closed = make_trainer("حساب مغلق", make_user("closed@example.org", "trainer", centre=CENTRE))
    type(closed.account).objects.filter(pk=closed.account_id).update(is_active=False)
    far = make_trainer("حق في مركز آخر", make_user("far@example.org", "trainer", centre="ismss-oujda"))
    return [
        (Trainer.objects.get(pk=left.pk), "left_post"), (Trainer.objects.get(pk=closed.pk), "no_account"),
        (Trainer.objects.get(pk=far.pk), "no_account"), (make_trainer("بعيد", centre="ismss-oujda"), "not_posted"),
    ]  # fmt: skip


def test_trainers_of_courses_stand_ins_and_second_markers_are_asked():
    group = make_group(people=1)
    course = make_course(group, make_trainer())
    own, today = course.trainer, timezone.localdate()
    for trainer, code in unfit():
        refused(code, services.assign, course, trainer=trainer, by=None)
        refused(code, services.announce_absence, own, first_on=today, last_on=today, substitute=trainer, by=None)
        refused(code, services.plan_assessment, course, kind="module-end", on=today, second=trainer, by=None)
    fit = make_trainer("صالح", make_user("fit@example.org", "trainer", centre=CENTRE))
    services.announce_absence(own, first_on=today, last_on=today + timedelta(days=1), substitute=fit, by=None)
    services.plan_assessment(course, kind="module-end", on=today, second=fit, by=None)
    services.assign(course, trainer=fit, by=None)
