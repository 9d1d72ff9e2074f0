"""The form of an identity says every fault at once."""

from __future__ import annotations

import csv
import io

import pytest

from takwin.accounts.tests.make import make_user
from takwin.admissions.tests.make import make_application
from takwin.offer.tests.make import make_offering, make_season
from takwin.territory.models import Area

pytestmark = pytest.mark.django_db
WRONG = {"given_name": "123", "family_name": "😀😀", "born_on": "2090-01-01", "cin": "12", "sex": "", "commune": ""}


def faults(page):
    return page.count('class="errors"')


def test_each_wrong_field_is_reported_at_the_first_sending(client):
    make_offering(make_season())
    client.force_login(make_user())
    answer = client.post("/apply/", WRONG)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert faults(page) == len(WRONG)
    for value in ("123", "😀😀", "2090-01-01"):
        assert f'value="{value}"' in page


def test_names_birth_and_card_are_refused_together_when_all_is_filled(client):
    make_offering(make_season())
    client.force_login(make_user())
    filled = {"sex": "female", "commune": Area.objects.communes().first().code}
    answer = client.post("/apply/", WRONG | filled)
    assert faults(answer.content.decode()) == 4


@pytest.mark.parametrize(("prefix", "label"), [("", "الحالة"), ("/fr", "État"), ("/en", "State")])
def test_an_export_of_the_desk_names_its_columns_in_the_reader_s_language(client, prefix, label):
    make_application(make_season())
    client.force_login(make_user("n@example.org", "national"))
    answer = client.get(f"{prefix}/desk/applications/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert label in next(csv.reader(io.StringIO(text)))
    assert client.get("/desk/applications/?format=json").json()[0]["state"]
