"""Restore of a backup: all checks come before any change, and the result is compared with the manifest."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
from flask import current_app

from app.backup.archive import FILES, members_of
from app.backup.contents import NOT_COMPARED, chain_heads, digest_of, server_version, snapshot, tables_of
from app.backup.exceptions import BackupFault
from app.backup.fill_database import fill_database, is_empty, others_connected
from app.backup.postgres_tools import plain_url
from app.core.extensions import db
from app.core.schema import is_known, is_too_old
from app.core.storage import keep_file, read_pieces

PIECE = 1024 * 1024
READS_NEWER = 17
"""The first PostgreSQL that understands the dump of a newer one (format 1.16, `transaction_timeout`): an office moves
from the embedded 18 to Debian's 17. All tables come in one transaction, so a dump that does not fit changes nothing.
"""


@dataclass
class Restored:
    """A value object: the result of a restore. It has the number of files written and of files already present
    (`files_there`), the name of the schema with the previous tables (`aside`, None: there were none), and a list of
    sentences on differences from the manifest (empty if all agrees).
    """

    files_written: int = 0
    files_there: int = 0
    aside: str | None = None
    differences: list[str] = field(default_factory=list)


def check_keys(manifest: dict[str, Any], there: Iterable[str]) -> None:
    """Raise BackupFault if the archive needs identity keys whose ids are not in `there`; the message names them."""
    missing = sorted(set(manifest["key_ids"]) - set(there))
    if missing:
        message = f"The archive was sealed with identity keys that are not here: {', '.join(missing)}."
        raise BackupFault(f"{message} Set IDENTITY_KEYS, or name the file that `backup --keys` wrote with --keys.")


def check_target(manifest: dict[str, Any], replace: bool) -> None:
    """Raise BackupFault if the app's database cannot take the archive (schema or server version, tables present without
    `replace`, other connections) or its file store has other content under a path of the archive. Changes nothing.
    """
    head, program = manifest["head"], manifest["program"]
    if is_too_old(head):
        message = f"The archive is older than the first migration of this program (its tables are at {head!r})."
        raise BackupFault(f"{message} Restore it with program version {program} and migrate it there first.")
    if not is_known(head):
        message = f"The archive is newer than this program (its tables are at {head!r})."
        raise BackupFault(f"{message} Install program version {program} or later.")
    db.engine.dispose()
    url = plain_url(current_app.config["SQLALCHEMY_DATABASE_URI"])
    with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
        ours, theirs = (version // 10_000 for version in (server_version(connection), manifest["server_version"]))
        if ours < min(theirs, READS_NEWER):
            message = f"The archive comes from PostgreSQL {theirs}; this server is the older {ours}."
            raise BackupFault(f"{message} Servers from {READS_NEWER} on take an archive of a newer one.")
        if not is_empty(connection) and not replace:
            message = "The database is not empty. Restore into an empty one, or add --replace:"
            raise BackupFault(f"{message} what is there is then moved into a schema of its own, not deleted.")
        if others := others_connected(connection):
            message = f"{others} other connections have the database open."
            raise BackupFault(f"{message} Stop the program everywhere, then restore.")
    different = [path for path, digest in _files_in(manifest).items() if _fault_of(path, digest) == "changed"]
    if different:
        message = f"The store holds other files under these names: {', '.join(different[:5])}."
        raise BackupFault(f"{message} Set STORAGE_URL to an empty place, or move them away.")


def restore(path: Path, passphrase: bytes | None, manifest: dict[str, Any], stamp: str) -> Restored:
    """Write the archive's files and tables into the app's file store and database, compare them with the manifest and
    return a Restored. Raises BackupFault if the archive is damaged or the database cannot be filled. Call check_keys
    and check_target first.

    Files come first, since a row without its file does harm and a file without a row does not.
    """
    done, url = Restored(), current_app.config["SQLALCHEMY_DATABASE_URI"]
    for name, content in members_of(path, passphrase):
        if name.startswith(FILES):
            _restore_file(name.removeprefix(FILES), content, done)
    done.aside = fill_database(url, path, passphrase, manifest, stamp)
    done.differences = [*compare_tables(url, manifest), *compare_files(manifest)]
    return done


def compare_tables(url: str, manifest: dict[str, Any]) -> list[str]:
    """Return a list with one line of text per table, and one for the event chains, that differs from the manifest;
    empty if all agree.
    """
    with snapshot(url) as connection:
        there = set(tables_of(connection))
        wanted = {name: digest for name, digest in manifest["tables"].items() if name not in NOT_COMPARED}
        found = {name: digest_of(connection, name) for name in wanted if name in there}
        wrong = [
            f"table {name}: {found.get(name)} instead of {digest}"
            for name, digest in wanted.items()
            if found.get(name) != digest
        ]
        heads = chain_heads(connection)
    return wrong + ([] if heads == manifest["heads"] else [f"chains: {heads} instead of {manifest['heads']}"])


def compare_files(manifest: dict[str, Any]) -> list[str]:
    """Return a list with one line of text per stored file that is missing or differs, except those already faulty in
    the original; empty if all agree.
    """
    known = {fault["path"] for fault in manifest["faults"]}
    wanted = manifest["named_files"].items() if not manifest["with_files"] else _files_in(manifest).items()
    wrong = {path: _fault_of(path, digest) for path, digest in wanted if path not in known}
    return [f"file {path}: {fault}" for path, fault in wrong.items() if fault]


def _files_in(manifest: dict[str, Any]) -> dict[str, str]:
    members = manifest["members"].items()
    return {name.removeprefix(FILES): measured[1] for name, measured in members if name.startswith(FILES)}


def _fault_of(path: str, digest: str) -> str | None:
    found = hashlib.sha256()
    try:
        for piece in read_pieces(path):
            found.update(piece)
    except FileNotFoundError:
        return "gone"
    return None if found.hexdigest() == digest else "changed"


def _restore_file(path: str, content: IO[bytes], done: Restored) -> None:
    """Store one file of the archive and add 1 to `done.files_written`. If the path exists, leave it alone and add 1 to
    `done.files_there`: `check_target` has verified that its content is equal. Errors of the store are raised unchanged.
    """
    try:
        next(iter(read_pieces(path)), None)
        done.files_there += 1
        return
    except FileNotFoundError:
        pass
    with tempfile.NamedTemporaryFile() as copy:
        while piece := content.read(PIECE):
            copy.write(piece)
        copy.flush()
        keep_file(Path(copy.name), path)
    done.files_written += 1
