"""A back-up, rehearsed to its digest: into an emptied database, from a folder nobody else reads."""

import gzip
import hashlib
import io
import json
import shutil
import stat
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from takwin.accounts.models import User
from takwin.accounts.tests.make import make_user
from takwin.certification.models import SigningKey
from takwin.core import backup, backup_keys, keys
from takwin.core.changes import journal
from takwin.core.errors import Refused
from takwin.core.models import Entry, Outbox
from takwin.offer.models import Season
from takwin.offer.tests.make import make_season

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("network")]
SEED, PHRASE = "5eed" * 16, "a long passphrase"


@pytest.fixture
def world(settings):
    keys.require_keys()
    season = make_season()
    SigningKey.objects.create(number=1, secret=SEED, multikey="m", state="retired")
    journal(make_user("boss@example.org", "national"), "grant", by=None, words="سطر\nثان", number=1.5, none=None)
    Outbox.objects.create(channel="sms", to="+212600000000", body="مرحبا 'x' \\ \t")
    default_storage.save("applications/card.pdf", ContentFile(b"%PDF-1.7 a secret card"))
    return season


@pytest.fixture
def media(settings):
    return Path(settings.MEDIA_ROOT)


def digests(manifest):
    return {label: facts for label, facts in manifest["tables"].items() if label != "core.pulse"}


def test_what_is_restored_has_the_digests_of_what_was_backed_up(world, media, tmp_path):
    first = backup.back_up(tmp_path / "one", media)
    assert first["tables"]["certification.signingkey"]["rows"] == 1
    assert first["tables"]["territory.area"]["rows"] > 1000
    Season.objects.update(code="changed")
    Entry.objects.all().delete()
    Outbox.objects.create(channel="sms", to="x", body="after")
    path = default_storage.path("applications/card.pdf")
    Path(path).unlink()
    backup.restore(tmp_path / "one", media, over=True)
    second = backup.back_up(tmp_path / "two", media)
    assert digests(second) == digests(first)
    assert second["documents"] == first["documents"]
    assert default_storage.open("applications/card.pdf").read() == b"%PDF-1.7 a secret card"
    assert SigningKey.objects.get().secret == SEED
    assert make_user("next@example.org").pk > User.objects.get(email="boss@example.org").pk  # numbers go on


def test_no_file_holds_a_secret_in_clear_or_is_readable_by_others(world, media, tmp_path):
    clear = media / "old.pdf"
    clear.write_bytes(b"a document of before, in clear")
    backup.back_up(tmp_path / "one", media)
    for path in (tmp_path / "one").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        if path.is_file():
            raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for secret in (SEED.encode(), b"a secret card", b"in clear", b"only-for-the-demo"):
                assert secret not in raw, path


def test_no_file_opens_a_session_that_is_still_alive(world, media, tmp_path, client):
    client.force_login(User.objects.get())
    UserSession.objects.create(user=User.objects.get(), session_key=client.session.session_key, ip="192.0.2.1")
    backup.back_up(tmp_path / "one", media)
    for path in (tmp_path / "one" / "tables").iterdir():
        assert client.session.session_key.encode() not in gzip.decompress(path.read_bytes()), path


def test_a_database_that_holds_records_is_not_written_over(world, media, tmp_path):
    backup.back_up(tmp_path / "one", media)
    with pytest.raises(CommandError, match="holds records"):
        call_command("restore", str(tmp_path / "one"))
    assert Season.objects.get().pk == world.pk


def damage_row(folder):
    path = folder / "tables" / "offer.season.jsonl.gz"
    text = gzip.decompress(path.read_bytes()).replace(b"2024-2025", b"2024-2026")
    path.write_bytes(gzip.compress(text))


def cut_table(folder):
    path = folder / "tables" / "core.entry.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-9])


def change_document(folder):
    next((folder / "documents").rglob("*.pdf")).write_bytes(b"another")


def lose_document(folder):
    next((folder / "documents").rglob("*.pdf")).unlink()


def lose_manifest(folder):
    (folder / "manifest.json").unlink()


def climb_out(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["documents"]["../../../etc/passwd"] = "0"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def change_schema(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["migrations"].append("core.9999_later")
    (folder / "manifest.json").write_text(json.dumps(manifest))


HARMS = (damage_row, cut_table, change_document, lose_document, lose_manifest, climb_out, change_schema)


def test_a_damaged_back_up_changes_nothing(world, media, tmp_path):
    backup.back_up(tmp_path / "one", media)
    entries = Entry.objects.count()
    for harm in HARMS:
        folder = tmp_path / harm.__name__
        shutil.copytree(tmp_path / "one", folder)
        harm(folder)
        with pytest.raises(Refused):
            backup.restore(folder, media, over=True)
        assert (Season.objects.get().pk, Entry.objects.count()) == (world.pk, entries), harm


def test_a_back_up_changed_with_its_digest_is_refused(world, media, tmp_path):
    backup.back_up(tmp_path / "one", media)
    path, table = tmp_path / "one" / "manifest.json", tmp_path / "one" / "tables" / "accounts.user.jsonl.gz"
    manifest = json.loads(path.read_text())
    lines = gzip.decompress(table.read_bytes()).replace(b"boss@", b"thief@")
    table.write_bytes(gzip.compress(lines))
    manifest["tables"]["accounts.user"]["sha256"] = hashlib.sha256(lines).hexdigest()
    path.write_text(json.dumps(manifest))
    with pytest.raises(Refused) as refusal:
        backup.restore(tmp_path / "one", media, over=True)
    assert refusal.value.code == "not_ours"
    assert User.objects.filter(email="boss@example.org").exists()


def test_a_document_outside_the_folder_is_refused(world, media, tmp_path):
    backup.back_up(tmp_path / "one", media)
    path = tmp_path / "one" / "manifest.json"
    manifest = json.loads(path.read_text())
    (tmp_path / "outside").write_bytes(b"")
    manifest["documents"]["../../outside"] = hashlib.sha256(b"").hexdigest()
    manifest["seal"] = backup._seal(manifest, keys.ring().keys[0])
    path.write_text(json.dumps(manifest))
    with pytest.raises(Refused) as refusal:
        backup.verify(tmp_path / "one")
    assert refusal.value.code == "damaged"


def test_a_folder_that_is_taken_is_left_alone(world, media, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(CommandError, match="not empty"):
        call_command("back_up", str(tmp_path))


def test_keys_travel_apart_under_a_passphrase(world, media, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKWIN_BACKUP_PASSPHRASE", PHRASE)
    with pytest.raises(CommandError, match="apart"):
        call_command("back_up", str(tmp_path / "one"), keys=tmp_path / "one" / "keys")
    call_command("back_up", str(tmp_path / "two"), keys=tmp_path / "keys")
    call_command("back_up", str(tmp_path / "two"), verify=True)
    assert b"only-for-the-demo" not in (tmp_path / "keys").read_bytes()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    out = io.StringIO()
    call_command("restore", str(tmp_path / "two"), keys=tmp_path / "keys", stdout=out)
    assert "TAKWIN_FIELD_KEYS=only-for-the-demo-salt" in out.getvalue()
    with pytest.raises(Refused):
        backup_keys.read_keys(tmp_path / "keys", "another passphrase")
    with pytest.raises(Refused):
        backup_keys.write_keys(tmp_path / "more", "short")


def test_one_moment_is_kept_though_others_write(world, media, tmp_path, monkeypatch):
    """A row written while the back-up reads is in none of its tables."""
    from takwin.core.tests.threads import together

    real, done = backup._write_table, []

    def late(folder, model):
        if not done:
            done.append(True)
            together(1, lambda _n: Entry.objects.create(ref="LATE", verb="x"))
        return real(folder, model)

    before = Entry.objects.count()
    monkeypatch.setattr(backup, "_write_table", late)
    manifest = backup.back_up(tmp_path / "one", media)
    assert manifest["tables"]["core.entry"]["rows"] == before
    assert Entry.objects.filter(ref="LATE").count() == len(done) == 1
