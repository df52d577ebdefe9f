"""A stream sealed with a passphrase: AES-256-GCM in pieces, whose order and end are sealed with them.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), the one of age and Tink: the nonce of a piece is
a random prefix, its number, and whether it is the last. A piece that is changed, moved, repeated or missing does not
open. The key comes from the passphrase by scrypt (RFC 7914) with a salt of this archive's own.
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

from app.backup.faults import BackupFault, Damaged, WrongPassphrase

MAGIC = b"LAPORBK1"
PIECE = 1024 * 1024
TAG = 16
COST, LARGEST_COST = 17, 20
"""Powers of two: 2^17 takes 128 MiB and half a second (OWASP's advice); a header may not ask for more than 2^20."""

SHORTEST_PASSPHRASE = 12
_HEADER = struct.Struct(">8sB16s7s16s")


class SealingWriter:
    """Seals what is written and passes it on; `close` writes the last piece and leaves the file itself open."""

    def __init__(self, out: BinaryIO, passphrase: bytes, cost: int = COST) -> None:
        salt, prefix = os.urandom(16), os.urandom(7)
        key, check = _keys(passphrase, salt, cost)
        self._out, self._cipher, self._prefix = out, AESGCM(key), prefix
        self._header = _HEADER.pack(MAGIC, cost, salt, prefix, check)
        self._waiting, self._number = bytearray(), 0
        out.write(self._header)

    def write(self, data: bytes) -> int:
        """Takes any amount; a piece leaves once it is known not to be the last."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        """Seals what is left as the end."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, self._header))
        self._number += 1


class OpeningReader:
    """Reads what SealingWriter wrote; raises WrongPassphrase at once, Damaged at the first piece that does not open."""

    def __init__(self, source: BinaryIO, passphrase: bytes) -> None:
        self._header = source.read(_HEADER.size)
        if len(self._header) < _HEADER.size:
            raise Damaged("The archive is cut off within its first bytes.")
        _, cost, salt, prefix, check = _HEADER.unpack(self._header)
        if cost > LARGEST_COST:
            raise Damaged("The head of the archive was changed: it asks for more memory than any archive of ours.")
        key, own_check = _keys(passphrase, salt, cost)
        if not hmac.compare_digest(check, own_check):
            raise WrongPassphrase("The passphrase does not open this archive.")
        self._source, self._cipher, self._prefix = source, AESGCM(key), prefix
        self._sealed, self._number, self._open = source.read(PIECE + TAG), 0, bytearray()
        if not self._sealed:
            raise Damaged("The archive is cut off behind its head.")

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, fewer only at the end."""
        while (size < 0 or len(self._open) < size) and self._sealed:
            self._next_piece()
        taken = bytes(self._open) if size < 0 else bytes(self._open[:size])
        del self._open[: len(taken)]
        return taken

    def _next_piece(self) -> None:
        following = self._source.read(PIECE + TAG) if len(self._sealed) == PIECE + TAG else b""
        nonce = _nonce(self._prefix, self._number, last=not following)
        try:
            self._open += self._cipher.decrypt(nonce, self._sealed, self._header)
        except InvalidTag:
            place = self._number * (PIECE + TAG) + _HEADER.size
            message = f"The archive was changed or cut off in the piece that begins at byte {place}."
            raise Damaged(f"{message} Nothing of it was used.") from None
        self._sealed, self._number = following, self._number + 1


def is_sealed(beginning: bytes) -> bool:
    """Whether a file that begins like this needs a passphrase."""
    return beginning.startswith(MAGIC)


def read_passphrase(text: str) -> bytes:
    """A passphrase as it stands in its file, without the line's end; raises BackupFault for one too short to guard."""
    passphrase = text.rstrip("\r\n")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupFault(f"The passphrase is shorter than {SHORTEST_PASSPHRASE} characters.")
    return passphrase.encode()


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _keys(passphrase: bytes, salt: bytes, cost: int) -> tuple[bytes, bytes]:
    """The key, and a check by which a wrong passphrase is told from a changed archive."""
    made = Scrypt(salt=salt, length=64, n=2**cost, r=8, p=1).derive(passphrase)
    return made[:32], hashlib.sha256(made[32:]).digest()[:16]
