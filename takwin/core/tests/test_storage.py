"""Documents at rest: cipher text on the disk, clear through the storage, nothing cut, moved or changed unnoticed."""

import io
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from takwin.core import keys, storage

SIZES = (0, 1, storage.CHUNK - 1, storage.CHUNK, storage.CHUNK + 1, 3 * storage.CHUNK, 3 * storage.CHUNK + 7)


def content_of(size):
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_kept_is_read_again_and_lies_as_cipher_text(size):
    name = default_storage.save("a/card.pdf", ContentFile(content_of(size)))
    raw = Path(default_storage.path(name)).read_bytes()
    assert raw.startswith(storage.MAGIC)
    assert content_of(size)[:32] not in raw or size < 16
    with default_storage.open(name) as file:
        assert file.read() == content_of(size)
    assert default_storage.size(name) == size
    assert stat.S_IMODE(Path(default_storage.path(name)).stat().st_mode) == 0o600


def test_an_upload_on_the_disk_is_encrypted_too():
    upload = TemporaryUploadedFile("x.pdf", "application/pdf", 100_000, None)
    upload.write(content_of(100_000))
    upload.seek(0)
    name = default_storage.save("x.pdf", upload)
    assert storage.is_encrypted(default_storage.path(name))
    with default_storage.open(name) as file:
        assert file.read() == content_of(100_000)


@examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 70_000)), max_size=6))
def test_any_part_is_read_as_of_a_clear_file(tmp_path_factory, parts):
    clear = content_of(150_000)
    path = tmp_path_factory.mktemp("s") / "f"
    path.write_bytes(b"".join(storage.encrypt_chunks([clear], path.name)))
    with storage.open_clear(path) as file:
        for offset, length in parts:
            file.seek(offset)
            assert file.read(length) == io.BytesIO(clear).getbuffer()[offset : offset + length].tobytes()


class TestDamage:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "f"
        path.write_bytes(b"".join(storage.encrypt_chunks([content_of(3 * storage.CHUNK)], path.name)))
        return path

    def read(self, path):
        with storage.open_clear(path) as file:
            return file.read()

    @pytest.mark.parametrize("cut", [1, 16, storage.CHUNK + 16, 2 * (storage.CHUNK + 16), 3 * (storage.CHUNK + 16)])
    def test_cut_off(self, path, cut):
        raw = path.read_bytes()
        path.write_bytes(raw[:-cut])
        with pytest.raises(storage.DamagedFile):
            self.read(path)

    def test_chunks_that_changed_places(self, path):
        raw, size = path.read_bytes(), storage.CHUNK + 16
        head, body = raw[: storage.HEADER], raw[storage.HEADER :]
        path.write_bytes(head + body[size : 2 * size] + body[:size] + body[2 * size :])
        with pytest.raises(storage.DamagedFile):
            self.read(path)

    def test_one_bit(self, path):
        raw = bytearray(path.read_bytes())
        raw[-100] ^= 1
        path.write_bytes(raw)
        with pytest.raises(storage.DamagedFile):
            self.read(path)

    def test_another_key(self, path, settings):
        settings.SALT_KEY = ["another"]
        with pytest.raises(keys.FieldKeyError):
            self.read(path)


def test_a_clear_file_of_before_is_read_and_written_again(settings):
    path = Path(settings.MEDIA_ROOT) / "old.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content_of(100_000))
    with default_storage.open("old.pdf") as file:
        assert file.read() == content_of(100_000)
    assert storage.reencrypt(path)
    assert not storage.reencrypt(path)
    settings.SALT_KEY = ["new", *settings.SALT_KEY]
    assert storage.reencrypt(path)
    settings.SALT_KEY = ["new"]
    with default_storage.open("old.pdf") as file:
        assert file.read() == content_of(100_000)
    assert [each.name for each in path.parent.iterdir()] == ["old.pdf"]


class TestNames:
    """One encrypted file can be put in another's place: each is bound to where it lies."""

    def save(self, name, text):
        return default_storage.save(name, ContentFile(text))

    def test_two_that_were_swapped_are_refused(self):
        names = [self.save("d/card.pdf", b"of Amina"), self.save("d/other.pdf", b"of Brahim")]
        first, second = (Path(default_storage.path(name)) for name in names)
        first_bytes, second_bytes = first.read_bytes(), second.read_bytes()
        first.write_bytes(second_bytes)
        second.write_bytes(first_bytes)
        for name in names:
            with pytest.raises(storage.DamagedFile), default_storage.open(name) as file:
                file.read()

    def test_one_of_another_folder_under_the_same_name_too(self):
        mine = self.save("a/card.pdf", b"mine")
        other = self.save("b/card.pdf", b"other")
        Path(default_storage.path(mine)).write_bytes(Path(default_storage.path(other)).read_bytes())
        with pytest.raises(storage.DamagedFile), default_storage.open(mine) as file:
            file.read()

    def test_one_bound_to_no_name_is_read_and_bound_when_it_is_written_again(self, settings, monkeypatch):
        monkeypatch.setattr(storage, "MAGIC", storage.NAMELESS)
        old = b"".join(storage.encrypt_chunks([b"of before"], ""))
        monkeypatch.undo()
        path = Path(settings.MEDIA_ROOT) / "d" / "old.pdf"
        path.parent.mkdir(parents=True)
        path.write_bytes(old)
        with default_storage.open("d/old.pdf") as file:
            assert file.read() == b"of before"
        assert not storage.is_newest(path)
        assert storage.reencrypt(path)
        assert path.read_bytes().startswith(storage.MAGIC)
        path.rename(path.with_name("moved.pdf"))
        with pytest.raises(storage.DamagedFile), default_storage.open("d/moved.pdf") as file:
            file.read()

    def test_once_all_are_bound_an_old_one_put_in_a_place_is_refused(self, settings, monkeypatch):
        monkeypatch.setattr(storage, "MAGIC", storage.NAMELESS)
        old = b"".join(storage.encrypt_chunks([b"of another"], ""))
        monkeypatch.undo()
        name = self.save("d/card.pdf", b"mine")
        settings.READ_OLD_DOCUMENTS = False
        for raw in (old, b"%PDF of another, in clear"):
            Path(default_storage.path(name)).write_bytes(raw)
            with pytest.raises(storage.DamagedFile):
                default_storage.open(name)

    def test_a_name_that_another_upload_took_meanwhile_is_bound_all_the_same(self, monkeypatch):
        taken = self.save("d/card.pdf", b"first")
        monkeypatch.setattr(FileSystemStorage, "get_alternative_name", lambda *_told: "card-2.pdf")
        monkeypatch.setattr(default_storage, "get_available_name", _first_the_same(default_storage.get_available_name))
        name = default_storage.save("d/card.pdf", ContentFile(b"second"))
        assert name != taken
        for each, text in ((taken, b"first"), (name, b"second")):
            with default_storage.open(each) as file:
                assert file.read() == text

    def test_a_restored_back_up_opens(self, settings, tmp_path):
        name = self.save("d/card.pdf", b"mine")
        path = Path(default_storage.path(name))
        settings.MEDIA_ROOT = tmp_path / "another"
        (tmp_path / "another" / "d").mkdir(parents=True)
        (tmp_path / "another" / name).write_bytes(path.read_bytes())
        with storage.open_clear(tmp_path / "another" / name) as file:
            assert file.read() == b"mine"


def _first_the_same(real):
    """The name asked for is free when it is looked at, and taken when the file is made."""
    calls = []

    def available(name, max_length=None):
        calls.append(name)
        return name if len(calls) == 1 else real(name, max_length)

    return available
