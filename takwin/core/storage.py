"""Documents encrypted at rest: AES-256-GCM in chunks of 64 KiB, read and written with bounded memory.

A file is a header (magic, fingerprint of the key, random salt) and chunks of cipher text with their tags. The file's
own key is derived from the field key and the salt (HKDF); the nonce of a chunk is its number and whether it is the
last, so that chunks moved, dropped or cut off are refused (the STREAM construction, eprint.iacr.org/2015/189). Files
of the time before are read as they are; `reencrypt` writes them again.
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
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from takwin.core import keys

MAGIC, CHUNK, TAG = b"TAKWIN1\n", 64 * 1024, 16
HEADER = len(MAGIC) + 8 + 16
OURS, SUFFIX = re.compile(r"[A-Z]{2,5}-[0-9A-Z]+-[0-9A-Z]\.[a-z0-9]{1,5}"), re.compile(r"[a-z0-9]{1,5}")


class DamagedFile(Exception):  # noqa: N818 - what the file is
    """A chunk is not what was written: damaged, cut off, or moved."""


def _cipher(header: bytes) -> AESGCM:
    key = keys.ring().of(header[len(MAGIC) : len(MAGIC) + 8].hex())
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=header[-16:], info=b"takwin-document")
    return AESGCM(derive.derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def encrypt_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The file to write, of the pieces of a clear one; holds two chunks at most."""
    header = MAGIC + bytes.fromhex(keys.ring().fingerprints[0]) + secrets.token_bytes(16)
    cipher, waiting, number = _cipher(header), bytearray(), 0
    yield header
    for piece in pieces:
        waiting += piece
        while len(waiting) > CHUNK:  # strictly: the last chunk is known only at the end
            yield cipher.encrypt(_nonce(number, False), bytes(waiting[:CHUNK]), header)
            del waiting[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, True), bytes(waiting), header)


class Reader(io.RawIOBase):
    """The clear bytes of an encrypted file, with seek; holds one chunk."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at, self.number, self.chunk = file, 0, -1, b""
        self.header = file.read(HEADER)
        body = os.fstat(file.fileno()).st_size - HEADER
        self.count = max(1, -(-body // (CHUNK + TAG)))
        self.length = body - self.count * TAG
        if len(self.header) < HEADER or self.length < 0:
            file.close()
            raise DamagedFile("The file is cut off.")
        self.cipher = _cipher(self.header)

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
            self.chunk = self.cipher.decrypt(nonce, self.file.read(CHUNK + TAG), self.header)
        except InvalidTag:
            raise DamagedFile("The file is damaged.") from None
        self.number = number

    def close(self) -> None:
        self.file.close()
        super().close()


def is_encrypted(path: str | Path) -> bool:
    """Whether a file on disk begins as ours do."""
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def is_newest(path: str | Path) -> bool:
    """Whether a file is encrypted, under the newest key."""
    with open(path, "rb") as file:
        start = MAGIC + bytes.fromhex(keys.ring().fingerprints[0])
        return file.read(len(start)) == start


def open_clear(path: str | Path) -> BinaryIO:
    """The clear bytes of a file, encrypted or of the time before."""
    file = open(path, "rb")  # noqa: SIM115 - the reader closes it
    encrypted = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return io.BufferedReader(Reader(file), CHUNK) if encrypted else file


class _Cipher(ContentFile):
    """What the storage writes in place of an upload; without a temporary path, which would be moved in clear."""

    def __init__(self, clear: File) -> None:
        super().__init__(b"", name=clear.name)
        self.clear = clear

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from encrypt_chunks(self.clear.chunks(chunk_size))


class DocumentStorage(FileSystemStorage):
    """Files in MEDIA_ROOT that only this program reads; mode 0600, folders 0700."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("file_permissions_mode", 0o600)
        kwargs.setdefault("directory_permissions_mode", 0o700)
        super().__init__(*args, **kwargs)

    def get_valid_name(self, name: str) -> str:
        """References of ours stay; a name that was handed in tells who it is about, and is replaced."""
        if OURS.fullmatch(name):
            return name
        suffix = name.rpartition(".")[2].lower()
        known = suffix if SUFFIX.fullmatch(suffix) and "." in name else "bin"
        return f"{secrets.token_hex(12)}.{known}"

    def _save(self, name: str, content: File) -> str:
        return super()._save(name, _Cipher(content))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("A document is written whole, and opened to be read.")
        # The name of the storage, not the path: a response would take the size of the cipher text for its length.
        return File(open_clear(self.path(name)), name=name)

    def size(self, name: str) -> int:
        with open_clear(self.path(name)) as file:
            return file.seek(0, io.SEEK_END)


def reencrypt(path: Path) -> bool:
    """Write a file again under the newest key, in one step that a death cannot halve; whether it was needed."""
    if is_newest(path):
        return False
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            open_clear(path) as clear,
            os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        ):
            for piece in encrypt_chunks(iter(lambda: clear.read(CHUNK), b"")):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return True
