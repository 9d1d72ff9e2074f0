"""Documents at rest: cipher text on the disk, clear through the storage, nothing cut, moved or changed unnoticed."""

import io
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
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
    path.write_bytes(b"".join(storage.encrypt_chunks([clear])))
    with storage.open_clear(path) as file:
        for offset, length in parts:
            file.seek(offset)
            assert file.read(length) == io.BytesIO(clear).getbuffer()[offset : offset + length].tobytes()


class TestDamage:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "f"
        path.write_bytes(b"".join(storage.encrypt_chunks([content_of(3 * storage.CHUNK)])))
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
