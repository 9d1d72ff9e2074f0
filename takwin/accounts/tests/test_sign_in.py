"""Sign-in: by password, by a code sent to a phone; staff with a second factor."""

import re
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext

from takwin.accounts.models import SecurityEvent, User
from takwin.accounts.phones import normalize_phone
from takwin.accounts.selectors import by_login
from takwin.accounts.tests.enter import code_for
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Outbox
from takwin.core.tests.gateway import last_sms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("06 12 34 56 78", "+212612345678"), ("+33612345678", "+33612345678"), ("123", None), ("هاتف", None)],
)
def test_numbers_without_a_country_are_moroccan(typed, kept):
    assert normalize_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["0612345678", "06 12 34 56 78", "+212612345678", "+212 6 12 34 56 78", "00212612345678", "06-12.34.56.78",
     "٠٦١٢٣٤٥٦٧٨", "٠٦ ١٢ ٣٤ ٥٦ ٧٨", "+٢١٢٦١٢٣٤٥٦٧٨", " 0612345678 ", "\u200e+212612345678", "(06)12345678"],
)  # fmt: skip
def test_a_phone_leads_to_its_account_however_it_is_written(client, typed):
    user = make_user("p@example.org", phone="+212612345678", phone_verified=True)
    assert by_login(typed).get() == user
    assert client.post("/accounts/login/", {"login": typed, "password": PASSWORD}).url == "/door/"


def test_an_e_mail_and_a_reference_too():
    user = make_user("p@example.org")
    for typed in ("P@Example.org", " p@example.org", user.ref.lower()):
        assert by_login(typed).get() == user


def test_a_phone_alone_makes_an_account_and_the_code_travels_by_sms(client, capsys):
    answer = client.post("/accounts/signup/", {"phone": "0612345678", "email": "", "password1": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    message = Outbox.objects.get()
    assert (message.to, message.state, message.body) == ("+212612345678", "sent", "")
    body = last_sms("+212612345678")
    code = re.search(r"[0-9]{6}", body).group()
    assert client.post(answer.url, {"code": code}).status_code == 302
    user = User.objects.get(phone="+212612345678")
    assert user.phone_verified
    assert client.get("/apply/").status_code == 200
    assert body in capsys.readouterr().out


def test_neither_phone_nor_mail_is_refused(client):
    answer = client.post("/accounts/signup/", {"phone": "", "email": "", "password1": PASSWORD})
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_a_password_opens_the_door_and_a_wrong_one_does_not(client):
    make_user("staff@example.org", "national")
    wrong = client.post("/accounts/login/", {"login": "staff@example.org", "password": "wrong"})
    assert wrong.status_code == 200
    right = client.post("/accounts/login/", {"login": "staff@example.org", "password": PASSWORD})
    assert right.url == "/door/"
    assert client.get("/door/").url == "/desk/"


class TestFirstFactor:
    """Whoever stole a password must not be the one who sets up the factor."""

    PAGES = ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/")

    @pytest.fixture
    def staff(self, client, settings):
        settings.STAFF_SECOND_FACTOR = True
        user = make_user("staff@example.org", "national")
        client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        return user

    def prove(self, client, to="staff@example.org"):
        client.post("/accounts/prove/", {"send": "1", "next": self.PAGES[0]})
        return client.post("/accounts/prove/", {"code": code_for(to), "next": self.PAGES[0]})

    def opened(self, client):
        """The page of the first factor, after the password that allauth asks again."""
        again = client.get(self.PAGES[0])
        assert again.url.startswith("/accounts/reauthenticate/")
        client.post(again.url, {"password": PASSWORD})
        return client.get(self.PAGES[0])

    def test_a_password_alone_sets_none_up(self, client, staff):
        for page in self.PAGES:
            assert client.get(page).url == f"/accounts/prove/?next={quote(page, safe='')}"
            assert client.post(page, {"code": "000000"}).url.startswith("/accounts/prove/")

    def test_with_the_code_it_goes_on_and_the_owner_is_told(self, client, staff):
        assert self.prove(client).url == self.PAGES[0]
        page = self.opened(client)
        assert page.status_code == 200
        TOTP.activate(staff, generate_totp_secret())
        signals.authenticator_added.send(
            sender=Authenticator, request=page.wsgi_request, user=staff, authenticator=staff.authenticator_set.get()
        )
        assert SecurityEvent.objects.filter(kind="factor_added", user=staff).exists()
        assert Outbox.objects.filter(about="security", to=staff.email).exists()

    def test_a_wrong_code_opens_nothing_and_is_noted(self, client, staff):
        client.post("/accounts/prove/", {"send": "1"})
        right = code_for("staff@example.org")
        assert client.post("/accounts/prove/", {"code": "000000" if right != "000000" else "1" * 6}).status_code == 422
        assert client.get(self.PAGES[0]).status_code == 302
        assert SecurityEvent.objects.filter(kind="code_rejected", user=staff).exists()

    def test_nor_does_it_change_where_codes_go(self, client, staff):
        form_data = {"action_add": "1", "email": "thief@example.org"}
        assert client.post("/accounts/email/", form_data).url.startswith("/accounts/prove/")
        assert client.get("/accounts/email/").url.startswith("/accounts/reauthenticate/")
        assert client.get("/accounts/phone/change/").url.startswith("/accounts/prove/")

    def test_a_sign_in_by_code_is_proof_enough(self, client, settings):
        settings.STAFF_SECOND_FACTOR = True
        make_user("staff@example.org", "national")
        client.post("/accounts/login/code/", {"login": "staff@example.org"})
        client.post("/accounts/code/", {"code": code_for("staff@example.org")})
        assert self.opened(client).status_code == 200

    def test_a_code_of_an_hour_ago_is_none(self, client, staff):
        self.prove(client)
        session = client.session
        for row in session["account_authentication_methods"]:
            row["at"] -= 3600
        session.save()
        assert client.get(self.PAGES[0]).url.startswith("/accounts/prove/")

    def test_people_without_a_role_are_not_asked(self, client, settings):
        settings.STAFF_SECOND_FACTOR = True
        make_user("c@example.org")
        client.post("/accounts/login/", {"login": "c@example.org", "password": PASSWORD})
        assert self.opened(client).status_code == 200

    def test_the_page_sends_nothing_by_being_read(self, client, staff):
        for _again in range(2):
            assert client.get("/accounts/prove/?next=/desk/").status_code == 200
        assert not Outbox.objects.filter(to=staff.email).exists()


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client, settings):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(make_user("staff@example.org", "national"))
    assert client.get("/desk/").url == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/apply/").status_code == 200


def test_a_second_factor_by_totp_opens_the_desk(client, settings):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    settings.STAFF_SECOND_FACTOR = True
    user = make_user("staff@example.org", "national")
    TOTP.activate(user, generate_totp_secret())
    client.force_login(user)
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("address", ["/accounts/login/code/", "/accounts/signup/", "/accounts/password/reset/"])
@pytest.mark.parametrize("following", ["abc", "a b", "?x", "#x", "é", "account_logout", "//elsewhere.example/", ""])
def test_who_is_signed_in_and_asks_for_a_page_of_sign_in_goes_home(client, address, following):
    client.force_login(make_user())
    answer = client.get(address, {"next": following})
    assert (answer.status_code, answer["Location"]) == (302, "/door/")


def test_as_many_queries_refuse_a_known_address_as_an_unknown_one(client):
    """What a stranger measures: more questions to the database would say which addresses have an account."""
    proved, unproved = make_user("proved@example.org"), make_user("unproved@example.org")
    EmailAddress.objects.filter(user=unproved).update(verified=False)

    def queries(login):
        with CaptureQueriesContext(connection) as seen:
            client.post("/accounts/login/", {"login": login, "password": "not-the-password"})
        return len(seen)

    counts = {login: queries(login) for login in (proved.email, unproved.email, "nobody@example.org")}
    assert len(set(counts.values())) == 1, counts
