"""Two people open the same form: the second to send is shown what the first changed, and decides."""

import ast
import re

import pytest
from django.conf import settings

from takwin.accounts.tests.make import make_user
from takwin.core.changes import change
from takwin.offer.tests.make import make_offering, make_season
from takwin.training.forms import ChangeTrainerForm
from takwin.training.models import Trainer
from takwin.training.tests.make import make_trainer, make_version
from takwin.ui.edits import SEEN

pytestmark = pytest.mark.django_db
# Forms that begin with values and make a new row, or say one's own answers anew; each is no edit of a shared row.
BEGIN = {
    "BookForm", "HoursForm", "ReserveForm", "SignUpForm", "StartForm", "SurveyForm", "ImportForm", "PublishForm",
    "VoidDrawForm",
    "LanguageForm",  # one's own language: the last one chosen counts
    "CorrectionForm",  # asks; whoever accepts is told when the identity has moved meanwhile
}  # fmt: skip
INDIRECT = {"kind", "kinds"}  # looked up in a table of forms: the next moves of a contract, of a draw, of a binding


def seen_of(client, path, at=0):
    return re.findall(rf'name="{SEEN}" value="([^"]*)"', client.get(path).content.decode())[at]


@pytest.fixture
def offering():
    return make_offering(make_season())


class TestSeats:
    def sent(self, client, path, **over):
        form_data = {"do": "seats", "capacity": "60", "first_year": "30", "seats": "20", "reason": "x"} | over
        return client.post(path, form_data)

    def test_an_old_page_does_not_undo_what_another_changed(self, client, offering):
        path = f"/desk/offerings/{offering.ref}/"
        client.force_login(make_user("b@example.org", "national"))
        seen = seen_of(client, path)  # B opens the page
        with change(offering, "set_seats", by=None) as row:  # A changes the capacity
            row.capacity = 90
        answer = self.sent(client, path, seats="25", **{SEEN: seen})
        offering.refresh_from_db()
        assert answer.status_code == 422
        assert (offering.capacity, offering.seats) == (90, 20)
        page = answer.content.decode()
        assert "«60»" in page
        assert "«90»" in page
        assert 'value="25"' in page  # what B typed stays
        again = re.findall(rf'name="{SEEN}" value="([^"]*)"', page)[0]
        assert self.sent(client, path, seats="25", **{SEEN: again}).status_code == 302  # B decides
        offering.refresh_from_db()
        assert (offering.capacity, offering.seats) == (60, 25)

    def test_the_same_value_typed_by_two_is_no_conflict(self, client, offering):
        path = f"/desk/offerings/{offering.ref}/"
        client.force_login(make_user("b@example.org", "national"))
        seen = seen_of(client, path)
        with change(offering, "set_seats", by=None) as row:
            row.capacity = 90
        assert self.sent(client, path, capacity="90", **{SEEN: seen}).status_code == 302

    @pytest.mark.parametrize("seen", ["", "x", "e30:1abcde:forged"])
    def test_a_form_without_its_values_is_asked_first(self, client, offering, seen):
        client.force_login(make_user("b@example.org", "national"))
        path = f"/desk/offerings/{offering.ref}/"
        assert self.sent(client, path, capacity="61", **{SEEN: seen}).status_code == 422
        offering.refresh_from_db()
        assert offering.capacity == 60


def test_lists_are_compared_whatever_their_order():
    make_version()
    trainer = make_trainer()
    form = ChangeTrainerForm(row=trainer, programmes=trainer.teaches.all())
    posted = {
        "name": trainer.name,
        "status": trainer.status,
        "weekly": trainer.weekly,
        SEEN: form.fields[SEEN].initial,
    }
    posted["teaches"] = list(trainer.teaches.values_list("code", flat=True))
    sent = ChangeTrainerForm(posted | {"weekly": 12}, row=trainer, programmes=trainer.teaches.all())
    assert sent.run(trainer, by=None), sent.errors
    assert Trainer.objects.get(pk=trainer.pk).weekly == 12


def test_no_page_fills_a_form_with_a_row_without_carrying_it():
    faults = []
    views = settings.BASE_DIR.glob("takwin/**/*.py")
    for path in (path for path in views if "views" in str(path) and "tests" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and any(word.arg == "initial" for word in node.keywords):
                called = node.func.value if isinstance(node.func, ast.Subscript) else node.func
                name = getattr(called, "attr", getattr(called, "id", ""))
                if name not in BEGIN | INDIRECT:
                    faults.append((path.name, node.lineno, name))
    assert faults == []
