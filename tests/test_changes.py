"""The one door for a write."""

import pytest
from django.core.exceptions import ValidationError

from takwin.accounts.tests.make import make_user
from takwin.centres import services
from takwin.centres.choices import CentreReason
from takwin.centres.models import Centre
from takwin.core.changes import ChangeReason
from takwin.core.errors import Refused
from takwin.core.models import Entry
from takwin.core.scope import EVERYWHERE, NOWHERE, Scope
from takwin.training.models import Room
from takwin.training.services import staff
from takwin.training.tests.make import make_room

pytestmark = pytest.mark.django_db


def known(centre):
    names = ("name_ar", "name_fr", "locality", "status", "capacity", "beds", "female_share", "area_m2")
    return {name: getattr(centre, name) for name in names}


class TestChange:
    def test_before_and_after_are_journalled_with_who_and_why(self):
        user, centre = make_user(), Centre.objects.get(code="ismss-meknes")
        services.correct(centre, **known(centre) | {"beds": 130}, reason="new wing", by=user)
        entry = Entry.objects.get(ref="centre:ismss-meknes")
        assert (entry.by, entry.verb, entry.changed, entry.data) == (
            user, "correct", {"beds": [120, 130]}, {"reason": "new wing"},
        )  # fmt: skip

    def test_a_refusal_leaves_nothing(self):
        centre = Centre.objects.get(code="ismss-beni-mellal")
        with pytest.raises(Refused) as refusal:
            services.correct(centre, **known(centre) | {"female_share": 50}, reason="x", by=None)
        assert refusal.value.reason == CentreReason.SHARE_WITHOUT_BEDS
        assert not Entry.objects.exists()

    def test_an_unlawful_value_is_refused_before_the_database(self):
        centre = Centre.objects.get(code="ismss-meknes")
        with pytest.raises(ValidationError):
            services.correct(centre, **known(centre) | {"status": "floating"}, reason="x", by=None)
        assert not Entry.objects.exists()

    def test_a_unique_value_that_another_has_is_a_refusal_and_keeps_the_transaction(self):
        hall, other = make_room("قاعة 1"), make_room("قاعة 2")
        for service, words in ((staff.add_room, {"centre": hall.centre}), (staff.change_room, {})):
            rows = () if words else (other,)
            with pytest.raises(Refused) as refusal:
                service(*rows, name="قاعة 1", kind="classroom", capacity=9, by=None, **words)
            assert refusal.value.reason == ChangeReason.ALREADY_THERE
        assert Room.objects.count() == 2


class TestScope:
    def test_an_area_sees_its_own_and_not_the_one_whose_code_begins_alike(self):
        meknes = Centre.objects.get(code="ismss-meknes")
        rows = Centre.objects.filter(code="ismss-meknes")
        assert rows.within(EVERYWHERE).exists()
        assert not rows.within(NOWHERE).exists()
        assert rows.within(Scope(areas=frozenset({meknes.area.path}))).exists()
        assert not rows.within(Scope(areas=frozenset({"0."}))).exists()
        assert rows.within(Scope(centres=frozenset({meknes.pk}))).exists()
        assert rows.within(Scope(areas=frozenset({"07."}), centres=frozenset({meknes.pk}))).exists()

    def test_grants_become_scopes(self):
        user = make_user(role="registrar", centre="ismss-meknes")
        centre = Centre.objects.get(code="ismss-meknes")
        assert user.scope("offer.edit") == Scope(centres=frozenset({centre.pk}))
        assert user.scope("admissions.allocate") == NOWHERE
        assert make_user("b@example.org", "national").scope("admissions.allocate") == EVERYWHERE
        assert make_user("r@example.org", "regional", area="marrakech-safi").scope("offer.edit").areas == {"07."}
