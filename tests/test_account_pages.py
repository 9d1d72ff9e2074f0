"""Every address of sign-in, second factors and devices, in three languages: the house's look, and one language."""

from __future__ import annotations

import pytest
from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions import urls as session_urls
from django.urls import reverse
from django.utils import translation

from takwin.accounts.devices import device_name
from takwin.accounts.tests.make import PASSWORD, make_user
from takwin.core.models import Outbox
from tests.test_language import counted_nouns, page_faults

pytestmark = pytest.mark.django_db
LANGUAGES = pytest.mark.parametrize("language", ["ar", "fr", "en"])
NO_PAGE = {"mfa_download_recovery_codes", "mfa_login_webauthn"}  # a file; data for a script


def _names(patterns):
    for entry in patterns:
        if hasattr(entry, "url_patterns"):
            yield from _names(entry.url_patterns)
        elif entry.name:
            yield entry.name


NAMES = sorted({*_names(account_urls.urlpatterns), *_names(mfa_urls.urlpatterns), *_names(session_urls.urlpatterns)})


def _arguments(name, key):
    if name == "account_reset_password_from_key":
        return {"uidb36": "1", "key": "x-y"}
    return {"pk": key.pk} if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"} else {}


def _check(page, language, path):
    assert f'<html lang="{language}"' in page, path
    assert "ui/app.css" in page
    assert 'class="skip"' in page
    faults = page_faults(page, language, ["a@example.org", "+212612345678"], counted_nouns(language))
    assert not faults, (path, faults)


@pytest.fixture
def key():
    """A passkey: a row that its list shows. No browser is here to make one that could be used."""
    user = make_user(phone="+212612345678", phone_verified=True)
    data = {"name": "مفتاح", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def _add_factors(user):
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def _paths(key, language, only=()):
    with translation.override(language):
        return {name: reverse(name, kwargs=_arguments(name, key)) for name in only or set(NAMES) - NO_PAGE}


def _sign_in(client, language):
    """By the password, given again as the proof that some pages ask for."""
    prefix = "" if language == "ar" else f"/{language}"
    assert (
        client.post(f"{prefix}/accounts/login/", {"login": "a@example.org", "password": PASSWORD}).status_code == 302
    )
    assert client.post(f"{prefix}/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


@LANGUAGES
@pytest.mark.parametrize("factors", [True, False])
def test_every_address_is_ours_in_look_and_words(client, key, language, factors):
    user = key.user
    Authenticator.objects.all().delete()
    _sign_in(client, language)
    key.save(force_insert=True)
    pages = {"mfa_list_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_index"}
    for path in _paths(key, language, only=pages).values():
        answer = client.get(path)
        assert answer.status_code == 200, path
        _check(answer.content.decode(), language, path)
    Authenticator.objects.all().delete()
    if factors:
        _add_factors(user)
    shown = set()
    paths = _paths(key, language)
    for name, path in paths.items():
        answer = client.get(path, headers={"User-Agent": "Mozilla"})
        if answer.status_code == 200:
            _check(answer.content.decode(), language, path)
            shown.add(name)
        else:
            assert answer.status_code in {302, 404, 405}, path
    assert len(shown) >= 10, shown


@LANGUAGES
def test_the_same_for_a_stranger(client, key, language):
    paths = _paths(key, language)
    shown = 0
    for path in paths.values():
        answer = client.get(path)
        if answer.status_code == 200:
            _check(answer.content.decode(), language, path)
            shown += 1
    assert shown >= 5


@LANGUAGES
def test_what_is_refused_and_what_is_done_speak_it_too(client, language):
    make_user(phone="+212612345678", phone_verified=True)
    _sign_in(client, language)
    posts = [
        ("account_change_password", {"oldpassword": "no", "password1": "a", "password2": "b"}),
        ("account_email", {"action_add": "1", "email": "nothing"}),
        ("account_email", {"action_add": "1", "email": "b@example.org"}),
        ("account_email", {"action_remove": "1", "email": "a@example.org"}),
        ("account_change_phone", {"phone": "12"}),
        ("account_change_phone", {"phone": "+212612345678"}),
        ("account_change_phone", {"phone": "+212612345679"}),
        ("account_verify_phone", {"code": "000000"}),
        ("mfa_activate_totp", {"code": "000000"}),
        ("account_reauthenticate", {"password": "no"}),
    ]
    with translation.override(language):
        posts = [(reverse(name), data) for name, data in posts]
    for path, data in posts:
        answer = client.post(path, data, follow=True)
        assert answer.status_code in {200, 422}, path
        _check(answer.content.decode(), language, path)


@LANGUAGES
def test_the_second_factor_at_sign_in(client, language):
    _add_factors(make_user())
    prefix = "" if language == "ar" else f"/{language}"
    login = {"login": "a@example.org", "password": PASSWORD}
    page = client.post(f"{prefix}/accounts/login/", login, follow=True).content.decode()
    assert 'name="code"' in page
    _check(page, language, "authenticate")


@pytest.mark.parametrize("name", ["account_change_phone", "account_email"])
def test_the_proof_comes_before_the_new_number_is_typed(client, name):
    user = make_user(phone="+212612345678", phone_verified=True)
    client.force_login(user)  # a session whose last proof is over
    path = reverse(name)
    answer = client.get(path)
    assert answer.url == f"/accounts/reauthenticate/?next={path.replace('/', '%2F')}"
    answer = client.post(answer.url, {"password": PASSWORD, "next": path})
    assert answer.url == path
    assert client.get(path).status_code == 200


@LANGUAGES
def test_the_words_that_are_sent_are_one_language(client, language):
    from django.core import mail

    make_user()
    _sign_in(client, language)
    with translation.override(language):
        path = reverse("account_email")
    client.post(path, {"action_add": "1", "email": "b@example.org"})
    words = mail.outbox[-1].subject + mail.outbox[-1].body
    assert bool([sign for sign in words if "\u0600" <= sign <= "\u06ff"]) == (language == "ar")
    assert "example.com" not in words
    assert not Outbox.objects.exists()


@pytest.mark.parametrize(
    ("says", "named"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13; SM-A155F) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
            "Chrome|Android",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13) SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36",
            "Samsung Internet|Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Version/17.1 Mobile Safari/604.1", "Safari|iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge|Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox|Linux"),
    ],
)
def test_a_device_is_named_by_its_browser_and_its_system(says, named):
    browser, system = named.split("|")
    with translation.override("fr"):
        assert device_name(says) == f"{browser} sur {system}"
    with translation.override("ar"):
        assert device_name(says) == f"{browser} على {system}"


def test_a_device_that_says_nothing_known_is_a_sentence():
    with translation.override("fr"):
        assert device_name("curl/8.0") == device_name("") == "Un appareil qui ne dit pas son nom"


@pytest.mark.parametrize("data", [{"phone": ""}, {"password1": "Trois mots rares 7"}, {"password1": "x"}])
def test_a_sign_up_without_phone_and_e_mail_says_what_to_give(client, data):
    page = client.post("/fr/accounts/signup/", data).content.decode()
    assert "Donnez un numéro de téléphone ou une adresse électronique." in page


def test_a_number_within_an_arabic_message_keeps_its_direction(client):
    """«+» stands before the digits: the number is isolated (UAX #9), or a page from right to left shows it behind."""
    with translation.override("ar"):
        for sentence in (
            "You have verified phone number %(phone)s.",
            "A verification code has been sent to %(phone)s.",
        ):
            assert "\u2066+2126\u2069" in translation.gettext(sentence) % {"phone": "+2126"}
