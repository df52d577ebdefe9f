"""File of the encryption keys, stored apart from the backup: with only one of the two no identity can be read."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections.abc import Iterable
from pathlib import Path

from app.backup.exceptions import BackupFault, WrongPassphrase
from app.backup.private_file import new_private_file
from app.backup.sealed_stream import OpeningReader, SealingWriter, is_sealed
from app.servers.data_folder import write_private
from app.settings.environment import SECRETS_FILE

NAMES = ("SECRET_KEY", "IDENTITY_KEYS")
BESIDE = "secrets.restored.json"
LARGEST = 1024 * 1024


def key_ids(keys: Iterable[str]) -> set[str]:
    """Return the set of ids of these identity keys. An id is the first 8 hex digits of the key's SHA-256; it begins
    every value that is encrypted with the key.
    """
    return {hashlib.sha256(base64.urlsafe_b64decode(key)).hexdigest()[:8] for key in keys}


def write_keys(path: Path, passphrase: bytes, secret_key: str, identity_keys: Iterable[str]) -> None:
    """Write SECRET_KEY and IDENTITY_KEYS, encrypted with the passphrase, into a new file. Raises BackupFault if the
    file exists or cannot be written.
    """
    keys = dict(zip(NAMES, (secret_key, ",".join(identity_keys)), strict=True))
    with new_private_file(path) as file:
        sealing = SealingWriter(file, passphrase)
        sealing.write(json.dumps(keys).encode())
        sealing.close()


def read_keys(path: Path, passphrase: bytes | None) -> dict[str, str]:
    """Return the decrypted key file as a dict with SECRET_KEY and IDENTITY_KEYS (comma-separated).

    Raises WrongPassphrase (also without a passphrase), Damaged when the content was changed, and BackupFault when the
    file cannot be read, is not encrypted or holds no keys.
    """
    if passphrase is None:
        raise WrongPassphrase("A file of keys is always sealed: name the file of its passphrase.")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST)
    except OSError as problem:
        raise BackupFault(f"{path} cannot be read: {problem.strerror}.") from problem
    other = BackupFault(f"{path} is not a file of keys that `backup --keys` wrote.")
    if not is_sealed(content):
        raise other
    opened = OpeningReader(io.BytesIO(content), passphrase).read()
    try:
        keys = json.loads(opened)
        return {name: str(keys[name]) for name in NAMES}
    except (ValueError, TypeError, KeyError):
        # Another sealed file, such as the archive; the message of the cause could show its content.
        raise other from None


def place_keys(home: Path, keys: dict[str, str], stamp: str) -> Path:
    """Write restored keys as the secrets file of the data folder and return the path written; an existing secrets file
    is first linked as `.before-<stamp>`.

    If the environment defines a key (production), write secrets.restored.json instead, for the administrator.
    """
    if any(os.environ.get(name, "").strip() for name in NAMES):
        write_private(home / BESIDE, keys)
        return home / BESIDE
    path = home / SECRETS_FILE
    if path.exists():
        os.link(path, home / f"{SECRETS_FILE}.before-{stamp}")
    write_private(path, keys)
    return path
