"""Documents encrypted at rest: AES-256-GCM in chunks of 64 KiB, read and written with bounded memory.

A file is a header (magic, fingerprint of the key, random salt) and chunks of cipher text with their tags. The file's
own key is derived from the field key and the salt (HKDF); the nonce of a chunk is its number and whether it is the
last, so that chunks moved, dropped or cut off are refused (the STREAM construction, eprint.iacr.org/2015/189). Each
chunk is bound to the header and to the name under which the file lies: one document put in another's place is refused.

Files of the time before (clear, or bound to no name) are read as they are; `reencrypt` writes them again. Who can
write to the disk could still put such a file in a place: once all are written again, `TAKWIN_READ_OLD_DOCUMENTS=0`
ends that.
"""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from takwin.core import keys

MAGIC, CHUNK, TAG = b"TAKWIN2\n", 64 * 1024, 16
NAMELESS = b"TAKWIN1\n"  # the form of before: chunks are bound to their header alone
HEADER = len(MAGIC) + 8 + 16
OURS, SUFFIX = re.compile(r"[A-Z]{2,5}-[0-9A-Z]+-[0-9A-Z]\.[a-z0-9]{1,5}"), re.compile(r"[a-z0-9]{1,5}")


class DamagedFile(Exception):  # noqa: N818 - what the file is
    """What lies on the disk is not what was written there: damaged, cut off, moved, or another file."""


def _cipher(header: bytes) -> AESGCM:
    key = keys.ring().of(header[len(MAGIC) : len(MAGIC) + 8].hex())
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=header[-16:], info=b"takwin-document")
    return AESGCM(derive.derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def name_of(path: str | Path) -> str:
    """The name a file is bound to: where it lies below MEDIA_ROOT. A back-up and its restore keep it."""
    whole, root = Path(path).resolve(), Path(settings.MEDIA_ROOT).resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else whole.name


def encrypt_chunks(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """The file to write under a name, of the pieces of a clear one; holds two chunks at most."""
    header = MAGIC + bytes.fromhex(keys.ring().fingerprints[0]) + secrets.token_bytes(16)
    cipher, waiting, number, bound = _cipher(header), bytearray(), 0, header + name.encode()
    yield header
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:  # strictly: the last chunk is known only at the end
            yield cipher.encrypt(_nonce(number, False), bytes(waiting[:CHUNK]), bound)
            del waiting[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, True), bytes(waiting), bound)


class Reader(io.RawIOBase):
    """The clear bytes of an encrypted file that lies under a name, with seek; holds one chunk."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.at, self.number, self.chunk = file, 0, -1, b""
        self.header = file.read(HEADER)
        body = os.fstat(file.fileno()).st_size - HEADER
        self.count = max(1, -(-body // (CHUNK + TAG)))
        self.length = body - self.count * TAG
        if len(self.header) < HEADER or self.length < 0:
            file.close()
            raise DamagedFile("The file is cut off.")
        self.cipher = _cipher(self.header)
        self.bound = self.header if self.header.startswith(NAMELESS) else self.header + name.encode()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self.at = start + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        if self.at >= self.length:
            if self.length == 0:
                self._load(0)
            return 0
        number, begin = divmod(self.at, CHUNK)
        self._load(number)
        piece = self.chunk[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def _load(self, number: int) -> None:
        if number == self.number:
            return
        self.file.seek(HEADER + number * (CHUNK + TAG))
        try:
            nonce = _nonce(number, number == self.count - 1)
            self.chunk = self.cipher.decrypt(nonce, self.file.read(CHUNK + TAG), self.bound)
        except InvalidTag:
            raise DamagedFile("The file is damaged, or another's.") from None
        self.number = number

    def close(self) -> None:
        self.file.close()
        super().close()


def is_encrypted(path: str | Path) -> bool:
    """Whether a file on disk begins as ours do, of today or of before."""
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) in {MAGIC, NAMELESS}


def is_newest(path: str | Path) -> bool:
    """Whether a file is encrypted under the newest key and bound to its name."""
    with open(path, "rb") as file:
        start = MAGIC + bytes.fromhex(keys.ring().fingerprints[0])
        return file.read(len(start)) == start


def open_clear(path: str | Path, name: str = "") -> BinaryIO:
    """The clear bytes of a file, encrypted or of the time before. `name`: under which it was written, when that is not
    where it lies. DamagedFile: not what was written there, or of before where such files are read no more."""
    file = open(path, "rb")  # noqa: SIM115 - the reader closes it
    magic = file.read(len(MAGIC))
    if magic != MAGIC and not settings.READ_OLD_DOCUMENTS:
        file.close()
        raise DamagedFile("The file is of before its name was bound.")
    file.seek(0)
    return io.BufferedReader(Reader(file, name or name_of(path)), CHUNK) if magic in {MAGIC, NAMELESS} else file


class _Cipher(ContentFile):
    """What the storage writes in place of an upload; without a temporary path, which would be moved in clear."""

    def __init__(self, clear: File, bound: str) -> None:
        super().__init__(b"", name=clear.name)
        self.clear, self.bound = clear, bound

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from encrypt_chunks(self.clear.chunks(chunk_size), self.bound)


class DocumentStorage(FileSystemStorage):
    """Files in MEDIA_ROOT that only this program reads; mode 0600, folders 0700."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("file_permissions_mode", 0o600)
        kwargs.setdefault("directory_permissions_mode", 0o700)
        super().__init__(*args, **kwargs)

    def get_valid_name(self, name: str) -> str:
        """References of ours stay; a name that was handed in may name a person, and is replaced."""
        if OURS.fullmatch(name):
            return name
        suffix = name.rpartition(".")[2].lower()
        known = suffix if SUFFIX.fullmatch(suffix) and "." in name else "bin"
        return f"{secrets.token_hex(12)}.{known}"

    def _save(self, name: str, content: File) -> str:
        # As a path, the way it is asked again: the names of an upload may hold "./" or backslashes.
        bound = name_of(self.path(name))
        saved: str = super()._save(name, _Cipher(content, bound))  # type: ignore[misc]
        if name_of(self.path(saved)) != bound:  # another upload took the name meanwhile
            rewrite(Path(self.path(saved)), bound)
        return saved

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("A document is written whole, and opened to be read.")
        # The name of the storage, not the path: a response would take the size of the cipher text for its length.
        return File(open_clear(self.path(name)), name=name)

    def size(self, name: str) -> int:
        with open_clear(self.path(name)) as file:
            return file.seek(0, io.SEEK_END)


def reencrypt(path: Path) -> bool:
    """Write a file again under the newest key, bound to its name; whether it was needed."""
    if is_newest(path):
        return False
    rewrite(path)
    return True


def rewrite(path: Path, name: str = "") -> None:
    """Write a file again, in one step that a death cannot halve. `name`: under which it was written."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            open_clear(path, name) as clear,
            os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        ):
            for piece in encrypt_chunks(iter(lambda: clear.read(CHUNK), b""), name_of(path)):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
