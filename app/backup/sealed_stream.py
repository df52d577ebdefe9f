"""Encrypted stream with a passphrase: AES-256-GCM in pieces, with order and end authenticated.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in age and Tink: the nonce of a piece is a
random prefix, its number, and whether it is the last. A changed, moved, repeated or missing piece fails to decrypt. The
key is derived by scrypt (RFC 7914) with a salt per archive.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.backup.exceptions import BackupFault, Damaged, WrongPassphrase

MAGIC = b"LAPORBK1"
PIECE = 1024 * 1024
TAG = 16
COST, LARGEST_COST = 17, 20
"""Exponents of scrypt's N: 2^17 takes 128 MiB and half a second (OWASP); a header with 0 or above 20 raises Damaged."""

SHORTEST_PASSPHRASE = 12
_HEADER = struct.Struct(">8sB16s7s16s")


class SealingWriter:
    """A writer that encrypts bytes and writes them to `out`; `close` writes the last piece but does not close `out`."""

    def __init__(self, out: BinaryIO, passphrase: bytes, cost: int = COST) -> None:
        salt, prefix = os.urandom(16), os.urandom(7)
        key, check = _keys(passphrase, salt, cost)
        self._out, self._cipher, self._prefix = out, AESGCM(key), prefix
        self._header = _HEADER.pack(MAGIC, cost, salt, prefix, check)
        self._waiting, self._number = bytearray(), 0
        out.write(self._header)

    def write(self, data: bytes) -> int:
        """Encrypt data of any size and return its length in bytes; a full piece is written once more data shows that it
        is not the last.
        """
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        """Encrypt the remaining data and write it as the last piece."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, self._header))
        self._number += 1


class OpeningReader:
    """A reader that decrypts the output of SealingWriter. The constructor raises WrongPassphrase, or Damaged for a
    broken header; `read` raises Damaged at the first piece that fails to decrypt.
    """

    def __init__(self, source: BinaryIO, passphrase: bytes) -> None:
        self._header = source.read(_HEADER.size)
        if len(self._header) < _HEADER.size:
            raise Damaged("The archive is cut off within its first bytes.")
        _, cost, salt, prefix, check = _HEADER.unpack(self._header)
        if cost > LARGEST_COST:
            raise Damaged("The head of the archive was changed: it asks for more memory than any archive of ours.")
        if cost == 0:
            raise Damaged("The head of the archive was changed: it names no cost of the passphrase.")
        key, own_check = _keys(passphrase, salt, cost)
        if not hmac.compare_digest(check, own_check):
            raise WrongPassphrase("The passphrase does not open this archive.")
        self._source, self._cipher, self._prefix = source, AESGCM(key), prefix
        self._sealed, self._number, self._open = source.read(PIECE + TAG), 0, bytearray()
        if not self._sealed:
            raise Damaged("The archive is cut off behind its head.")

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` decrypted bytes, fewer only at the end; all for a negative size. Raises Damaged if a
        piece was changed or cut off.
        """
        while (size < 0 or len(self._open) < size) and self._sealed:
            following = self._source.read(PIECE + TAG) if len(self._sealed) == PIECE + TAG else b""
            nonce = _nonce(self._prefix, self._number, last=not following)
            try:
                self._open += self._cipher.decrypt(nonce, self._sealed, self._header)
            except InvalidTag:
                place = self._number * (PIECE + TAG) + _HEADER.size
                message = f"The archive was changed or cut off in the piece that begins at byte {place}."
                raise Damaged(f"{message} Nothing of it was used.") from None
            self._sealed, self._number = following, self._number + 1
        taken = bytes(self._open) if size < 0 else bytes(self._open[:size])
        del self._open[: len(taken)]
        return taken


def is_sealed(beginning: bytes) -> bool:
    """Return whether a file that starts with these bytes is encrypted."""
    return beginning.startswith(MAGIC)


def read_passphrase(text: str) -> bytes:
    """Return the passphrase in the text of a passphrase file, without its line end, as bytes. Raises BackupFault if it
    is shorter than 12 characters.
    """
    passphrase = text.rstrip("\r\n")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupFault(f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.")
    return passphrase.encode()


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _keys(passphrase: bytes, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    """Return (encryption key, check value), both derived from the passphrase; if a header holds another check value,
    the passphrase is wrong.
    """
    made = Scrypt(salt=salt, length=64, n=2**cost, r=8, p=1).derive(passphrase)
    return made[:32], hashlib.sha256(made[32:]).digest()[:16]
