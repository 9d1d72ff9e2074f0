"""Encrypted columns: a wrong key is an error at once, a new key is taken over in steps, no export holds a secret."""

import io
import json
import subprocess
import sys

import pytest
from allauth.mfa.adapter import get_adapter
from django.conf import settings as site
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import TextField, Value

from takwin.accounts.tests.make import make_user
from takwin.certification.models import SigningKey
from takwin.core import keys, rotation
from takwin.core.models import FieldKey
from takwin.core.tests.threads import environment

pytestmark = pytest.mark.django_db
SEED = "5eed" * 16


def make_key(number=1):
    return SigningKey.objects.create(number=number, secret=SEED, multikey="m", state="retired")


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM certification_signingkey")
        return cursor.fetchone()[0]


def call(name, *args, **options):
    out = io.StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


class TestWrongKey:
    def test_reading_raises_and_never_gives_the_cipher_text(self, settings):
        make_key()
        assert SigningKey.objects.get().secret == SEED
        settings.SALT_KEY = ["another"]
        for read in (
            lambda: SigningKey.objects.get(),
            lambda: list(SigningKey.objects.values_list("secret", flat=True)),
            lambda: SigningKey.objects.only("secret").first().secret,
        ):
            with pytest.raises(keys.FieldKeyError):
                read()

    @pytest.mark.parametrize("lies", ["clear text", "gAAAAAB", "é"])
    def test_what_is_no_cipher_text_is_refused_too(self, lies):
        make_key()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE certification_signingkey SET secret = %s", [lies])
        with pytest.raises(keys.FieldKeyError):
            SigningKey.objects.get()

    def test_the_start_is_refused_and_the_check_says_how_many_are_lost(self, settings):
        keys.require_keys()
        make_key()
        assert "newest 1" in call("check_field_keys")
        settings.SALT_KEY = ["another"]
        with pytest.raises(keys.FieldKeyError):
            keys.require_keys()
        with pytest.raises(CommandError, match="1 values cannot be read"):
            call("check_field_keys")
        assert FieldKey.objects.count() == 1  # the wrong key left no canary

    def test_a_wrong_secret_key_is_a_wrong_key(self, settings):
        keys.require_keys()
        settings.SECRET_KEY = "another" * 10
        with pytest.raises(keys.FieldKeyError):
            keys.require_keys()

    def test_a_form_keeps_what_is_typed_though_another_thread_reads(self):
        field = SigningKey._meta.get_field("secret")
        cipher = keys.encrypt("secret")
        assert field.clean("typed", None) == "typed"
        assert not hasattr(field, "_already_decrypted")
        assert field.from_db_value(cipher, None, None) == "secret"


class TestRotation:
    def test_a_new_key_reads_the_old_and_all_is_written_again_in_steps(self, settings):
        keys.require_keys()
        for number in (1, 2, 3):
            make_key(number)
        old = settings.SALT_KEY
        settings.SALT_KEY = ["new", *old]
        assert {row.secret for row in SigningKey.objects.all()} == {SEED}
        assert rotation.count_values()["older"] == 3
        settings.SALT_KEY = ["new", *old]
        assert rotation.reencrypt_all(limit=1) >= 1
        assert "written again" in call("reencrypt_fields")
        assert rotation.count_values()["newest"] == 3
        settings.SALT_KEY = ["new"]
        keys.require_keys()
        assert {row.secret for row in SigningKey.objects.all()} == {SEED}

    def test_an_old_key_may_not_leave_before_all_is_written_again(self, settings):
        keys.require_keys()
        make_key()
        settings.SALT_KEY = ["new"]
        with pytest.raises(keys.FieldKeyError):
            rotation.reencrypt_all()

    def test_a_value_written_meanwhile_is_not_undone(self, settings):
        key = make_key()
        cipher = stored()
        SigningKey.objects.filter(pk=key.pk).update(secret="fresh")
        settings.SALT_KEY = ["new", *settings.SALT_KEY]
        assert rotation._reencrypt_value(SigningKey, SigningKey._meta.get_field("secret"), key.pk, cipher) == 0
        assert SigningKey.objects.get().secret == "fresh"

    def test_a_former_key_stays_while_a_process_of_before_still_writes_with_it(self, settings, monkeypatch):
        """The pass has gone by when a process that was not started again writes an earlier row."""
        keys.require_keys()
        key, former = make_key(), list(settings.SALT_KEY)
        late = keys.encrypt(SEED)
        settings.SALT_KEY = ["new", *former]
        keys.require_keys()
        walk = rotation.reencrypt_second_factors

        def written_behind():
            column = Value(late, output_field=TextField())
            SigningKey.objects.filter(pk=key.pk).update(secret=column)
            return walk()

        with monkeypatch.context() as patch:
            patch.setattr(rotation, "reencrypt_second_factors", written_behind)
            rotation.reencrypt_all()
        assert rotation.count_values()["older"] == 1
        assert FieldKey.objects.count() == 2
        assert rotation.reencrypt_all() == 1
        assert FieldKey.objects.count() == 1
        settings.SALT_KEY = ["new"]
        assert SigningKey.objects.get().secret == SEED


def test_a_second_factors_secret_is_cipher_text_and_one_of_before_becomes_it(settings):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    new = TOTP.activate(make_user("new@example.org", "national"), secret).instance
    old = Authenticator.objects.create(user=make_user("old@example.org"), type="totp", data={"secret": secret})
    assert secret not in str(new.data)
    keys.require_keys()
    settings.SALT_KEY = ["next", *settings.SALT_KEY]
    rotation.reencrypt_all()
    settings.SALT_KEY = ["next"]
    for row in (new, old):
        row.refresh_from_db()
        assert secret not in str(row.data)
        assert get_adapter().decrypt(row.data["secret"]) == secret


class TestExports:
    def test_dumpdata_holds_no_seed_and_loads_again(self):
        make_key()
        text = call("dumpdata", "certification.signingkey")
        assert SEED not in text
        assert json.loads(text)[0]["fields"]["secret"].startswith("enc:gAAAA")
        SigningKey.objects.all().delete()
        for row in serializers.deserialize("json", text):
            row.save()
        assert SigningKey.objects.get().secret == SEED

    def test_every_encrypted_column_is_one_of_ours(self):
        from django.apps import apps
        from encrypted_fields.fields import EncryptedFieldMixin

        assert len(list(rotation.encrypted_columns())) >= 5
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                assert not isinstance(field, EncryptedFieldMixin), f"{model.__name__}.{field.name}: use core.fields"


@pytest.mark.django_db(transaction=True)
def test_a_process_with_another_key_does_not_start(network):
    keys.require_keys()
    done = subprocess.run(
        [sys.executable, "-c", "import takwin.config.wsgi"],
        cwd=site.BASE_DIR, env=environment(TAKWIN_FIELD_KEYS="another"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "TAKWIN_FIELD_KEYS" in done.stderr
