"""Tables that were renamed keep their rows, links and rules: each migration is taken back and run again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from takwin.certification import services
from takwin.certification.models import Diploma, JuryMember
from takwin.certification.tests.make import make_diploma, make_jury
from takwin.core.models import FormKey
from takwin.employment.models import JobApplication, SurveyInvitation, SurveyWave, Vacancy
from takwin.employment.tests.make import make_employment
from tests.renaming import Renaming

pytestmark = pytest.mark.django_db(transaction=True)


def test_applications_waves_and_invitations_are_the_bids_waves_and_samples_of_before(network):
    world = make_employment()
    application, invitation = world["bid"], world["sample"]
    application.diplomas.add(invitation.graduate.diploma)
    FormKey.objects.create(key="k" * 32, form="f", owner="o", made_model="employment.jobapplication", made=1)
    names = ["0002_job_application", "0003_survey_wave", "0004_survey_invitation", "0005_reason", "0006_channel"]
    renamings = [Renaming("employment", name) for name in names]
    for renaming in reversed(renamings):
        renaming.take_back()
    before = renamings[0].old
    assert before("employment", "Bid").objects.get().diplomas.count() == 1
    assert before("employment", "Sample").objects.get(pk=invitation.pk).wave.months == 6
    assert set(before("employment", "Attempt").objects.values_list("way", flat=True)) == {"link"}
    before("employment", "Vacancy").objects.update(state="turned-down", why="ناقص")
    assert before("core", "FormKey").objects.get().made_model == "employment.bid"
    for renaming in renamings:
        renaming.run()
    assert JobApplication.objects.get().diplomas.get() == invitation.graduate.diploma
    assert SurveyWave.objects.filter(pk=world["wave"].pk).exists()
    assert SurveyInvitation.objects.get(pk=invitation.pk).attempts.get().channel == "link"
    assert Vacancy.objects.get().reason == "ناقص"
    with pytest.raises(IntegrityError), transaction.atomic():
        Vacancy.objects.update(reason="")
    assert FormKey.objects.get().made_model == "employment.jobapplication"
    for row in (application, invitation):  # the unique constraints were made again
        row.pk, row.ref = None, f"{row.ref[:-1]}X"
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_members_of_a_jury_are_the_sitters_of_before(network):
    jury = make_jury("14")
    members = sorted(jury.members.values_list("name", "seat"))
    later, renaming = Renaming("certification", "0006_diploma_reason"), Renaming("certification", "0005_jury_member")
    later.take_back()
    renaming.take_back()
    assert renaming.old("certification", "Sitter").objects.count() == len(members) == 3
    renaming.run()
    later.run()
    assert sorted(jury.members.values_list("name", "seat")) == members
    with pytest.raises(IntegrityError), transaction.atomic():
        JuryMember.objects.create(jury=jury, name="أخرى", seat="president")


def test_a_diploma_keeps_the_class_of_the_reason_of_its_revocation(network):
    services.revoke_diploma(make_diploma("14"), reason="fraud", by=None)
    renaming = Renaming("certification", "0006_diploma_reason")
    renaming.take_back()
    assert renaming.old("certification", "Diploma").objects.get().why == "fraud"
    renaming.run()
    assert Diploma.objects.get().reason == "fraud"
    with pytest.raises(IntegrityError), transaction.atomic():
        Diploma.objects.update(reason="")
