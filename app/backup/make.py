"""Creation of a backup during operation: dump and file list come from one database snapshot."""

from __future__ import annotations

import io
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from flask import current_app

from app.access.program_role import READS_AS_PROGRAM, ROLE
from app.backup.archive import DATABASE, FILES, PIECE, ArchiveWriter, measure, read_manifest, writing
from app.backup.contents import PASSING, Connection, StoredFile, describe, files_of, one, server_version, snapshot
from app.backup.exceptions import BackupFault
from app.backup.postgres_tools import tools_for
from app.backup.private_file import draft_of, new_private_file
from app.core.storage import read_pieces

IN_MEMORY = 16 * 1024 * 1024
MOVED_ASIDE = "before_restore_"
"""Name prefix of the schemas to which a restore moves the previous tables; a backup omits them."""


@dataclass(frozen=True)
class Made:
    """A value object: a backup file that was written and verified, with its path, its manifest and its `size`
    in bytes.
    """

    path: Path
    manifest: dict[str, Any]
    size: int

    @property
    def faults(self) -> list[dict[str, str]]:
        """A list of dicts (path, fault "gone" or "changed", table) of the stored files that are missing or changed and
        therefore not in the archive; expired files of report jobs are left out.
        """
        return list(self.manifest["faults"])


def make_backup(path: Path, passphrase: bytes | None = None, with_files: bool = True) -> Made:
    """Write a backup of the app's database and, by default, file store to a new file, verify it and return a Made.
    Raises BackupFault if the file exists or the backup fails; no file is left then.

    Uses some tens of MiB of memory for any size. With a passphrase nothing unencrypted is written to disk, except
    stored files above 16 MiB, in an unnamed temporary file.
    """
    with new_private_file(path) as file:
        url = current_app.config["SQLALCHEMY_DATABASE_URI"]
        with snapshot(url) as connection, writing(file, passphrase) as archive:
            manifest = describe(connection) | {"program": _version(), "address": current_app.config["PUBLIC_BASE_URL"]}
            named = files_of(connection)
            _add_database(archive, url, connection)
            faults = []
            for stored in named if with_files else ():
                fault = _add_file(archive, stored)
                if fault and stored.table not in PASSING:
                    faults.append({"path": stored.path, "fault": fault, "table": stored.table})
            manifest |= {"with_files": with_files, "faults": faults, "named_files": {f.path: f.sha256 for f in named}}
            archive.finish(manifest)
        file.flush()
        # Verified before the rename, so that every file with the final name was readable.
        manifest = read_manifest(draft_of(path), passphrase)
    return Made(path, manifest, path.stat().st_size)


def _add_database(archive: ArchiveWriter, url: str, connection: Connection) -> None:
    """Run pg_dump and write its output to the archive in pieces, since its size is not known beforehand. Raises
    BackupFault if pg_dump is not installed or fails.
    """
    tools = tools_for(server_version(connection))
    shared = str(one(connection, "SELECT pg_export_snapshot()"))
    words = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", "--lock-wait-timeout=60000")
    # An account that is not the owner reads as the program's role, whose policy shows every row.
    reader = ("--enable-row-security", f"--role={ROLE}") if one(connection, READS_AS_PROGRAM) else ()
    more = (*reader, f"--snapshot={shared}", f"--exclude-schema={MOVED_ASIDE}*")
    command, environ = tools.command("pg_dump", url, *words, *more)
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=errors) as dump,
    ):
        assert dump.stdout is not None
        try:
            number = 0
            while piece := dump.stdout.read(PIECE):
                number += 1
                archive.add_bytes(f"{DATABASE}{number:05}", piece)
        except BaseException:
            dump.kill()
            raise
        if dump.wait():
            errors.seek(0)
            raise BackupFault(f"pg_dump failed: {errors.read(2000).decode(errors='replace').strip()}")


def _add_file(archive: ArchiveWriter, stored: StoredFile) -> str | None:
    """Add one stored file to the archive; return None, or why it was not added: "gone" (missing) or "changed" (its hash
    differs).
    """
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        try:
            for piece in read_pieces(stored.path):
                copy.write(piece)
        except FileNotFoundError:
            return "gone"
        copy.seek(0)
        size, digest = measure(cast(IO[bytes], copy))
        if digest != stored.sha256:
            return "changed"
        copy.seek(0)
        archive.add(f"{FILES}{stored.path}", cast(IO[bytes], copy), size)
    return None


def _version() -> str:
    """Return the program's version from pyproject.toml; "unknown" if it cannot be read."""
    found = Path(current_app.root_path).parent / "pyproject.toml"
    try:
        return str(tomllib.load(io.BytesIO(found.read_bytes()))["project"]["version"])
    except (OSError, KeyError, ValueError):
        return "unknown"
